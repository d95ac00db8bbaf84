"""What a customer is asked because of a finding is there in every language, and free of our words."""

import ast
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from diagpack import collectors
from diagpack.assess.asks import ask_for, ask_of_topic
from diagpack.assess.checklist_lint import LANGUAGES

DOCUMENT: dict[str, Any] = yaml.safe_load(resources.files("diagpack.assess").joinpath("asks.yaml").read_text("utf-8"))
ENTRIES = {each["id"]: each for each in DOCUMENT["asks"]}
CRITERIA = yaml.safe_load(resources.files("diagpack.assess").joinpath("disposition.yaml").read_text("utf-8"))


def capture_findings() -> list[str]:
    """Every fault of a recording that asks something of the customer, read from where they are made."""
    source = Path(collectors.__file__).parent / "har" / "judge.py"
    calls = [each for each in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(each, ast.Call)]
    named = [each for each in calls if isinstance(each.func, ast.Name) and each.func.id == "_finding"]
    return sorted({ast.literal_eval(each.args[0]) for each in named if len(each.args) == 4})


CAPTURE = capture_findings()
OTHERS = [each for each in LANGUAGES if each != "en"]
_JAPANESE = re.compile(r"[\u3040-\u30ff]")


@pytest.mark.parametrize("id", ENTRIES)
def test_an_entry_has_every_language(id: str) -> None:
    entry = ENTRIES[id]

    assert set(OTHERS) <= set(entry)
    assert _JAPANESE.search(entry["ja"])
    assert len({entry[each] for each in OTHERS}) == len(OTHERS)
    for language in (*OTHERS, "en"):
        assert entry.get(language, ".").endswith((".", "?", "。", "か。"))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("finding", CAPTURE)
def test_every_fault_of_a_recording_is_asked_about_in_the_language_of_the_case(finding: str, language: str) -> None:
    assert ask_for(finding, language, "English")
    assert ask_for(finding, language, "English") != "English"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", ["sso-settings", "sso-times"])
def test_whatever_makes_a_case_the_customers_says_what_to_check(group: str, language: str) -> None:
    for finding in CRITERIA["groups"][group]:
        assert ask_for(finding.replace("*", "responder"), language), finding


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", DOCUMENT["topics"])
def test_a_topic_says_what_to_check(topic: str, language: str) -> None:
    assert ask_of_topic(topic, language)


def test_the_faults_of_recordings_are_found_where_they_are_made() -> None:
    assert {"har.truncated", "har.has_host", "har.window", "har.preserve_log", "har.skew"} <= set(CAPTURE)


def test_english_keeps_the_findings_own_sentence_where_it_names_more() -> None:
    own = "The recording has no request to app.example.com."

    assert ask_for("har.has_host", "en", own) == own
    assert ask_for("nothing.known", "de", own) == ""
    assert ask_of_topic("nothing", "en") == ""
