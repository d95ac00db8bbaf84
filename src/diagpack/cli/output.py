"""What reaches the terminal: data on stdout, progress and messages on stderr, everything escaped.

Enters: results and sentences. Leaves: lines and exit codes. Evidence never reaches a terminal except through
`model.terminal.escape`.
"""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from diagpack.errors import PRECEDENCE, DiagpackError, ExitCode
from diagpack.model.terminal import escape

_STYLES = {"error": "\x1b[31m", "hint": "\x1b[36m", "warning": "\x1b[33m", "ok": "\x1b[32m", "strong": "\x1b[1m"}


def has_color(stream: Any) -> bool:
    """NO_COLOR and CLICOLOR_FORCE decide before the terminal does (no-color.org, bixense.com/clicolors)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return bool(stream.isatty())


def styled(text: str, style: str, stream: Any = None) -> str:
    return f"{_STYLES[style]}{text}\x1b[0m" if has_color(stream or sys.stderr) else text


def say(text: str, *, quiet: bool = False) -> None:
    """One line of progress or advice, to stderr."""
    if not quiet:
        print(escape(text, limit=2000), file=sys.stderr)


def warn(id: str, text: str, hint: str = "") -> None:
    """One line about something that went wrong without ending the run."""
    line = f"{styled(f'warning[{id}]', 'warning')}: {escape(text, limit=2000)}"
    print(line if not hint else f"{line} ({escape(hint)})", file=sys.stderr)


def fail(error: DiagpackError) -> ExitCode:
    """Print an error in its one form and say how to exit."""
    print(f"{styled(f'error[{error.id}]', 'error')}: {escape(error.message, limit=2000)}", file=sys.stderr)
    if error.hint:
        print(f"{styled('hint', 'hint')}: {escape(error.hint, limit=2000)}", file=sys.stderr)
    return error.exit_code


def fail_json(error: DiagpackError) -> None:
    """The same error for a program, on stdout: one line, so that it also ends JSON Lines well."""
    emit_line(
        "error/1",
        {
            "error": error.id,
            "message": error.message,
            "hint": error.hint,
            "exit_code": int(error.exit_code),
        },
    )


def emit(schema: str, value: Mapping[str, Any]) -> None:
    """One JSON document on stdout; `schema` is for example `collect/1`."""
    print(json.dumps({"schema": f"diagpack.{schema}", **value}, ensure_ascii=True, indent=2, default=str))


def emit_line(schema: str, value: Mapping[str, Any]) -> None:
    """One line of JSON Lines on stdout; `schema` as in `emit`."""
    print(json.dumps({"schema": f"diagpack.{schema}", **value}, ensure_ascii=True, separators=(",", ":"), default=str))


def show(text: str = "") -> None:
    """One line of data for people, to stdout."""
    print(escape(text, limit=20_000))


def worst(codes: list[ExitCode]) -> ExitCode:
    """With several reasons at once, the first of the precedence decides."""
    return next((code for code in PRECEDENCE if code in codes), ExitCode.OK)


def can_prompt(no_input: bool) -> bool:
    """Prompts need a person: both streams are terminals, not `--no-input`, not CI."""
    return not no_input and not os.environ.get("CI") and sys.stdin.isatty() and sys.stderr.isatty()
