from datetime import datetime

from diagpack.assess.request_ids import request_id_uses
from diagpack.assess.run import make_scene
from diagpack.model.assessment import RequestIdUse
from diagpack.model.redacted import RedactedArtifact
from tests.support.evidence import evidence, har, har_entry, log, log_record, request_ids

APP = "https://app.example.com"
UUID = "7b1d2c3e-4f50-4172-8394-a5b6c7d8e9f0"


def uses(*artifacts: RedactedArtifact, with_queries: bool = False) -> tuple[RequestIdUse, ...]:
    def queries(id: str, start: datetime, end: datetime) -> dict[str, str]:
        return {"splunk": f'search "{id}" {start:%H:%M} {end:%H:%M}'}

    scene = make_scene({"environment": {"hosts": ["app.example.com"]}}, evidence(*artifacts), (), {})
    return request_id_uses(scene, queries if with_queries else None)


def test_spellings_of_one_id_join_capture_and_log() -> None:
    found = uses(
        har([har_entry(2, f"{APP}/x", status=500, response_headers={"X-Request-Id": UUID})]),
        log([log_record(9, "boom", level="error", ids=[UUID.replace("-", "").upper()], time="2026-03-03T09:14:03Z")]),
        with_queries=True,
    )

    assert len(found) == 1
    assert [str(each) for each in found[0].refs] == ["[har-1 #2]", "[log-1 L9]"]
    assert found[0].is_failing
    assert found[0].queries == {"splunk": f'search "{UUID}" 09:09 09:19'}


def test_failing_ids_come_first_then_those_that_join_more() -> None:
    found = uses(
        har(
            [
                har_entry(0, f"{APP}/a", response_headers={"X-Request-Id": "only-in-har-01"}),
                har_entry(1, f"{APP}/b", response_headers={"X-Request-Id": "in-both-01"}),
                har_entry(2, f"{APP}/c", status=500, response_headers={"X-Request-Id": "failing-01"}),
            ]
        ),
        log([log_record(1, "x", ids=["in-both-01"])]),
    )

    assert [each.id for each in found] == ["failing-01", "in-both-01", "only-in-har-01"]


def test_an_id_on_most_calls_identifies_none() -> None:
    entries = [
        har_entry(each, f"{APP}/{each}", response_headers={"X-Request-Id": "same-every-time-01"}) for each in range(30)
    ]
    entries.append(har_entry(30, f"{APP}/z", response_headers={"X-Request-Id": "really-one-01"}))

    assert [each.id for each in uses(har(entries))] == ["really-one-01"]


def test_the_collectors_list_counts_with_the_citations_that_resolve() -> None:
    listed = request_ids(
        [
            {"id": "pasted-0001", "name": "pasted", "refs": ["[har-1 #9]", "nonsense"], "is_failing": True},
            {"id": "known-00001", "name": "x-request-id", "refs": ["[har-1 #0]"]},
            {"name": "without an id"},
        ]
    )

    found = uses(har([har_entry(0, f"{APP}/")]), listed)

    assert [(each.id, [str(ref) for ref in each.refs]) for each in found] == [
        ("pasted-0001", ["[request-ids-1]"]),
        ("known-00001", ["[har-1 #0]"]),
    ]


def test_many_uses_keep_one_citation_of_each_artifact() -> None:
    entries = [
        har_entry(each, f"{APP}/{each}", response_headers={"X-Request-Id": f"id-{each:06}"}) for each in range(40)
    ]
    records = [log_record(each + 1, "x", ids=["id-000007"]) for each in range(30)]

    found = next(each for each in uses(har(entries), log(records)) if each.id == "id-000007")

    assert len(found.refs) == 10
    assert {each.artifact for each in found.refs} == {"har-1", "log-1"}


def test_only_failing_ids_have_queries_when_something_fails() -> None:
    fine = har_entry(0, f"{APP}/a", response_headers={"X-Request-Id": "went-well-01"})
    failing = har_entry(1, f"{APP}/b", status=500, response_headers={"X-Request-Id": "failing-01"})

    found = {each.id: bool(each.queries) for each in uses(har([fine, failing]), with_queries=True)}

    assert found == {"failing-01": True, "went-well-01": False}
    assert uses(har([fine]), with_queries=True)[0].queries


def test_datadogs_decimal_form_is_the_low_half_of_the_trace_id_in_the_log() -> None:
    found = uses(
        har([har_entry(2, f"{APP}/x", status=500, response_headers={"X-Datadog-Trace-Id": str(0xA3CE929D0E0E4736)})]),
        log([log_record(9, "boom", level="error", ids=["4bf92f3577b34da6a3ce929d0e0e4736"])]),
    )

    assert [(each.id, [str(ref) for ref in each.refs]) for each in found] == [
        ("4bf92f3577b34da6a3ce929d0e0e4736", ["[log-1 L9]", "[har-1 #2]"])
    ]
    assert found[0].is_failing
