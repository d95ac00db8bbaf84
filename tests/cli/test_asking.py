"""Prompts on a real pseudo-terminal: asked once, written to case.yaml, never without a person."""

import json
import shutil
from pathlib import Path

import pytest

from diagpack.case.config import load_case
from diagpack.case.layout import CaseDir
from tests.support.review_case import in_terminal, make_case


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> CaseDir:
    return make_case(tmp_path_factory.mktemp("asking"))[0]


@pytest.fixture
def folder(collected: CaseDir, tmp_path: Path) -> CaseDir:
    shutil.copytree(collected.root, tmp_path / "cases")
    return CaseDir(tmp_path / "cases", collected.id)


def on_screen(folder: CaseDir, command: str, *arguments: str, answers: str = "") -> tuple[int, str]:
    return in_terminal(command, folder.id, "--cases", folder.root, *arguments, answers=answers)


def test_collect_asks_what_it_cannot_know_and_the_package_has_the_answers(folder: CaseDir) -> None:
    # A wrong choice is asked for again; an empty line skips.
    answers = "The export of orders fails with an error\n12 people cannot export\n4.2.0\nt-1\n\n"

    code, screen = on_screen(folder, "collect", answers=answers)

    assert code == 0, screen
    assert screen.count("/5 ") == 5
    case = load_case(folder.yaml)
    assert case.title == "The export of orders fails with an error"
    assert case.answers["impact"] == "12 people cannot export"
    assert case.environment["product_version"] == "4.2.0"
    assert "12 people cannot export" in (folder.evidence / "case" / "case-1.json").read_text()

    code, screen = on_screen(folder, "status", answers="\n" * 5)

    assert code == 0, screen
    for name in ("title:", "impact:", "product_version:", "window:"):
        assert f"/5 {name}" not in screen, "asked twice"


def test_an_answer_that_is_no_choice_is_asked_for_again(folder: CaseDir) -> None:
    put = ["title", "impact", "product_version", "tenant", "window", "actual", "expected"]
    folder.journal.write_text(json.dumps({"name": "asked", "value": {"names": put}}) + "\n")

    code, screen = on_screen(folder, "status", answers="somebody\none\n\n\n\n\n\n")

    assert code == 0, screen
    assert "not taken: one of" in screen


@pytest.mark.parametrize("option", ["--no-input", "--json"])
def test_nobody_is_asked_without_a_person(folder: CaseDir, option: str) -> None:
    code, screen = on_screen(folder, "status", option)

    assert code == 0
    assert "1/5" not in screen
    assert not folder.journal.exists() or "asked" not in folder.journal.read_text()


def test_the_end_of_input_keeps_what_was_answered(folder: CaseDir) -> None:
    code, screen = on_screen(folder, "status", answers="The export of orders fails with an error\n\x04")

    assert code == 130, screen
    assert load_case(folder.yaml).title == "The export of orders fails with an error"
