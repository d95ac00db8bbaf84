"""`diagpack review` as a person and as a machine meet it: values on a terminal only, accepting by a person only."""

import contextlib
import io
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from diagpack.case.layout import CaseDir
from diagpack.cli import main
from tests.support.review_case import SECRET, VALUES, audit, in_terminal, make_case, open_files


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> CaseDir:
    return make_case(tmp_path_factory.mktemp("command"))[0]


@pytest.fixture
def folder(collected: CaseDir, tmp_path: Path) -> CaseDir:
    shutil.copytree(collected.root, tmp_path / "cases")
    return CaseDir(tmp_path / "cases", collected.id)


@dataclass(frozen=True, slots=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


def piped(folder: CaseDir, *arguments: str) -> Ended:
    """The command without a terminal, in this process."""
    given, out, error = sys.argv, io.StringIO(), io.StringIO()
    sys.argv = ["diagpack", "review", str(folder.id), "--cases", str(folder.root), *arguments]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            code = main._run()
    finally:
        sys.argv = given
    return Ended(code, out.getvalue(), error.getvalue())


def terminal(folder: CaseDir, *arguments: str, answers: str = "", user: str = "ann") -> tuple[int, str]:
    return in_terminal("review", folder.id, "--cases", folder.root, *arguments, answers=answers, user=user)


def as_json(folder: CaseDir, *arguments: str) -> Mapping[str, Any]:
    result = piped(folder, "--json", *arguments)
    assert result.returncode == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_without_a_terminal_the_review_shows_redacted_text_and_no_value(folder: CaseDir) -> None:
    result = piped(folder)

    assert result.returncode == 0, result.stderr
    assert "dp-password-" in result.stdout
    assert "look at: passwort" in result.stdout
    assert "Not reviewed yet, and filing in Jira asks for it" in result.stdout
    assert not [value for value in VALUES if value in result.stdout + result.stderr]


def test_json_has_a_schema_and_no_value(folder: CaseDir) -> None:
    document = as_json(folder, "--file", "log-1", "--class", "password")

    assert document["schema"] == "diagpack.review/1"
    assert [each["id"] for each in document["artifacts"]] == ["log-1"]
    assert [each["class"] for each in document["artifacts"][0]["removed"]] == ["password"]
    assert document["required"] is True
    assert not [value for value in VALUES if value in json.dumps(document)]


@pytest.mark.parametrize("arguments", [("--show-values",), ("--show-values", "--json")])
def test_values_are_refused_where_no_terminal_is(folder: CaseDir, arguments: tuple[str, ...]) -> None:
    result = piped(folder, *arguments)

    assert result.returncode == 2
    assert result.stderr.startswith("error[DP920]")
    assert not [value for value in VALUES if value in result.stdout + result.stderr]


def test_on_a_terminal_the_values_are_shown_and_every_showing_is_recorded(folder: CaseDir) -> None:
    code, screen = terminal(folder, "--show-values", "--file", "log-1")

    assert code == 0, screen
    assert f"= {SECRET}" in screen
    shown = [line for line in audit(folder) if line["event"] == "review-show"]
    assert {line["entity"] for line in shown} >= {"password", "email"}
    assert {line["artifact"] for line in shown} == {"log-1"}
    assert not [name for name, content in open_files(folder) if any(value.encode() in content for value in VALUES)]


def test_json_never_shows_values_even_on_a_terminal(folder: CaseDir) -> None:
    code, screen = terminal(folder, "--show-values", "--json")

    assert code == 2
    assert SECRET not in screen


@pytest.mark.parametrize("arguments", [("--accept",), ("--accept", "--no-input"), ("--accept", "--json")])
def test_a_machine_cannot_accept(folder: CaseDir, arguments: tuple[str, ...]) -> None:
    result = piped(folder, *arguments)

    assert result.returncode == 2
    assert "error[DP659]" in result.stderr
    assert "review" not in [line["event"] for line in audit(folder)]


def test_no_input_on_a_terminal_cannot_accept_either(folder: CaseDir) -> None:
    assert terminal(folder, "--accept", "--no-input")[0] == 2


def test_a_person_accepts_by_answering_and_a_no_records_nothing(folder: CaseDir) -> None:
    refused, _ = terminal(folder, "--accept", answers="n\n")
    assert refused == 130
    assert as_json(folder)["reviews"] == []

    code, screen = terminal(folder, "--accept", answers="y\n")

    assert code == 0, screen
    assert "Recorded: reviewed by ann" in screen
    assert [each["by"] for each in as_json(folder)["reviews"]] == ["ann"]
    assert audit(folder)[-1]["event"] == "review"


def test_a_word_is_hidden_and_applied_without_a_terminal(folder: CaseDir) -> None:
    document = as_json(folder, "--hide", "blaubeerkuchen", "--reason", "a password in prose", "--apply")

    assert document["open_decisions"] is False
    assert document["words"] == {"hide": 1, "keep": 0}
    assert "blaubeerkuchen" not in json.dumps(document)
    assert not [name for name, content in open_files(folder) if b"blaubeerkuchen" in content]


def test_a_secret_is_not_kept_and_the_message_does_not_say_it(folder: CaseDir) -> None:
    result = piped(folder, "--keep", SECRET, "--reason", "please")

    assert result.returncode == 2
    assert result.stderr.startswith("error[DP650]")
    assert SECRET not in result.stderr + result.stdout


@pytest.mark.parametrize("arguments", [("--file", "log-99"), ("--class", "passwords")])
def test_a_misspelt_name_does_not_look_like_nothing_removed(folder: CaseDir, arguments: tuple[str, ...]) -> None:
    result = piped(folder, *arguments)

    assert result.returncode == 2
    assert "DP649" in result.stderr
    assert "log-1" in result.stderr or "password," in result.stderr


def test_nobody_is_asked_to_accept_what_is_out_of_date(folder: CaseDir) -> None:
    piped(folder, "--hide", "Nightjar", "--reason", "a project")

    code, shown = terminal(folder, "--accept", answers="y\n")

    assert code == 2
    assert "DP657" in shown
    assert "may leave" not in shown


def test_a_decision_says_what_comes_next(folder: CaseDir) -> None:
    result = piped(folder, "--hide", "Nightjar", "--reason", "a project")

    assert result.returncode == 0, result.stderr
    assert f"diagpack collect {folder.id}" in result.stderr
    assert result.stdout == ""


def test_a_region_is_blacked_out(folder: CaseDir) -> None:
    document = as_json(folder, "--black-out", "image-1", "0,0,10,10;20,20,5,5", "--apply")

    assert document["pictures"][0]["blacked_out"] == 2


def test_a_case_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    result = piped(CaseDir(tmp_path, "CS-404"))  # type: ignore[arg-type]

    assert result.returncode == 2
    assert result.stderr.startswith("error[DP691]")
