"""Each step is a line; on a terminal the running one turns, and nothing of the evidence can steer the terminal."""

import os
import pty
import subprocess
import sys

import pytest

from diagpack.cli.progress import progress

SCRIPT = (
    "from diagpack.cli.progress import progress\n"
    "with progress() as step:\n"
    "    step('reading \\x1b]0;canary\\x07 [bold]as[/bold] har')\n"
    "    step('redacting 8 artifacts')\n"
)


def on_a_terminal(**environment: str) -> str:
    parent, child = pty.openpty()
    wanted = {key: value for key, value in os.environ.items() if key != "CI"}
    done = subprocess.Popen([sys.executable, "-c", SCRIPT], stderr=child, env={**wanted, **environment})
    os.close(child)
    shown = b""
    while True:
        try:
            piece = os.read(parent, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(parent)
    assert done.wait(timeout=60) == 0
    return shown.decode()


def test_a_pipe_gets_one_line_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as step:
        step("reading \x1b[31m source-1")
        step("redacting")

    assert capsys.readouterr().err == "reading \\x1b[31m source-1\nredacting\n"


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=True) as step:
        step("reading")

    assert capsys.readouterr().err == ""


def test_a_terminal_shows_the_time_of_the_running_step_and_keeps_each_line() -> None:
    shown = on_a_terminal(TERM="xterm", COLUMNS="80")

    assert "redacting 8 artifacts" in shown
    assert "0:00:00" in shown
    assert "\x1b]0;canary" not in shown
    assert "\\x1b]0;canary\\x07 [bold]as[/bold] har" in shown


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"TERM": "xterm", "CI": "true"}])
def test_nothing_moves_in_ci_or_on_a_dumb_terminal(environment: dict[str, str]) -> None:
    assert "\x1b" not in on_a_terminal(**environment)
