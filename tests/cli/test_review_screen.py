"""The screen of a review: everything escaped, filters, what was left out."""

from pathlib import Path

import pytest

from diagpack.cli.review_screen import print_view, view_json
from diagpack.pipeline.redacting import ReviewRules
from diagpack.pipeline.reviewing import Example, FreeText, Picture, RemovedClass, ReviewedArtifact, View

HOSTILE = "\x1b]0;canary\x07\u202e\r<b>"


def _view(**changes: object) -> View:
    example = Example("dp-name-x", 2, "L1", f"before dp-name-x {HOSTILE}")
    fields: dict[str, object] = {
        "case": "CS-9",
        "artifacts": (
            ReviewedArtifact("note-1", "note", "evidence/notes/note-1.txt", (RemovedClass("name", 3, 1, (example,)),)),
            ReviewedArtifact("log-1", "log", "evidence/logs/log-1.jsonl", (RemovedClass("ip", 1, 0, ()),)),
        ),
        "free_text": (FreeText("note-1", "L2", "", f"the password {HOSTILE}", 3, ("password",)),),
        "omitted": 7,
        "pictures": (Picture("image-1", "source-3", 40, 30, 1),),
        "words": {"hide": 0, "keep": 0},
        "reviews": (),
        "rules": ReviewRules(is_required=True, needs_second_person=False),
        "open_decisions": False,
    }
    return View(**{**fields, **changes})  # type: ignore[arg-type]


def test_hostile_text_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(_view())

    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b" in shown


def test_counts_context_and_what_was_left_out_are_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(_view())

    shown = capsys.readouterr().out
    assert "3 replaced, 1 different" in shown
    assert "before dp-name-x" in shown
    assert "look at: password" in shown
    assert "7 more log lines" in shown
    assert "image-1 (source-3): 40 x 30, 1 regions blacked out" in shown


def test_filters_leave_the_rest_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(_view(), artifact="note-1", entity="name")

    shown = capsys.readouterr().out
    assert "log-1" not in shown
    assert "the password" not in shown
    document = view_json(_view(), artifact="log-1", entity="ip")
    assert [each["id"] for each in document["artifacts"]] == ["log-1"]
    assert document["free_text"] == []


def test_this_module_opens_no_file() -> None:
    source = Path(__import__("diagpack.cli.review_screen", fromlist=["x"]).__file__).read_text()

    assert "open(" not in source
    assert "write" not in source
