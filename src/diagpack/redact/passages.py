"""The texts inside a redacted artifact, one by one, each with the place where a reader finds it.

Enters: the bytes of a redacted artifact and its media type. Leaves: passages in the order of the document. Nothing in
here decides what is sensitive.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diagpack.redact import work


@dataclass(frozen=True, slots=True)
class Passage:
    """`place`: `#37 /request/url` (HAR entry), `L12` (line of the original), `/answers/expected` (JSON pointer).

    `label` is the key, field or header it stands under; empty for plain text and for keys themselves (`is_key`).
    """

    place: str
    label: str
    text: str
    is_key: bool = False


def passages(content: bytes, media_type: str) -> Iterator[Passage]:
    """Every text and number of an artifact; nothing for a picture. Raises ValueError on a document that is not JSON."""
    if media_type == work.JSONL:
        yield from _records(content)
    elif media_type in (work.HAR, work.JSON):
        yield from _document(json.loads(content))
    elif media_type.startswith("text/"):
        for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), 1):
            if line.strip():
                yield Passage(f"L{number}", "", line)


def _records(content: bytes) -> Iterator[Passage]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        record = json.loads(line)
        own = record.get("line") if isinstance(record, dict) else None
        place = f"L{own if isinstance(own, int) else number}"
        for _, label, text, is_key in _leaves(record):
            yield Passage(place, "" if label == "text" else label, text, is_key)


def _document(document: Any) -> Iterator[Passage]:
    entries = _entries(document)
    for pointer, label, text, is_key in _leaves(document):
        place = pointer
        parts = pointer.split("/", 4)
        if entries and parts[:3] == ["", "log", "entries"] and len(parts) == 5:
            place = f"#{_number(entries, parts[3])} /{parts[4]}"
        yield Passage(place, label, text, is_key)


def _entries(document: Any) -> list[Any]:
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    return entries if isinstance(entries, list) else []


def _number(entries: list[Any], index: str) -> str:
    """The number of an entry in the original capture."""
    entry = entries[int(index)]
    own = entry.get("_dpEntry") if isinstance(entry, dict) else None
    return str(own) if isinstance(own, int) else index


def _leaves(document: Any) -> Iterator[tuple[str, str, str, bool]]:
    """Pointer, label, text of every leaf and of every key, without recursion: documents nest up to 200 deep."""
    stack: list[tuple[str, str, Any]] = [("", "", document)]
    while stack:
        pointer, label, value = stack.pop()
        if isinstance(value, dict):
            named = value.get("name")
            children = []
            for key, each in value.items():
                yield pointer, "", str(key), True
                # HAR and HTML forms list `{"name": …, "value": …}`: the name says what the value is.
                shown = named if key == "value" and isinstance(named, str) else str(key)
                children.append((f"{pointer}/{key}", shown, each))
            stack += reversed(children)
        elif isinstance(value, list):
            stack += reversed([(f"{pointer}/{index}", label, each) for index, each in enumerate(value)])
        elif isinstance(value, str):
            yield pointer, label, value, False
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield pointer, label, str(value), False
