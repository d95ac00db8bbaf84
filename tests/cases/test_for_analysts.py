"""The page for analysts, walked: every command is typed in its order, and what the page shows is what one sees."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diagpack.case.config import update_case_yaml
from diagpack.case.layout import CaseDir
from diagpack.model.case import case_id
from tests.cases.stories import api_500
from tests.support.fake_jira import FakeJira, running
from tests.support.review_case import in_terminal

_PAGE = Path(__file__).parents[2] / "docs" / "for-analysts.md"
_BLOCK = re.compile(r"^```\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What asks a person runs on a terminal, with their answer.
_ASKS = {"confirm": "y\n", "review": "y\n"}


def told(page: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each command of the page, and the lines that it shows below it."""
    for block in _BLOCK.findall(page):
        command: list[str] = []
        shown: list[str] = []
        for line in block.splitlines():
            if line.startswith("$ diagpack "):
                if command:
                    yield command, shown
                command, shown = shlex.split(line)[2:], []
            elif line.strip():
                shown.append(line)
        if command:
            yield command, shown


def is_shown(line: str, screen: str) -> bool:
    """Every part of the line between `…` stands in the screen, in this order, in one line."""
    parts = [" ".join(each.split()) for each in line.split("…")]
    pattern = re.compile(".*".join(map(re.escape, parts)))
    return any(pattern.search(" ".join(each.split())) for each in screen.splitlines())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An analyst's desk: the three files, a tracker, nothing else."""
    story = api_500()
    for name, content in story.files.items():
        (tmp_path / name).write_bytes(content)
    for name, value in {
        "DIAGPACK_CASES": str(tmp_path / "cases"),
        "DIAGPACK_NO_KEYRING": "1",
        "DIAGPACK_SIGNING_KEY": str(tmp_path / "signing_key"),
        "DIAGPACK_USER": "ann",
        "DIAGPACK_JIRA_TOKEN": "canary-jira-token",
        "DIAGPACK_JIRA_EMAIL": "analyst@example.com",
        "DIAGPACK_JIRA_PROJECT": "ENG",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DIAGPACK_PROFILE", raising=False)
    monkeypatch.chdir(tmp_path)
    with running(FakeJira()) as jira:
        monkeypatch.setenv("DIAGPACK_JIRA_SITE", jira.url)
        yield tmp_path
        assert jira.violations == []
        (issue,) = jira.issues.values()
        assert any(each["filename"].endswith(".zip") for each in issue.attachments)


def typed(command: list[str]) -> tuple[int, str]:
    if command[0] in _ASKS:
        return in_terminal(*command, answers=_ASKS[command[0]])
    done = subprocess.run(
        [sys.executable, "-m", "diagpack.cli.main", *command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "CI": "1"},
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_page_is_one_page() -> None:
    assert len(_PAGE.read_text("utf-8").splitlines()) <= 110


def test_one_case_from_start_to_ticket_as_the_page_says(desk: Path) -> None:
    story, steps = api_500(), list(told(_PAGE.read_text("utf-8")))
    folder = CaseDir(desk / "cases", case_id("CS-1042"))

    for command, shown in steps:
        if command[0] == "confirm":
            # Step 5: "Correct case.yaml, then:".
            changes = {name: each for name, each in story.yaml.items() if name not in ("title", "checklist")}
            update_case_yaml(folder.yaml, changes)
        code, screen = typed(command)
        assert code == 0, f"{command}: {screen}"
        for line in shown:
            assert is_shown(line, screen), f"{command}: {line!r} is not in:\n{screen}"

    names = [command[0] for command, _ in steps]
    assert names == ["new", "collect", "status", "status", "confirm", "collect", "status", "review", "submit"]
