"""JSON written over several lines inside of a log: a body that was printed with indentation.

Enters: a chunk of text; a document of it as it was walked. Leaves: where each whole object stands; the members that
changed, one by one, so that lines and indentation stay. Source: RFC 8259.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from diagpack.redact.blocks.embedded import TELLING_SOURCE, end_of
from diagpack.redact.detectors._engine import compiled
from diagpack.redact.json_text import Document

_OPENING = compiled(r"\{[ \t]*\r?\n[ \t]*\"[^\"\\\r\n]{1,80}\"[ \t]?:")
# Names that say something in a document only; of others the key in the text says as much.
_TELLING = compiled(
    TELLING_SOURCE
    + r"|\"(?:zip|plz|postcode|uid|secrets|passwords|credentials|authorization|value|values|id|key)\"[ ]?:",
    ignore_case=True,
)
# Parts that the parser sees.
_SIZES = (2 << 10, 32 << 10, 512 << 10)
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def documents(data: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each document. Every byte is read once by the search and once by the parser."""
    if b"{\n" not in data and b"{\r\n" not in data:
        return
    found = _OPENING.find(data)
    text = data.decode("latin1") if found is not None else ""
    while found is not None:
        start = found[0]
        end, position = end_of(text, start, len(text), _SIZES)
        if end > start and _TELLING.find(data, start, end) is not None:
            yield start, end
        found = _OPENING.find(data, position)


def changes(data: bytes, old: Any, new: Any, document: Document) -> Iterator[tuple[int, int, bytes]]:
    """(start, end, text) of everything in a document of value `old` that `new` holds differently."""
    return _Changes(data, document).of(old, new)


class _Changes:
    """Reads the text and both values side by side."""

    def __init__(self, data: bytes, document: Document) -> None:
        self._data = data
        self._next = _TOKEN.finditer(data).__next__
        self._document = document

    def of(self, old: Any, new: Any) -> Iterator[tuple[int, int, bytes]]:
        token = self._next()
        sign = token.group()
        is_container = sign in (b"{", b"[")
        if old is new or old == new:
            if is_container:
                self._skip()
        elif isinstance(old, dict) and isinstance(new, dict) and len(old) == len(new):
            for (key, before), (name, after) in zip(old.items(), new.items(), strict=True):
                named = self._next()
                if key != name:
                    yield named.start(), named.end(), self._written(self._document.key_of(name))
                self._next()
                yield from self.of(before, after)
                self._next()
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            for before, after in zip(old, new, strict=True):
                yield from self.of(before, after)
                self._next()
        else:
            yield token.start(), self._skip() if is_container else token.end(), self._written(new)

    def _skip(self) -> int:
        """Behind the container that was just opened."""
        depth, end = 1, 0
        while depth:
            token = self._next()
            sign, end = token.group(), token.end()
            if sign in (b"{", b"["):
                depth += 1
            elif sign in (b"}", b"]"):
                depth -= 1
        return end

    def _written(self, value: Any) -> bytes:
        digits = self._document.number_of(value) if isinstance(value, str) else None
        text = digits if digits is not None else json.dumps(value, ensure_ascii=False)
        return text.encode("utf-8", "surrogateescape")
