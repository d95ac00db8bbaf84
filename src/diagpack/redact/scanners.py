"""The text engine of a whole-case run: Presidio over long texts, the same detectors directly over short ones.

Enters: bytes. Leaves: spans. What the first pass found in a long text is kept on disk as offsets and rules (never as
values), so that the second pass does not search again.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from diagpack.redact.offline import no_probe
from diagpack.redact.spans import Span, span_of

if TYPE_CHECKING:
    from diagpack.redact.detect import TextDetectors

# Below this size the overhead of a call into Presidio is larger than the search; both give the same spans.
_SHORT = 2048
_REMEMBERED = 4096


class CaseScanner:
    """Presidio's `AnalyzerEngine` for text, with an optional spaCy model for prose."""

    def __init__(self, detectors: "TextDetectors", ner: str = "") -> None:
        with no_probe():
            from diagpack.redact.presidio import PresidioText

        self._detectors = detectors
        self._engine = PresidioText(detectors, ner=ner)

    def scan(self, data: bytes, context: str = "") -> list[Span]:
        scanner = self._detectors if len(data) < _SHORT else self._engine
        return scanner.scan(data, context)

    def names_in_prose(self, data: bytes) -> list[Span]:
        return self._engine.names_in_prose(data)


class RememberingScanner:
    """Remembers what it found in long texts, for the second pass over the same text."""

    def __init__(self, scan: Callable[[bytes, str], list[Span]], path: Path | None) -> None:
        self._scan = scan
        self._path = path
        self._last = (b"", "")
        self._found: dict[str, list[Span]] = {}

    def scan(self, data: bytes, context: str = "") -> list[Span]:
        if self._path is None or len(data) < _REMEMBERED or context:
            return self._scan(data, context)
        return self.recall("spans", data, lambda: self._scan(data, context))

    def recall(self, what: str, data: bytes, find: Callable[[], list[Span]]) -> list[Span]:
        """What `find` gives for this text: found once in a run, if there is a file to keep it in."""
        if self._path is None:
            return find()
        if data is not self._last[0]:
            self._last = (data, hashlib.blake2b(data, digest_size=16).hexdigest())
        mark = f"{what} {self._last[1]}"
        known = self._found.get(mark)
        if known is None:
            known = self._found[mark] = find()
        return known

    def save(self) -> None:
        if self._path is not None:
            kinds = dict.fromkeys((each.entity, each.rule) for spans in self._found.values() for each in spans)
            numbers = {kind: number for number, kind in enumerate(kinds)}
            # Flat lists of whole numbers: a large log has a hundred thousand findings.
            found = {
                mark: [number for each in spans for number in (each.start, each.end, numbers[each.entity, each.rule])]
                for mark, spans in self._found.items()
            }
            self._path.write_text(json.dumps([list(kinds), found], separators=(",", ":")), "ascii")
        self._found = {}

    def load(self) -> None:
        """A missing or damaged memory only costs the search again."""
        if self._path is not None:
            try:
                kinds, found = json.loads(self._path.read_text("ascii"))
                self._found = {mark: _spans(numbers, kinds) for mark, numbers in found.items()}
            except (OSError, ValueError, TypeError, IndexError, AttributeError):
                self._found = {}


def _spans(numbers: list[int], kinds: list[tuple[str, str]]) -> list[Span]:
    each = iter(numbers)
    return [span_of((start, end, *kinds[kind])) for start, end, kind in zip(each, each, each, strict=True)]
