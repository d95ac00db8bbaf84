from typing import Any

import pytest

from diagpack.assess.checklists import load_checklists
from diagpack.assess.message import MAX_REQUESTS, customer_message, has_sign_in_data, requests
from diagpack.model.assessment import ItemResult, ItemStatus
from diagpack.model.finding import Certainty, Finding, Level
from tests.support.evidence import evidence, make_artifact

CHECKLISTS = load_checklists()
SAML = CHECKLISTS["sso-saml"]
INTERNAL = ("severity", "jira", "escalat", "triage", "root cause", "defect", "engineering")


def open_items(*names: str, status: ItemStatus = ItemStatus.MISSING) -> list[ItemResult]:
    wanted = names or tuple(each.id for each in SAML.items)
    return [
        ItemResult(each.id, each.title["en"], status, "", "", (), each.is_required)
        for each in SAML.items
        if each.id in wanted
    ]


def message(items: list[ItemResult], **more: Any) -> str:
    return customer_message(items, SAML, case_id="CS-1042", **{"language": "en", **more})


def test_there_is_one_message_with_question_reason_and_steps() -> None:
    text = message(open_items("har", "expected"), browser="Firefox 128")

    assert text.startswith("Hello,")
    assert "CS-1042" in text
    assert "1. Please record the problem" in text
    assert "a) Open a new private window." in text
    assert "Persist Logs" in text
    assert "f) Send us the file.\n" in text
    assert "2. What should have happened instead?" in text
    assert "Why: It lets us agree" in text
    assert "Your data: Cookies, tokens and passwords are removed" in text


def test_an_unknown_browser_gets_the_most_common_steps_and_an_offer() -> None:
    text = message(open_items("har"))

    assert "Incognito" in text
    assert "These steps are for Chrome." in text


def test_at_most_seven_requests_and_the_required_ones_first() -> None:
    asked = requests(open_items(), SAML)

    assert len(asked) == MAX_REQUESTS
    assert [item.is_required for item, _ in asked] == sorted((item.is_required for item, _ in asked), reverse=True)


def test_items_for_the_analyst_are_not_asked_of_the_customer() -> None:
    assert message(open_items("app-log")) == ""


def test_an_item_that_is_partly_there_asks_its_own_question() -> None:
    item = ItemResult("har", "HAR", ItemStatus.PARTLY, "no bodies", "Please save with content.", (), True)

    assert "1. Please save with content." in message([item])


def test_nothing_to_ask_is_no_message() -> None:
    assert message(open_items(status=ItemStatus.OK)) == ""


def test_sign_in_data_becomes_advice_even_when_nothing_is_missing() -> None:
    text = message(open_items(status=ItemStatus.OK), has_credentials=True)

    assert "sign out everywhere" in text


@pytest.mark.parametrize(
    ("language", "greeting"),
    [("de", "Guten Tag"), ("fr", "Bonjour"), ("es", "Hola"), ("ja", "お世話"), ("nl", "Hello")],
)
def test_the_message_is_in_the_language_of_the_case(language: str, greeting: str) -> None:
    text = message(open_items(), language=language, has_credentials=True)

    assert text.startswith(greeting)
    if language != "nl":
        assert "Why:" not in text
        assert "Please" not in text.replace("Preserve", "")


@pytest.mark.parametrize("topic", sorted(CHECKLISTS))
def test_no_internal_word_reaches_the_customer(topic: str) -> None:
    checklist = CHECKLISTS[topic]
    for each in checklist.items:
        item = ItemResult(each.id, "", ItemStatus.MISSING, "", "", (), each.is_required)
        text = customer_message([item], checklist, case_id="CS-1", language="en", has_credentials=True).lower()

        assert [word for word in INTERNAL if word in text] == []


@pytest.mark.parametrize(
    ("tally", "found"),
    [
        ({"secret/session-cookie": 2}, True),
        ({"token/jwt": 1}, True),
        ({"email/shape": 9}, False),
        ({"secret/x": 0}, False),
    ],
)
def test_sign_in_data_is_seen_in_what_the_redactor_counted(tally: dict[str, int], found: bool) -> None:
    assert has_sign_in_data(evidence(make_artifact("note", "x", tally=tally)), ()) is found


def test_sign_in_data_is_seen_in_a_finding() -> None:
    finding = Finding("redact.live_credential", Level.WARNING, Certainty.HINT, "a token is still valid")

    assert has_sign_in_data(evidence(), [finding])
