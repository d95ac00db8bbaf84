"""A browser console export: what the page itself complained about.

Enters: Chrome's "Save as…" (`app.js:12 Uncaught …`) or Firefox's "Export visible messages" (`10:11:12.123 …
app.js:1:2`). Leaves: one `console` artifact, JSON Lines: `source`, `line`, `lines`, `level`,
`time` (as shown), `where`, `text`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from diagpack.collectors.logs.encodings import detect
from diagpack.collectors.logs.recognition import text_of
from diagpack.errors import CollectError
from diagpack.model.collector import CollectContext, Collector
from diagpack.model.raw import RawArtifact, Source

_BYTES_MAX: Final = 16 << 20
_MESSAGES_MAX: Final = 5_000
# Patterns see the first 600 characters of a line: they look for its end, and a hostile line has none.
_LINE_MAX: Final = 600
_FILE = r"(?:https?://\S{1,300}|[\w.()@~/-]{1,80}?\.(?:m?js|jsx|tsx?|html?|vue|php|aspx?)\S{0,60}|VM\d+|\(index\))"
_CHROME = re.compile(r"^(?P<where>" + _FILE + r":\d+(?::\d+)?)\s+(?P<text>\S.*)$")
_FIREFOX = re.compile(r"^(?P<time>\d\d:\d\d:\d\d[.,]\d{3})\s+(?P<text>\S.*?)(?:\s+(?P<where>" + _FILE + r":\d+:\d+))?$")
_GROUPED = re.compile(r"^\s+at |^\s|^\S+\s+@\s+\S+:\d+")
_ERROR = re.compile(
    r"\bUncaught\b|\b\w*Error\b|Failed to load resource|Refused to|blocked by CORS|net::ERR_|NS_ERROR|has been blocked"
)
_WARNING = re.compile(r"\bwarning\b|\bdeprecated\b|will be removed|Cookie .{0,80}(?:rejected|SameSite)", re.IGNORECASE)


class Console:
    """Browser console exports."""

    id: Final = "console"
    needs: Final[tuple[str, ...]] = ()
    provides: Final = ("console",)
    derives_from: Final[tuple[str, ...]] = ()

    def recognise(self, head: bytes, name: str) -> float:
        """By the share of lines that name a script and a line in it."""
        text = text_of(head)
        if text is None:
            return 0.0
        lines = [each[:_LINE_MAX] for each in text.splitlines()[:200] if each.strip() and not _GROUPED.match(each)]
        if not lines:
            return 0.0
        chrome = sum(1 for each in lines if _CHROME.match(each))
        firefox = sum(1 for each in lines if (match := _FIREFOX.match(each)) and match["where"])
        return 0.7 if chrome + firefox >= max(1, 0.5 * len(lines)) else 0.0

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """Raises CollectError (DP150)."""
        with source.open_raw() as stream:
            data = stream.read(_BYTES_MAX)
        if source.size_bytes > _BYTES_MAX:
            ctx.missing(source, "DP137", f"the console export was cut after {_BYTES_MAX >> 20} MiB")
        encoding = detect(data)
        messages = list(_messages(encoding.decode(data[encoding.skip :]), source.label))
        if not messages:
            raise CollectError("DP150", "this console export holds no message", hint="export it again")
        kept = _kept(messages)
        if len(kept) < len(messages):
            ctx.missing(source, "DP137", f"{len(messages) - len(kept)} console messages were left out: too many")
        levels = [each["level"] for each in kept]
        yield ctx.store(
            source,
            kind="console",
            media_type="application/jsonl",
            folder="console",
            suffix=".jsonl",
            content=(json.dumps(each).encode() + b"\n" for each in kept),
            facts={"messages": len(messages), "errors": levels.count("error"), "warnings": levels.count("warning")},
        )


def _messages(text: str, source: str) -> Iterator[dict[str, Any]]:
    """One message a heading line, with the stack lines under it."""
    current: dict[str, Any] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = None if len(line) > _LINE_MAX or _GROUPED.match(line) else _CHROME.match(line) or _FIREFOX.match(line)
        if match is None and current is not None:
            current["lines"] = number - current["line"] + 1
            current["text"] = (current["text"] + "\n" + line)[:16_384]
            continue
        if current is not None:
            yield _levelled(current)
        group = match.groupdict() if match else {}
        current = {
            "source": source,
            "line": number,
            "lines": 1,
            "level": "",
            "time": group.get("time"),
            "where": group.get("where"),
            "text": (group.get("text") or line)[:16_384],
        }
    if current is not None:
        yield _levelled(current)


def _levelled(message: dict[str, Any]) -> dict[str, Any]:
    text = message["text"]
    level = "error" if _ERROR.search(text) else "warning" if _WARNING.search(text) else "info"
    return message | {"level": level}


def _kept(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors first when there are too many; in their order."""
    if len(messages) <= _MESSAGES_MAX:
        return messages
    ranked = sorted(messages, key=lambda each: (each["level"] != "error", each["line"]))[:_MESSAGES_MAX]
    return sorted(ranked, key=lambda each: int(each["line"]))


COLLECTOR: Final[Collector] = Console()
