"""Streams of messages: server-sent events, WebSocket frames, JSON Lines inside a body.

Enters: the text of a stream. Leaves: the same lines in the same order. Sources: WHATWG HTML 9.2.6 (event stream),
RFC 6455 5.6 (data frames); STOMP 1.2; SignalR hub protocol.
"""

import re
from itertools import groupby
from typing import TYPE_CHECKING

from diagpack.redact.json_text import TooDeep
from diagpack.redact.looks import is_credential
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.walk_http import redact_header
from diagpack.redact.walk_json import redact_json_text

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_EVENT = re.compile(r"\A(?:(?:data|event|id|retry)?:[^\n]*\n)*(?:data):[^\n]*(?:\n|\Z)")
_FIELD = re.compile(r"(data|event|id|retry|)(: ?)(.*)", re.DOTALL)
_JSON_FIELD = re.compile(r"data:\s*[{\[]")
# Some protocols put a number or a tag in front of a JSON payload (`42["event",{…}]`).
_TAGGED = re.compile(r"([0-9A-Za-z:/,-]{1,40}?)([\[{].*)", re.DOTALL)


_STOMP = re.compile(
    r"(?:CONNECT|STOMP|CONNECTED|SEND|SUBSCRIBE|UNSUBSCRIBE|ACK|NACK|BEGIN|COMMIT|ABORT|DISCONNECT|MESSAGE|RECEIPT|ERROR)"
    r"\r?\n(?:[^\r\n:]+:[^\r\n]*\r?\n)*\r?\n"
)
# Records of SignalR end with this character.
_RECORD_END = "\x1e"


def is_frames(text: str) -> bool:
    """Whether a text is a frame of STOMP or records of SignalR: protocols that WebSockets carry."""
    return (text[:1].isupper() and _STOMP.match(text) is not None) or (text[:1] == "{" and text[-1:] == _RECORD_END)


def redact_frames(engine: "Engine", text: str) -> str:
    """Headers of a STOMP frame as headers, and its body as a value; each record of SignalR by its own structure."""
    if text[-1:] == _RECORD_END:
        return _RECORD_END.join(engine.value(each) for each in text.split(_RECORD_END))
    end = _STOMP.match(text).end()  # type: ignore[union-attr]
    command, *lines = text[:end].split("\n")
    body = text[end:]
    content = body.rstrip("\0\r\n")
    return (
        "\n".join([command, *(_frame_header(engine, each) for each in lines)])
        + engine.value(content)
        + body[len(content) :]
    )


def _frame_header(engine: "Engine", line: str) -> str:
    name, colon, value = line.partition(":")
    bare = value.rstrip("\r")
    if not bare:
        return line
    if name in ("login", "passcode", "user-name"):
        return (
            name + colon + engine.slot(bare, "password" if name == "passcode" else "user", "frame") + value[len(bare) :]
        )
    return name + colon + redact_header(engine, name, bare) + value[len(bare) :]


def is_event_stream(text: str) -> bool:
    return text[:6].startswith(("data:", "event:", "id:", "retry:", ":")) and _EVENT.match(text) is not None


def redact_event_stream(engine: "Engine", text: str) -> str:
    """Field by field; the payload of `data:` by its own structure, or as one text where it stands on several lines."""
    lines: list[str] = []
    event = ""
    for name, group in groupby(text.split("\n"), key=_field_of):
        found = list(group)
        if name is None:
            lines += _together(engine, found)
            continue
        if name == "event":
            event = found[-1].partition(":")[2].strip()
        # `event: token` names what its data is.
        entity = engine.policy.classify(event) if event and name == "data" else ""
        if name == "data" and len(found) > 1 and not any(_JSON_FIELD.match(each) for each in found):
            # The lines of one event are one text: a key that is folded into them goes as a whole.
            found = _payload(engine, found)
        lines += [_field(engine, each, entity if entity in SECRET_CLASSES else "") for each in found]
    return "\n".join(lines)


def _field_of(line: str) -> str | None:
    match = _FIELD.fullmatch(line)
    return None if match is None else match.group(1)


def _field(engine: "Engine", line: str, entity: str) -> str:
    match = _FIELD.fullmatch(line.rstrip("\r"))
    if match is None:
        return engine.text(line)
    name, _, held = match.groups()
    if entity and is_credential(held, entity):
        new = engine.slot(held, entity, "event")
    else:
        new = engine.value(held) if name in ("data", "", "id", "event") else held
    return line.replace(held, new, 1) if held and new != held else line


def _payload(engine: "Engine", lines: list[str]) -> list[str]:
    pairs = [each.partition(":") for each in lines]
    new = _together(engine, [held for _, _, held in pairs])
    return [f"{name}{colon}{held}" for (name, colon, _), held in zip(pairs, new, strict=True)]


def _together(engine: "Engine", lines: list[str]) -> list[str]:
    """Lines that follow one another as one text, in as many lines."""
    if not any(map(str.strip, lines)):
        return lines
    new = engine.text("\n".join(lines)).split("\n")
    if len(new) > len(lines):
        new[len(lines) - 1 :] = [" ".join(new[len(lines) - 1 :])]
    return [*new, *[""] * (len(lines) - len(new))]


def is_json_lines(text: str) -> bool:
    head, found, _ = text.strip().partition("\n")
    return bool(found) and head.lstrip().startswith(("{", "[")) and head.rstrip().endswith(("}", "]"))


def redact_json_lines(engine: "Engine", text: str) -> str:
    """Line by line: JSON where it is JSON; what stands between is one text."""
    lines: list[str] = []
    others: list[str] = []
    for line in text.split("\n"):
        new = _json_line(engine, line)
        if new is None:
            others.append(line)
            continue
        lines += _together(engine, others)
        others = []
        lines.append(new)
    return "\n".join([*lines, *_together(engine, others)])


def redact_frame(engine: "Engine", text: str) -> str:
    """One WebSocket message."""
    match = _TAGGED.fullmatch(text)
    if match is not None and match.group(1):
        try:
            return match.group(1) + redact_json_text(engine, match.group(2))
        except (ValueError, TooDeep):
            pass
    return engine.value(text)


def _json_line(engine: "Engine", line: str) -> str | None:
    if not line.strip():
        return None
    try:
        return redact_json_text(engine, line)
    except (ValueError, TooDeep):
        return None
