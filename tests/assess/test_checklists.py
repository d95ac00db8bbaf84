from pathlib import Path

import pytest
import yaml

from diagpack.assess.checklists import lint_checklist, load_checklists
from diagpack.errors import UsageError

OWN = {
    "schema": "diagpack.checklist/1",
    "id": "printing",
    "includes": ["base"],
    "title": {"en": "Printing fails"},
    "recognise": [{"points": 3, "by": {"log": "text like '*printer*'"}, "because": "the log names a printer"}],
    "items": [
        {"use": "har", "required": False},
        {
            "id": "printer",
            "kind": "text",
            "title": {"en": "Printer"},
            "question": {"en": "Which printer?"},
            "why": {"en": "They differ."},
            "met_by": [{"answer": "printer"}],
            "skip": {"allowed": True, "reasons": ["other"]},
        },
    ],
}


def write(folder: Path, **changes: object) -> Path:
    path = folder / "printing.yaml"
    path.write_text(yaml.safe_dump({**OWN, **changes}), "utf-8")
    return path


def test_one_file_is_enough_to_add_a_topic(tmp_path: Path) -> None:
    found = load_checklists([write(tmp_path)])

    assert [each.id for each in found["printing"].items][:2] == ["har", "printer"]
    assert "expected" in [each.id for each in found["printing"].items]


def test_a_shared_item_can_be_changed_where_it_is_used(tmp_path: Path) -> None:
    found = load_checklists([tmp_path]) if write(tmp_path) else {}

    assert found["printing"].items[0].is_required is False
    assert found["sso-saml"].items[0].is_required is True
    assert found["printing"].items[0].how["chrome"]["en"]


def test_a_team_file_replaces_a_built_in_one_of_the_same_id(tmp_path: Path) -> None:
    found = load_checklists([write(tmp_path, id="webhook")])

    assert found["webhook"].title == {"en": "Printing fails"}


def test_validators_with_and_without_parameters_load() -> None:
    har = next(each for each in load_checklists()["sso-saml"].items if each.id == "har")

    assert ("har.parse", {}) in har.validate
    assert ("har.flow", {"flow": "saml"}) in har.validate


def test_a_file_with_a_fault_is_refused_by_name_and_reason(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"printing\.yaml") as caught:
        load_checklists([write(tmp_path, itemz=[])])

    assert caught.value.id == "DP301"


def test_the_lint_says_what_is_wrong_and_what_is_only_advice(tmp_path: Path) -> None:
    lines = lint_checklist(write(tmp_path))

    assert lines
    assert all(each.startswith("note:") for each in lines)
    assert lint_checklist(tmp_path / "none.yaml") == ["checklist none.yaml cannot be read"]
