"""Streams of messages: server-sent events, WebSocket frames, JSON Lines inside a body.

Enters: the text of a stream. Leaves: the same lines in the same order. Sources: WHATWG HTML 9.2.6 (event stream),
RFC 6455 5.6 (data frames).
"""

import re
from typing import TYPE_CHECKING

from diagpack.redact.json_text import TooDeep
from diagpack.redact.walk_json import redact_json_text

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_EVENT = re.compile(r"\A(?:(?:data|event|id|retry)?:[^\n]*\n)*(?:data):[^\n]*(?:\n|\Z)")
_FIELD = re.compile(r"(data|event|id|retry|)(: ?)(.*)", re.DOTALL)
# Some protocols put a number or a tag in front of a JSON payload (`42["event",{…}]`).
_TAGGED = re.compile(r"([0-9A-Za-z:/,-]{1,40}?)([\[{].*)", re.DOTALL)


def is_event_stream(text: str) -> bool:
    return text[:6].startswith(("data:", "event:", "id:", "retry:", ":")) and _EVENT.match(text) is not None


def redact_event_stream(engine: "Engine", text: str) -> str:
    """Field by field; the payload of `data:` by its own structure."""
    lines = []
    for line in text.split("\n"):
        match = _FIELD.fullmatch(line.rstrip("\r"))
        if match is None:
            lines.append(engine.text(line) if line.strip() else line)
            continue
        name, _, held = match.groups()
        new = engine.value(held) if name in ("data", "", "id", "event") else held
        lines.append(line.replace(held, new, 1) if held and new != held else line)
    return "\n".join(lines)


def is_json_lines(text: str) -> bool:
    head, found, _ = text.strip().partition("\n")
    return bool(found) and head.lstrip().startswith(("{", "[")) and head.rstrip().endswith(("}", "]"))


def redact_json_lines(engine: "Engine", text: str) -> str:
    """Line by line: JSON where it is JSON, text where it is not."""
    return "\n".join(_line(engine, line) for line in text.split("\n"))


def redact_frame(engine: "Engine", text: str) -> str:
    """One WebSocket message."""
    match = _TAGGED.fullmatch(text)
    if match is not None and match.group(1):
        try:
            return match.group(1) + redact_json_text(engine, match.group(2))
        except (ValueError, TooDeep):
            pass
    return engine.value(text)


def _line(engine: "Engine", line: str) -> str:
    if not line.strip():
        return line
    try:
        return redact_json_text(engine, line)
    except (ValueError, TooDeep):
        return engine.text(line)
