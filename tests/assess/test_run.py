import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagpack.assess.checklists import load_checklists
from diagpack.assess.lint_view import Delivery
from diagpack.assess.run import assess
from diagpack.assess.severity import load_matrix
from diagpack.errors import UsageError
from diagpack.model.assessment import Assessment, Cited, ItemStatus, Outcome
from diagpack.model.evidence import EvidenceSet
from tests.support.cases import webhook_401
from tests.support.evidence import case_artifact, case_content, evidence, har, har_entry, log, log_record, make_artifact

CHECKLISTS = load_checklists()
MATRIX = load_matrix()


def failing_api() -> tuple[dict[str, Any], EvidenceSet]:
    case = case_content()
    capture = har(
        [
            har_entry(0, "https://app.example.com/login", mime="text/html", started="2026-03-03T09:21:00.000Z"),
            har_entry(1, "https://app.example.com/api/me", started="2026-03-03T09:21:01.000Z"),
            har_entry(
                2,
                "https://app.example.com/api/session",
                method="POST",
                status=500,
                started="2026-03-03T09:21:02.000Z",
                response_headers={"X-Request-Id": "req-7f3a9c21"},
                body='{"title": "Internal error"}',
            ),
        ],
        skew_seconds=420.0,
    )
    records = [
        log_record(46, "GET /api/me 200"),
        log_record(
            47,
            "java.lang.IllegalStateException: no session store\n  at com.example.Session.open(Session.java:81)",
            time="2026-03-03T09:14:02.050+00:00",
            level="error",
            ids=["req-7f3a9c21"],
            lines=2,
        ),
    ]
    return case, evidence(capture, log(records), case_artifact(case))


def run(case: dict[str, Any], found: EvidenceSet) -> Assessment:
    return assess(case=case, evidence=found, findings=(), checklists=CHECKLISTS, matrix=MATRIX)


def cited_in(value: Any) -> Iterator[Cited]:
    if isinstance(value, Cited):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from cited_in(each)
    elif isinstance(value, dict):
        yield from cited_in(list(value.values()))


def test_the_first_failure_is_named_with_its_request_id_and_the_log_record_that_shares_it() -> None:
    found = run(*failing_api())

    assert found.first_failure is not None
    assert "POST /api/session" in found.first_failure.text
    assert "no session store" in found.first_failure.text
    assert found.first_failure_request_ids == ("req-7f3a9c21",)
    assert [str(each) for each in found.first_failure.refs] == ["[har-1 #2]", "[log-1 L47-48]"]


def test_har_and_log_stand_on_one_corrected_clock() -> None:
    found = run(*failing_api())

    shown = [(each.at.isoformat(), str(each.refs[0]), each.skew_seconds) for each in found.timeline]
    assert ("2026-03-03T09:14:02+00:00", "[har-1 #2]", 420.0) in shown
    assert shown[-1] == ("2026-03-03T09:14:02.050000+00:00", "[log-1 L47-48]", 0.0)


def test_a_server_error_is_a_defect_and_the_checklist_follows_the_evidence() -> None:
    found = run(*failing_api())

    assert found.disposition.outcome is Outcome.DEFECT
    assert found.checklist == "api-failure"
    assert "failed" in found.checklist_reason
    assert found.severity.level == "S2"
    assert {each.item for each in found.items if each.status is ItemStatus.MISSING} == {"changed", "api-client"}


def test_every_citation_points_to_something() -> None:
    case, evidence_set = failing_api()
    found = run(case, evidence_set)

    sentences = list(
        cited_in(
            [
                *(found.first_failure, found.symptom, found.expected, found.reproduced, found.impact, found.steps),
                *(found.actual, found.works, found.tried, found.asks, dict(found.environment)),
                *(found.severity.rationale, found.disposition.reasons),
            ]
        )
    )
    refs = [ref for each in sentences for ref in each.refs]
    refs += [ref for each in (*found.timeline, *found.items, *found.request_ids) for ref in each.refs]

    assert len(refs) > 30
    assert [str(each) for each in refs if evidence_set.resolve(each) is None] == []
    assert [each.text for each in sentences if not each.refs] == []


