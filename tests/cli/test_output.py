"""Data on stdout, messages on stderr, everything escaped."""

import json

import pytest

from diagpack.cli import output
from diagpack.errors import ExitCode, UsageError


def test_an_error_has_one_form(capsys: pytest.CaptureFixture[str]) -> None:
    code = output.fail(UsageError("DP999", "bad \x1b[31m\u202ename", hint="try\nthis"))

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "error[DP999]: bad \\x1b[31m\\u202ename\nhint: try\\nthis\n"
    assert code == ExitCode.USAGE


def test_json_is_ascii_and_versioned(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit("x/1", {"text": "\u202e\x1b"})

    text = capsys.readouterr().out
    assert text.isascii()
    assert json.loads(text) == {"schema": "diagpack.x/1", "text": "\u202e\x1b"}


def test_progress_goes_to_stderr_and_can_be_silenced(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("reading")
    output.say("reading", quiet=True)
    output.show("result")

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("result\n", "reading\n")


def test_the_first_of_the_precedence_decides() -> None:
    assert output.worst([ExitCode.PARTIAL, ExitCode.REDACTION]) == ExitCode.REDACTION
    assert output.worst([]) == ExitCode.OK


def test_color_needs_a_terminal_or_a_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("CLICOLOR_FORCE", raising=False)
    assert output.has_color(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not output.has_color(Terminal())


def test_nobody_is_asked_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    assert not output.can_prompt(False)
    assert not output.can_prompt(True)
