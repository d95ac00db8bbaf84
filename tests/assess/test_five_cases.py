"""The five cases of `tests.support.cases`, through the whole assessment."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from diagpack.assess.checklists import load_checklists
from diagpack.assess.run import assess
from diagpack.assess.severity import load_matrix
from diagpack.model.assessment import Assessment, Cited, ItemStatus, Outcome
from tests.support.cases import FIVE, KnownCase

CHECKLISTS = load_checklists()
MATRIX = load_matrix()
each_case = pytest.mark.parametrize("make", FIVE, ids=lambda make: make.__name__)
Make = Callable[[], KnownCase]


def run(known: KnownCase) -> Assessment:
    return assess(
        case=known.case, evidence=known.evidence, findings=known.findings, checklists=CHECKLISTS, matrix=MATRIX
    )


def sentences(found: Assessment) -> Iterator[Cited]:
    """Every sentence of facts."""
    single = (found.first_failure, found.symptom, found.expected, found.reproduced)
    yield from (each for each in single if each is not None)
    for part in (found.impact, found.steps, found.actual, found.works, found.tried, found.asks):
        yield from part
    yield from found.environment.values()
    yield from (*found.severity.rationale, *found.disposition.reasons)


@each_case
def test_the_true_first_failure_and_its_request_id_are_named(make: Make) -> None:
    known = make()

    found = run(known)

    assert found.first_failure is not None
    assert str(found.first_failure.refs[0]) == known.first_ref
    assert found.first_failure_request_ids[0] == known.request_id


@each_case
def test_the_outcome_is_right_and_cited(make: Make) -> None:
    known = make()

    found = run(known)

    assert found.disposition.outcome is known.outcome
    assert all(each.refs for each in found.disposition.reasons)


@each_case
def test_the_topic_is_chosen_from_the_evidence_with_a_reason(make: Make) -> None:
    known = make()

    found = run(known)

    assert found.checklist == known.checklist
    assert "points" in found.checklist_reason


@each_case
def test_every_sentence_of_facts_has_a_citation_that_resolves(make: Make) -> None:
    known = make()
    found = run(known)

    bare = [each.text for each in sentences(found) if not each.refs]
    refs = [ref for each in sentences(found) for ref in each.refs]
    refs += [ref for each in (*found.timeline, *found.items, *found.request_ids) for ref in each.refs]

    assert bare == []
    assert [str(ref) for ref in refs if known.evidence.resolve(ref) is None] == []


@each_case
def test_the_readiness_lint_raises_no_false_alarm(make: Make) -> None:
    found = run(make())

    assert [(each.id, each.message) for each in found.readiness.results] == []
    assert [each.item for each in found.items if each.status is ItemStatus.MISSING and each.is_required] == []
    assert found.readiness.score == 100


@each_case
def test_the_handoff_fits_into_twenty_lines(make: Make) -> None:
    lines = run(make()).extra["status"]

    assert 8 <= len(lines) <= 20


@each_case
def test_the_same_input_gives_the_same_assessment(make: Make) -> None:
    assert repr(run(make())) == repr(run(make()))


@each_case
def test_the_customers_texts_hold_no_internals(make: Make) -> None:
    known = make()
    found = run(known)

    texts = f"{found.customer_message}{found.extra['customer_update']}".lower()

    internals: list[Any] = [known.request_id, "severity", "priority", "/api/", "/saml/", found.severity.rule]
    assert [each for each in internals if str(each).lower() in texts] == []


def test_one_of_them_is_the_customers_configuration_and_its_reply_says_what_to_check() -> None:
    known = FIVE[0]()
    found = run(known)

    assert found.disposition.outcome is Outcome.CUSTOMER_CONFIGURATION
    assert "defect" not in found.extra["internal_update"]
    assert "switch on automatic time (NTP)" in found.extra["customer_update"]
