from collections.abc import Iterator
from typing import Any

from diagpack.assess.checklists import load_checklists
from diagpack.assess.run import assess
from diagpack.assess.severity import load_matrix
from diagpack.model.assessment import Assessment, Cited, ItemStatus, Outcome
from diagpack.model.evidence import EvidenceSet
from tests.support.evidence import case_artifact, case_content, evidence, har, har_entry, log, log_record

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
