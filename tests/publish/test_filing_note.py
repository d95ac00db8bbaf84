"""What is said about a filing stands on top of the ticket, as text and nothing else."""

import json
from pathlib import Path

import fastjsonschema
import pytest

from diagpack.publish._filing_note import adf, shown, with_note
from diagpack.publish._preflight import Ticket
from tests.render.hostile import PAYLOADS

_SCHEMA = Path(__file__).parents[3] / "shared" / "contracts" / "adf-schema.json"
DOCUMENT = {
    "version": 1,
    "type": "doc",
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "body"}]}],
}


def ticket() -> Ticket:
    return Ticket("summary", (), DOCUMENT, "h2. Body")


def test_without_a_note_the_ticket_is_what_was_signed() -> None:
    assert with_note(ticket(), ()) == ticket()
    assert with_note(ticket(), ["  "]) == ticket()


def test_the_note_comes_first_and_the_body_stays() -> None:
    made = with_note(ticket(), ["Filed although not ready (E02): the customer is down"])

    assert made.adf["content"][0]["type"] == "panel"
    assert made.adf["content"][1:] == DOCUMENT["content"]
    assert "Filed although not ready" in made.wiki
    assert made.wiki.endswith("h2. Body")


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), 10))
def test_hostile_words_stay_words(start: int) -> None:
    if not _SCHEMA.is_file():
        pytest.skip("the ADF schema is not beside the repository")
    made = with_note(ticket(), [f"Reason: {each}" for each in PAYLOADS[start : start + 10]])

    fastjsonschema.compile(json.loads(_SCHEMA.read_text("utf-8")))(made.adf)
    assert "marks" not in json.dumps(made.adf["content"][0])
    assert "\x1b" not in json.dumps(made.adf) + made.wiki
    assert made.wiki.count("{panel}") - made.wiki.count("\\{panel") == 2


def test_many_points_are_counted() -> None:
    assert shown([f"point {number}" for number in range(40)])[-1] == "… 28 more open points"
    assert adf(["one"])["content"][0]["type"] == "panel"
