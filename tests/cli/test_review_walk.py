"""The walk in a terminal: passages, words, regions, and then either another run or a recorded review."""

import shutil
from pathlib import Path

import pytest

from diagpack.case.config import load_case
from diagpack.case.layout import CaseDir
from tests.support.review_case import VALUES, audit, in_terminal, make_case


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> CaseDir:
    return make_case(tmp_path_factory.mktemp("walk"))[0]


@pytest.fixture
def folder(collected: CaseDir, tmp_path: Path) -> CaseDir:
    shutil.copytree(collected.root, tmp_path / "cases")
    return CaseDir(tmp_path / "cases", collected.id)


def _walk(folder: CaseDir, *answers: str) -> tuple[int, str]:
    return in_terminal("review", folder.id, "--cases", folder.root, answers="".join(f"{each}\n" for each in answers))


def test_a_walk_without_decisions_ends_in_a_recorded_review(folder: CaseDir) -> None:
    code, screen = _walk(folder, "q", "", "", "", "y", "y")

    assert code == 0, screen
    assert "look at passwort" in screen
    assert "Recorded: reviewed by ann" in screen
    assert not [value for value in VALUES if value in screen]


def test_decisions_are_recorded_as_they_are_made_and_a_refused_one_does_not_end_the_walk(folder: CaseDir) -> None:
    code, screen = _walk(
        folder, "q", "x", "too short", "Nightjar", "a project", "", "", "image-1 0,0,5,5", "image-9 0,0,5,5", "", "n"
    )

    assert code == 0, screen
    assert "error[DP655]" in screen
    assert "error[DP656]" in screen
    assert [each["word"] for each in load_case(folder.yaml).words["hide"]] == ["Nightjar"]
    assert [line["event"] for line in audit(folder)][-2:] == ["review-hide", "review-black-out"]


def test_a_suspicious_passage_can_be_answered_on_the_spot_and_applied(folder: CaseDir) -> None:
    code, screen = _walk(folder, "blaubeerkuchen", "a password in prose", "q", "", "", "", "y")

    assert code == 0, screen
    assert "Look at the result" in screen
    assert b"blaubeerkuchen" not in (folder.evidence / "notes" / "note-1.txt").read_bytes()
