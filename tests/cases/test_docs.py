"""What the documentation tells one to type exists: every command, and every option named with it."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from diagpack.cli.main import app

_ROOT = Path(__file__).parents[2]
_PAGES = [_ROOT / "README.md", *sorted((_ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`(diagpack [^`]+)`")
_OPTION = re.compile(r"\[?(--?[a-zA-Z][\w-]*)")


def told(page: Path) -> Iterator[str]:
    """Command lines of a page: those in code blocks, and those in the running text."""
    text = page.read_text("utf-8")
    for block in _FENCE.findall(text):
        for line in re.split(r"\n|&&|;|\|", block):
            words = line.strip().removeprefix("$ ").removeprefix(".venv/bin/").removeprefix(".venv\\Scripts\\")
            if words.startswith("diagpack "):
                yield words
    for span in _SPAN.findall(_FENCE.sub("", text)):
        yield " ".join(span.split())


def fault(line: str) -> str:
    """What is wrong with a command line; empty when it can be typed."""
    words = shlex.split(line, comments=True)[1:]
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        name = words.pop(0)
        if name not in command.commands:
            return f"no command {name!r}"
        command = command.commands[name]
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    known |= {"--help", "-h"}
    named = [match[1] for each in words if (match := _OPTION.match(each))]
    return ", ".join(f"no option {each}" for each in named if each not in known)


@pytest.mark.parametrize("page", _PAGES, ids=[str(each.relative_to(_ROOT)) for each in _PAGES])
def test_every_command_in_the_documentation_can_be_typed(page: Path) -> None:
    assert {line: problem for line in told(page) if (problem := fault(line))} == {}


def test_the_commands_are_found_where_they_stand() -> None:
    found = [line for page in _PAGES for line in told(page)]

    assert len(found) >= 10
    assert "diagpack collect CS-1042 login.har app.log.gz" in " ".join(found)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("diagpack collect CS-1 a.har --note 'x'  # a comment --with-nothing", ""),
        ("diagpack colect CS-1", "no command 'colect'"),
        ("diagpack collect CS-1 --notes x", "no option --notes"),
        ("diagpack checklist lint FILE", ""),
    ],
)
def test_a_command_that_does_not_exist_is_noticed(line: str, problem: str) -> None:
    assert fault(line) == problem
