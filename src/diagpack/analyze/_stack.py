"""Exceptions and stack frames in the text of a log record.

Enters: the text of one record. Leaves: the class of the root cause, its message, and the frames nearest to it as
`module.function`, without line numbers. Knows Java, .NET, Python, JavaScript, PHP, Ruby and Go.
"""

import re
from dataclasses import dataclass
from typing import Final

_CLASS = (
    r"(?:[A-Za-z_$][\w$]*[.:\\]{1,2})*[A-Z][\w$]*(?:Exception|Error|Throwable|Failure|Interrupt)|(?:Exception|Error)"
)
_THROWN = re.compile(
    r"^(?P<cause>Caused by: |[ \t]*---> |Exception in thread \"[^\"]*\" |PHP Fatal error:\s+Uncaught |Uncaught )?"
    r"(?P<class>" + _CLASS + r")(?::\s*(?P<message>.*)|\s*$)",
    re.MULTILINE,
)
_INLINE = re.compile(
    r"(?<![\w.$\\])(?P<class>(?:[A-Za-z_$][\w$]*[.\\])*[A-Z][\w$]*(?:Exception|Error))\b(?::\s*(?P<message>.*))?"
)
_PANIC = re.compile(r"^panic: (?P<message>.*)$", re.MULTILINE)
_FRAMES: Final = (
    # Java, .NET: `at pkg.Class.method(File.java:12)`; JavaScript: `at name (file.js:1:2)`
    re.compile(r"^[ \t]+at (?:async )?(?:[\w.]+/)?(?P<call>[\w.$<>`\[\]#]+)\s?\(", re.MULTILINE),
    re.compile(r'^[ \t]*File "(?P<file>[^"\n]+)", line \d+, in (?P<call>\S+)', re.MULTILINE),
    re.compile(r"^#\d+ \S+\(\d+\): (?P<call>[\w\\]+(?:->|::)\w+)", re.MULTILINE),
    re.compile(r"(?<![\w./-])(?P<file>[\w./-]{1,200})\.rb:\d+:in [`'](?P<call>[^'\n]+)'"),
    re.compile(r"^(?P<call>[\w./-]{1,120}\.[\w.()*]{1,80})\(0?x?[\da-f, .{}x]*\)$", re.MULTILINE),
)


@dataclass(frozen=True, slots=True)
class Thrown:
    """`name` is the class of the root cause. `frames` begin where it was thrown."""

    name: str
    message: str
    frames: tuple[str, ...]


def thrown_in(text: str, *, frames_max: int = 3) -> Thrown | None:
    """The exception of a record: Java's last `Caused by`, Python's last line; None when there is none."""
    text = text[:65_536]
    if text.startswith("{"):
        # A JSON record holds its stack trace in one string, with escaped line feeds.
        text = text.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t")
    matches = list(_THROWN.finditer(text))
    if matches:
        is_python = "Traceback (most recent call last)" in text
        causes = [each for each in matches if (each["cause"] or "").startswith("Caused by")]
        root = causes[-1] if causes else matches[-1] if is_python else matches[0]
        below = text[: root.start()] if is_python else text[root.end() :]
        return Thrown(root["class"], (root["message"] or "").strip()[:300], _frames(below, frames_max, is_python))
    if panic := _PANIC.search(text):
        return Thrown("panic", panic["message"].strip()[:300], _frames(text[panic.end() :], frames_max, False))
    if inline := _INLINE.search(text.split("\n", 1)[0]):
        message = (inline["message"] or "").strip()[:300]
        return Thrown(inline["class"], message, _frames(text[inline.end() :], frames_max, False))
    return None


def _frames(text: str, limit: int, is_reversed: bool) -> tuple[str, ...]:
    for pattern in _FRAMES:
        found = [_named(match) for match in pattern.finditer(text)]
        if found:
            # Python prints the innermost frame last.
            return tuple((found[::-1] if is_reversed else found)[:limit])
    return ()


def _named(match: re.Match[str]) -> str:
    group = match.groupdict()
    if not group.get("file"):
        return group["call"]
    module = re.split(r"[/\\]", group["file"])[-1].removesuffix(".py").removesuffix(".rb")
    return f"{module}.{group['call']}"
