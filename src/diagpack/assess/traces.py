"""Reads an error text as a log wrote it: exception, frames, one line that says what went wrong.

Enters: the text of one log record, possibly with a stack trace. Leaves: the exception and its message, the product's
top frames, a headline. Lines are cut first, so that no pattern can take long on hostile text.
"""

import json
import re
from itertools import pairwise
from typing import Final

INPUT_LIMIT: Final = 20_000
_LINE_LIMIT: Final = 400
_FRAMES: Final = 3
_MESSAGES: Final = ("message", "msg", "event", "error", "log")
_NAMED = re.compile(
    r"\b((?:[A-Za-z_$][\w$]*\.)*[A-Z][\w$]*(?:Exception|Error|Fault|Failure|Panic))\b:?\s*(.*)", re.ASCII
)
# The line that Python writes after its frames, and the one that Java writes before them, name a class of any name.
_AFTER_FRAMES = re.compile(r"((?:[A-Za-z_]\w*\.)*[A-Z]\w*)(?:: (.*))?", re.ASCII)
_FIRST_FRAME = re.compile(r"\s+at [\w$.<>/ ]+\(", re.ASCII)
_PYTHON: Final = "Traceback (most recent call last)"
_PREFIX = re.compile(
    r"(?:[\d:.,TZ+/-]{8,35}\s+)*(?:\[?(?:FATAL|CRITICAL|SEVERE|ERROR|WARN|WARNING|INFO)\]?:?\s+)?(?:\[[^\]]{0,100}\]\s*)*",
    re.ASCII | re.IGNORECASE,
)
_FRAMES_OF: Final = tuple(
    re.compile(pattern, re.ASCII | re.MULTILINE)
    for pattern in (
        r"^\s*at\s+(?:async\s+)?(?:new\s+)?([\w$.<>/]+)\s*\(",  # Java, JavaScript
        r"^\s*File \"[^\"]*?([\w-]+)\.py\", line \d+, in ([\w<>]+)",  # Python
        r"^\s*at ([\w.<>`]+)\(.*\) in ",  # .NET
        r"^([\w./-]+\.[\w(*).]+)\(.*\)$",  # Go
        r"^\s*from .*?([\w-]+)\.rb:\d+:in [`']([^'`]+)'",  # Ruby
        r"^#\d+ .*?([\w\\]+(?:->|::)\w+)\(",  # PHP
    )
)
# Frames of runtimes and frameworks say where the fault surfaced, not where it is.
_FOREIGN: Final = tuple(
    """
    java. javax. jakarta. jdk. sun. com.sun. kotlin. scala. org.springframework. org.apache. org.eclipse. org.hibernate.
    io.netty. reactor. com.fasterxml. system. microsoft. runtime. runtime/ net/http node: internal/ process. module.
    django. flask. werkzeug. starlette. uvicorn. sqlalchemy. asyncio. threading. concurrent. rack. rails. active
    illuminate\\ symfony\\ object. promise. function.
    """.split()
)


def exception_of(text: str) -> tuple[str, str]:
    """(class without its package, message) of the exception a text names; ("", "") when there is none."""
    lines = _lines(text)
    match = _python(lines) or _java(lines)
    if match is None:
        match = next((found for line in lines if (found := _NAMED.search(line))), None)
    return (match.group(1).rsplit(".", 1)[-1], match.group(2) or "") if match else ("", "")


def frames(text: str) -> list[str]:
    """The top three frames of the product as `module.function`, without line numbers."""
    joined = "\n".join(_lines(text))
    for pattern in _FRAMES_OF:
        found = [".".join(part for part in match.groups() if part) for match in pattern.finditer(joined)]
        own = [each for each in found if not each.lower().startswith(_FOREIGN)]
        if found:
            return (own or found)[:_FRAMES]
    return []


def headline(text: str) -> str:
    """What went wrong in one line: exception and message, else the first line without its time and level."""
    exception, message = exception_of(text)
    if exception:
        return f"{exception}: {message}" if message else exception
    lines = _lines(_said(text))
    first = lines[0] if lines else ""
    return first[_match_end(first) :] or first


def _said(text: str) -> str:
    """The message of a JSON record; any other text as it is."""
    if not text.startswith("{") or len(text) > INPUT_LIMIT:
        return text
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return text
    found = (record.get(name) for name in _MESSAGES) if isinstance(record, dict) else ()
    return next((each for each in found if isinstance(each, str) and each.strip()), text)


def _lines(text: str) -> list[str]:
    text = text[:INPUT_LIMIT]
    if text.startswith("{"):
        # A JSON record holds its stack trace in one string, with escaped line feeds.
        text = text.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t")
    return [line[:_LINE_LIMIT] for line in text.splitlines()]


def _match_end(line: str) -> int:
    match = _PREFIX.match(line)
    return match.end() if match else 0


def _python(lines: list[str]) -> re.Match[str] | None:
    start = next((number for number, line in enumerate(lines) if _PYTHON in line), None)
    if start is None:
        return None
    # A chained traceback ends in the exception that was not handled, so the last one counts.
    named = (_AFTER_FRAMES.fullmatch(line) for line in reversed(lines[start + 1 :]))
    return next((each for each in named if each), None)


def _java(lines: list[str]) -> re.Match[str] | None:
    for before, line in pairwise(lines):
        if _FIRST_FRAME.match(line):
            return _AFTER_FRAMES.fullmatch(before[_match_end(before) :])
    return None
