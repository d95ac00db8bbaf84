from typing import Any

import pytest

from diagpack.assess.checklists import load_checklists
from diagpack.assess.completeness import completeness
from diagpack.assess.run import make_scene
from diagpack.model.assessment import ItemResult, ItemStatus
from tests.support.evidence import case_artifact, case_content, evidence, har, har_entry

CHECKLISTS = load_checklists()
BAD = [
    {"id": "har.bodies", "level": "warning", "message": "Saved without content.", "ask": "Please save with content."}
]


def judged(
    case: dict[str, Any], *, topic: str = "api-failure", language: str = "en", **facts: Any
) -> dict[str, ItemResult]:
    capture = har([har_entry(0, "https://app.example.com/api", status=500)], **facts)
    scene = make_scene(case, evidence(capture, case_artifact(case)), (), {})
    return {each.item: each for each in completeness(CHECKLISTS[topic], scene, language)}


def test_an_item_in_the_evidence_is_ok_and_cites_it() -> None:
    found = judged(case_content())["api-call"]

    assert found.status is ItemStatus.OK
    assert [str(each) for each in found.refs] == ["[har-1 #0]"]
    assert found.question == ""


def test_a_missing_item_has_its_question_in_the_language_of_the_case() -> None:
    case = {"id": "CS-1"}

    assert judged(case)["expected"].question == "What should have happened instead?"
    assert judged(case, language="de")["expected"].question == "Was hätte stattdessen passieren sollen?"
    assert judged(case, language="nl")["expected"].question == "What should have happened instead?"
    assert judged(case)["expected"].status is ItemStatus.MISSING


def test_a_poor_capture_is_partly_there_and_asks_for_what_is_wrong_with_it() -> None:
    found = judged(case_content(), capture=BAD)["api-call"]

    assert (found.status, found.reason) == (ItemStatus.PARTLY, "Saved without content.")
    assert found.question == "Please save with content."
    assert found.refs


@pytest.mark.parametrize(
    ("topic", "item", "fault", "status"),
    [
        ("sso-saml", "har", "har.skew", ItemStatus.OK),
        ("performance", "har", "har.has_failure", ItemStatus.OK),
        ("ui-error", "har", "har.has_failure", ItemStatus.PARTLY),
    ],
)
def test_a_wrong_clock_or_a_recording_without_failures_is_no_gap_where_nobody_asks(
    topic: str, item: str, fault: str, status: ItemStatus
) -> None:
    capture = [{"id": fault, "level": "warning", "message": "…", "ask": "…"}]

    assert judged(case_content(), topic=topic, capture=capture, entries_total=1)[item].status is status


def test_an_answer_under_the_items_own_id_counts() -> None:
    found = judged({"id": "CS-1", "answers": {"api-client": "curl 8"}})["api-client"]

    assert found.status is ItemStatus.OK
    assert [str(each) for each in found.refs] == ["[case-1 /answers/api-client]"]


def test_a_skipped_item_keeps_its_reason_and_one_that_is_there_is_not_skipped() -> None:
    case = {"id": "CS-1", "skipped": {"expected": "asked twice", "api-call": "no permission"}}

    found = judged(case)

    assert (found["expected"].status, found["expected"].reason) == (ItemStatus.SKIPPED, "asked twice")
    assert found["api-call"].status is ItemStatus.OK


def test_an_item_that_does_not_apply_is_listed_with_that_reason() -> None:
    found = judged(case_content())["api-limits"]

    assert (found.status, found.reason, found.is_required) == (ItemStatus.SKIPPED, "does not apply to this case", False)


def test_every_item_of_the_checklist_is_judged_in_its_order() -> None:
    assert list(judged(case_content())) == [each.id for each in CHECKLISTS["api-failure"].items]
