"""What the customer answered or skipped in the collector counts, is cited, and is not asked again."""

from typing import Any

from diagpack.assess.checklists import load_checklists
from diagpack.assess.completeness import completeness
from diagpack.assess.customer import with_customer
from diagpack.assess.environment import environment
from diagpack.assess.facts import expected
from diagpack.assess.run import make_scene
from diagpack.model.assessment import ItemResult, ItemStatus
from tests.support.customer import guided, step
from tests.support.evidence import case_artifact, evidence, make_artifact


def judged(case: dict[str, Any], *steps: dict[str, Any]) -> dict[str, ItemResult]:
    scene = make_scene(case, evidence(case_artifact(case), guided(*steps)), (), {})
    return {each.item: each for each in completeness(load_checklists()["sso-saml"], scene, "en")}


def test_an_answer_of_the_customer_meets_its_item_and_is_cited() -> None:
    found = judged({"id": "CS-1"}, step("har", status="ok"), step("expected", value="A signed-in page"))["expected"]

    assert found.status is ItemStatus.OK
    assert [str(each) for each in found.refs] == ["[guided-1 /steps/1]"]
    assert found.question == ""


def test_a_skip_has_the_customers_reason_and_no_question() -> None:
    found = judged({"id": "CS-1"}, step("har", kind="file", status="skipped", reason="policy_forbids"))["har"]

    assert (found.status, found.reason) == (ItemStatus.SKIPPED, "the customer's rules forbid it")
    assert [str(each) for each in found.refs] == ["[guided-1 /steps/0]"]
    assert found.question == ""


def test_a_step_that_was_not_reached_is_asked_for() -> None:
    found = judged({"id": "CS-1"}, step("har", kind="file", status="skipped", reason="not reached"))["har"]

    assert found.status is ItemStatus.MISSING
    assert found.question


def test_the_analysts_words_come_first() -> None:
    case = {"id": "CS-1", "answers": {"expected": "From the analyst"}, "skipped": {"har": "not needed"}}
    held = evidence(case_artifact(case), guided(step("expected", value="From the customer")))

    assert with_customer(case, held)["answers"] == {"expected": "From the analyst"}
    assert with_customer(case, held)["skipped"] == {"har": "not needed"}


def test_the_browser_of_the_collector_is_known_where_nothing_was_recorded() -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    held = make_artifact("guided", {"surroundings": {"user_agent": agent}, "steps": []})

    known = environment(make_scene({"id": "CS-1"}, evidence(held), (), {}))

    assert (known["browser"].text, [str(each) for each in known["browser"].refs]) == (
        "Firefox 140",
        ["[guided-1 /surroundings/user_agent]"],
    )


def test_what_was_expected_is_told_as_proposed_with_its_place() -> None:
    case = {"id": "CS-1"}
    scene = make_scene(case, evidence(case_artifact(case), guided(step("expected", value="A signed-in page"))), (), {})

    told = expected(scene)

    assert told is not None
    assert (told.text, told.is_proposed, [str(each) for each in told.refs]) == (
        "A signed-in page",
        True,
        ["[guided-1 /steps/0]"],
    )
