import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.assess.checklist_lint import lint_document

GOOD: dict[str, Any] = {
    "schema": "diagpack.checklist/1",
    "id": "printing",
    "title": {"en": "Printing fails"},
    "items": [
        {
            "id": "file",
            "kind": "file",
            "title": {"en": "File"},
            "question": {"en": "Which file?"},
            "why": {"en": "It matters."},
            "privacy": {"en": "It is redacted."},
            "how": {"any": ["Send it."]},
            "accept": [".txt"],
            "max_mb": 1,
            "met_by": [{"artifact": "log"}],
            "skip": {"allowed": True, "reasons": ["other"]},
        }
    ],
}


def with_item(**changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(GOOD)
    document["items"][0].update(changes)
    return document


def lint(document: Any, *, notes: bool = False) -> str:
    return "\n".join(lint_document(document, {"har": {}}, {"base": {}}, notes=notes))


def test_a_good_document_has_no_fault() -> None:
    assert lint(GOOD) == ""


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "is a mapping"),
        ({**GOOD, "schema": "x"}, "schema must be"),
        ({**GOOD, "id": "No Good"}, "id:"),
        ({**GOOD, "title": {"de": "Drucken"}}, "English"),
        ({**GOOD, "items": []}, "at least one item"),
        ({**GOOD, "item": []}, "did you mean 'items'"),
        ({**GOOD, "includes": ["bass"]}, "no checklist 'bass'"),
        ({**GOOD, "recognise": [{"points": 1, "by": {"artefact": "har"}, "because": "x"}]}, "artefact"),
        ({**GOOD, "recognise": [{"by": {"artifact": "har"}}]}, "points"),
        ({**GOOD, "items": [*GOOD["items"], *GOOD["items"]]}, "twice"),
        ({**GOOD, "items": [{"use": "haar"}]}, "did you mean 'har'"),
        (with_item(kind="files"), "kind is one of"),
        (with_item(kind="choice"), "options"),
        (with_item(question={"en": ""}), "English"),
        (with_item(question={"en": "Which file?", "de": None}), "empty"),
        (with_item(met_by=[]), "met_by"),
        (with_item(met_by=[{"exchange": "status >"}]), "a value is missing"),
        (with_item(met_by=[{"artifact": "har", "log": "true"}]), "exactly one"),
        (with_item(when="a ="), "when"),
        (with_item(skip={}), "way out"),
        (with_item(skip={"allowed": True, "reasons": ["tired"]}), "reasons are"),
        (with_item(validate=["har.perfect"]), "unknown validator"),
        (with_item(how={"netscape": ["x"]}), "netscape"),
        (with_item(how={"chrome": ["x"]}), "steps for"),
        (with_item(privacy={}), "privacy"),
        (with_item(accept=[]), "accepts"),
    ],
)
def test_a_fault_is_named(document: Any, says: str) -> None:
    assert says in lint(document)


def test_missing_languages_are_only_a_note() -> None:
    assert "note: item file: question has no text in de, fr, es, ja" in lint(GOOD, notes=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(st.sampled_from(sorted(GOOD)), JSON)
def test_any_value_of_a_section_is_judged_and_never_raises(section: str, value: Any) -> None:
    assert isinstance(lint({**GOOD, section: value}, notes=True), str)


@given(st.sampled_from([*sorted(GOOD["items"][0]), "use", "when", "validate", "partly_by", "options"]), JSON)
def test_any_value_of_an_item_is_judged_and_never_raises(part: str, value: Any) -> None:
    assert isinstance(lint(with_item(**{part: value}), notes=True), str)
