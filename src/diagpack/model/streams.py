"""How a live connection ended: WebSocket close codes and error events, as writers record them.

Enters: a HAR entry. Leaves: the close code, and whether the stream itself reported an error. Sources: RFC 6455, 5.5.1
and 7.4 (close frames and codes); WHATWG HTML 9.2 (server-sent events); the exports of Chrome (frames with an opcode,
"error" frames) and HTTP Toolkit (`_webSocketClose`).
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

CLOSE: Final = 8
_WRITTEN: Final = re.compile(r"close (\d{4})")
# 1000 done, 1001 page left, 1005 no code given: how connections end that worked (RFC 6455, 7.4.1).
_ORDINARY: Final = frozenset({0, 1000, 1001, 1005})
_MEANINGS: Final = {
    1002: "protocol error",
    1003: "data it cannot accept",
    1006: "it broke off without a close frame",
    1007: "malformed data",
    1008: "policy violation",
    1009: "message too big",
    1010: "extension missing",
    1011: "server error",
    1012: "the server restarts",
    1013: "try again later",
    1014: "bad gateway",
    1015: "TLS handshake failed",
}


def close_code(entry: Mapping[str, Any]) -> int:
    """The WebSocket close code of an entry; 0 when none was recorded."""
    written = entry.get("_webSocketClose")
    if written == "aborted":
        return 1006
    if isinstance(written, Mapping) and isinstance(written.get("code"), int):
        return int(written["code"])
    for message in reversed(_messages(entry, "_webSocketMessages")):
        if message.get("opcode") == CLOSE:
            return _code_of(message)
        if message.get("type") == "error":
            return 1006
    return 0


def has_error_event(entry: Mapping[str, Any]) -> bool:
    """Whether the server sent an event named `error`."""
    return any(each.get("eventName") == "error" for each in _messages(entry, "_eventSourceMessages"))


def is_ordinary(code: int) -> bool:
    """Whether a connection that worked ends with this code."""
    return code in _ORDINARY


def meaning(code: int) -> str:
    """`1011 (server error)`."""
    words = _MEANINGS.get(code, "a code of the application" if code >= 3000 else "")
    return f"{code} ({words})" if words else str(code)


def _code_of(message: Mapping[str, Any]) -> int:
    match = _WRITTEN.fullmatch(str(message.get("type", "")))
    if match is not None:
        return int(match[1])
    data = message.get("data")
    if not isinstance(data, str) or len(data) < 2:
        return 1005
    try:
        # Chrome records every frame that is not text as base64.
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raw = data.encode("latin-1", "replace")
    code = int.from_bytes(raw[:2], "big")
    return code if 1000 <= code < 5000 else 1005


def _messages(entry: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = entry.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, Iterable) else []