def test_urgent_defers_and_leaves_open_asks() -> None:
    case, found = failing_api()
    case["answers"] = {"impact": "40 users cannot sign in.", "assignee": "on-call"}
    case["confirmed"] = {}

    urgent = assess(case=case, evidence=found, findings=(), checklists=CHECKLISTS, matrix=MATRIX, is_urgent=True)

    assert urgent.readiness.is_ready
    assert any(each.text.startswith("Open (E17)") and "on-call" in each.text for each in urgent.asks)


def test_past_cases_and_known_issues_are_searched_and_decide_the_disposition() -> None:
    case, found = failing_api()
    first = run(case, found)
    past = {"case": "CS-812", "signature": first.signature.value, "parts": dict(first.signature.parts)}
    issue = {"id": "KI-7", "signature": first.signature.value, "workaround": "use the other page"}

    seen = assess(
        case=case,
        evidence=found,
        findings=(),
        checklists=CHECKLISTS,
        matrix=MATRIX,
        past=[past],
        known_issues=[issue],
    )

    assert [each.case for each in seen.similar] == ["KI-7", "CS-812"]
    assert seen.disposition.outcome is Outcome.KNOWN_ISSUE
    assert "use the other page" in seen.extra["customer_update"]
    assert seen.extra["searched"] == 2


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["start", "end", "override", "level", "reason", "by", "scope", "what"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
SECTIONS = sorted(case_content())


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(SECTIONS), JSON, max_size=6),
    st.dictionaries(st.sampled_from(sorted(case_content()["answers"])), JSON),
)
def test_no_shape_of_the_case_raises_anything_but_a_usage_error(case: dict[str, Any], answers: dict[str, Any]) -> None:
    case = {**case_content(), **case, "answers": case.get("answers") or answers}
    found = evidence(har([har_entry(0, "https://app.example.com/", status=500)]), case_artifact(case))

    with suppress(UsageError):  # a checklist that does not exist
        assert run(case, found).severity.level in MATRIX.levels


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(JSON, st.dictionaries(st.sampled_from(["line", "time", "level", "ids", "text", "gap"]), JSON))
def test_no_shape_of_the_evidence_raises(content: Any, record: dict[str, Any]) -> None:
    kinds = ("saml", "oidc", "environment", "config", "request-ids")
    found = evidence(*(make_artifact(kind, json.dumps(content)) for kind in kinds), log([record]))

    assert run({"id": "CS-1"}, found).signature.value.startswith("dp1:")


@pytest.mark.parametrize("language", ["de", "ja", "xx"])
def test_the_message_is_marked_as_a_draft_where_no_speaker_has_read_it(language: str) -> None:
    case = case_content(language=language, answers={})

    assert run(case, evidence()).extra["message_is_draft"] is (language != "xx")


@pytest.mark.parametrize(("found", "advised"), [(True, True), (False, False), (None, False)])
def test_live_credentials_become_one_sentence_of_advice(found: bool | None, advised: bool) -> None:
    case, evidence_set = failing_api()

    assessed = assess(
        case=case,
        evidence=evidence_set,
        findings=(),
        checklists=CHECKLISTS,
        matrix=MATRIX,
        has_live_credentials=found,
    )

    assert ("sign out everywhere" in assessed.customer_message) is advised


def test_the_reason_given_to_submit_lets_a_non_defect_pass() -> None:
    known = webhook_401()
    case = {**known.case, "disposition": {}}

    def blocking(delivery: Delivery | None) -> list[str]:
        found = assess(
            case=case,
            evidence=known.evidence,
            findings=(),
            checklists=CHECKLISTS,
            matrix=MATRIX,
            delivery=delivery,
        )
        return [each.id for each in found.readiness.results if each.is_blocking]

    assert blocking(None) == ["E18"]
    assert blocking(Delivery(reason="agreed with the team")) == []
