from datetime import UTC, datetime

from diagpack.assess.conditions import Scene
from diagpack.assess.run import make_scene
from diagpack.assess.timeline import LIMIT, first_failure, records_with, timeline
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef
from tests.support.evidence import api, evidence, har, har_entry, log, log_record, sso

CASE = {"id": "CS-1", "environment": {"hosts": ["app.example.com"]}}
APP = "https://app.example.com"


def scene(*artifacts: RedactedArtifact, findings: tuple[Finding, ...] = ()) -> Scene:
    return make_scene(CASE, evidence(*artifacts), findings, {})


def test_capture_sso_and_log_stand_on_one_clock() -> None:
    events, omitted = timeline(
        scene(
            har(
                [har_entry(0, f"{APP}/acs", method="POST", status=500, started="2026-03-03T09:07:00Z")],
                skew_seconds=420,
            ),
            sso([{"kind": "Response", "fields": {"IssueInstant": "2026-03-03T08:59:59Z"}}, {"kind": "other"}]),
            log([log_record(5, "boom", level="ERROR", time="2026-03-03T10:00:01+01:00")], skew_seconds=0),
        )
    )

    assert [each.source for each in events] == ["saml", "har", "log"]
    assert [each.level for each in events] == ["info", "error", "error"]
    assert [str(each.refs[0]) for each in events] == ["[saml-1 /messages/0]", "[har-1 #0]", "[log-1 L5]"]
    assert omitted == 0


def test_an_oidc_time_in_seconds_is_understood() -> None:
    events, _ = timeline(scene(sso([{"kind": "id_token", "iat": 1772528400}], kind="oidc")))

    assert events[0].at == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def test_static_files_and_quiet_log_records_are_left_out_unless_they_matter() -> None:
    events, _ = timeline(
        scene(
            har(
                [
                    har_entry(0, f"{APP}/a.css", mime="text/css"),
                    har_entry(1, f"{APP}/b.js", mime="text/javascript", status=404),
                    har_entry(2, f"{APP}/api", response_headers={"X-Request-Id": "req-0001"}),
                ]
            ),
            log([log_record(1, "quiet"), log_record(2, "joined", ids=["REQ-0001"])]),
        )
    )

    assert [str(each.refs[0]) for each in events] == ["[har-1 #1]", "[har-1 #2]", "[log-1 L2]"]


def test_beyond_the_limit_failing_events_are_kept_and_the_rest_is_counted() -> None:
    entries = [
        har_entry(index, f"{APP}/api", started=f"2026-03-03T09:{index // 60:02}:{index % 60:02}Z")
        for index in range(LIMIT + 50)
    ]
    entries.append(har_entry(999, f"{APP}/late", status=500, started="2026-03-03T11:00:00Z"))

    events, omitted = timeline(scene(har(entries)))

    assert len(events) == LIMIT
    assert omitted == 51
    assert str(events[-1].refs[0]) == "[har-1 #999]"


def test_a_third_party_failure_before_it_is_not_the_first_failure() -> None:
    found = first_failure(
        scene(
            har(
                [
                    har_entry(0, "https://stats.example.org/hit", status=500, started="2026-03-03T09:00:00Z"),
                    har_entry(1, f"{APP}/api", status=502, started="2026-03-03T09:00:01Z"),
                ]
            )
        )
    )

    assert found is not None
    assert str(found.cited.refs[0]) == "[har-1 #1]"


def test_a_challenge_that_was_answered_is_not_a_failure() -> None:
    found = first_failure(
        scene(
            har(
                [
                    har_entry(0, f"{APP}/api", status=401, started="2026-03-03T09:00:00Z"),
                    har_entry(1, f"{APP}/api", status=200, started="2026-03-03T09:00:01Z"),
                    har_entry(2, f"{APP}/api/x", status=401, started="2026-03-03T09:00:02Z"),
                ]
            )
        )
    )

    assert found is not None
    assert str(found.cited.refs[0]) == "[har-1 #2]"


def test_a_failure_inside_the_stated_window_goes_before_an_earlier_one() -> None:
    given = scene(
        har(
            [
                har_entry(0, f"{APP}/old", status=500, started="2026-03-03T08:00:00Z"),
                har_entry(1, f"{APP}/new", status=500, started="2026-03-03T09:30:00Z"),
            ]
        )
    )
    window = datetime(2026, 3, 3, 9, tzinfo=UTC), datetime(2026, 3, 3, 10, tzinfo=UTC)

    first, in_window = first_failure(given), first_failure(given, window)

    assert first is not None
    assert in_window is not None
    assert "/old" in first.cited.text
    assert "/new" in in_window.cited.text


def test_our_own_replay_is_never_the_first_failure() -> None:
    replay = {"request": {"url": f"{APP}/api"}, "response": {"status": 500}, "run": 1}

    assert first_failure(scene(api([replay]))) is None


def test_without_a_failing_call_the_first_error_record_is_it() -> None:
    found = first_failure(
        scene(
            har([har_entry(0, f"{APP}/api")]),
            log(
                [
                    log_record(3, "later", level="error", time="2026-03-03T09:00:02Z", ids=["id-000003"]),
                    log_record(7, "first", level="FATAL", time="2026-03-03T09:00:01Z", ids=["id-000007"]),
                    {"gap": 40, "text": "40 lines left out"},
                ]
            ),
        )
    )

    assert found is not None
    assert found.request_ids == ("id-000007",)
    assert "first" in found.cited.text


def test_without_any_failure_the_first_finding_is_it() -> None:
    slow = Finding("har.slow", Level.WARNING, Certainty.PROVEN, "14 s", (EvidenceRef.parse("[har-1 #0]"),))

    found = first_failure(scene(har([har_entry(0, f"{APP}/api")]), findings=(slow,)))

    assert found is not None
    assert found.exchange is not None
    assert found.cited.text == "14 s"
    assert first_failure(scene(har([har_entry(0, f"{APP}/api")]))) is None


def test_a_record_is_found_by_any_spelling_of_its_id() -> None:
    given = scene(log([log_record(1, "x", ids=["7B1D2C3E4F5061728394A5B6C7D8E9F0"])]))

    assert len(records_with(given, ["7b1d2c3e-4f50-6172-8394-a5b6c7d8e9f0"])) == 1
    assert records_with(given, ["other-id"]) == []


def test_what_else_is_wrong_with_the_same_slow_call_stands_beside_it() -> None:
    ref = EvidenceRef.parse("[har-1 #0]")
    findings = tuple(
        Finding(id, Level.WARNING, Certainty.PROVEN, words, (ref,))
        for id, words in (("har.slow", "GET /page took 10 s"), ("har.tls_inspected", "Issued by a gateway"))
    )
    given = make_scene({}, evidence(har([har_entry(0, "https://app.example.com/page")])), findings, {})

    first = first_failure(given)

    assert first is not None
    assert first.cited.text == "GET /page took 10 s. Issued by a gateway"
