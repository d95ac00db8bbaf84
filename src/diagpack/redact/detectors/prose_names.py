"""Names in running text, by titles, context and a word list; in logs such lists hit ordinary words."""

from collections.abc import Iterator
from typing import Final

from diagpack.redact.detectors._engine import Rank, compiled
from diagpack.redact.spans import Detector, Span

_UPPER: Final = r"(?:[A-Z]|\xc3[\x80-\x9e]|\xc5[\x81\x84\x8c\x90\x98\x9a\xa0\xbb\xbd])"
_WORD: Final = rf"{_UPPER}[a-z\x80-\xff'-]+"
_TITLED = compiled(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|Sra?)\.? {_WORD}(?: {_WORD})?")


class ProseNames:
    """Names in prose."""

    id = "prose-name"
    entities = ("name",)
    rank = Rank.PERSONAL

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        for match in _TITLED.finditer(data):
            start = data.index(b" ", match.start()) + 1
            yield Span(start, match.end(), "name", "titled-name")


PROSE: Final[Detector] = ProseNames()
