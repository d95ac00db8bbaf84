"""The text engine of a whole-case run: Presidio over long texts, the same detectors directly over short ones.

Enters: bytes. Leaves: spans. What the first pass found in a long text is kept on disk as offsets and rules (never as
values), so that the second pass does not search again.
"""

import hashlib
from array import array
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

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


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """`kinds`: class and rule. `spans`: start, end and kind of each, by what was sought and the digest of the text."""

    kinds: list[tuple[str, str]]
    spans: dict[bytes, bytes]


class RememberingScanner:
    """Remembers what it found in long texts, for the second pass over the same text."""

    def __init__(self, scan: Callable[[bytes, str], list[Span]], path: Path | None) -> None:
        self._scan = scan
        self._path = path
        self._last = (b"", b"")
        self._found: dict[bytes, list[Span]] = {}
        self._kept: _Kept | None = None
        self._is_second = False

    def scan(self, data: bytes, context: str = "") -> list[Span]:
        if self._path is None or len(data) < _REMEMBERED or context:
            return self._scan(data, context)
        return self.recall("spans", data, lambda: self._scan(data, context))

    def recall(self, what: str, data: bytes, find: Callable[[], list[Span]]) -> list[Span]:
        """What `find` gives for this text: found once in a run, if there is a file to keep it in."""
        if self._path is None:
            return find()
        if data is not self._last[0]:
            self._last = (data, hashlib.sha256(data).digest())
        mark = what.encode() + self._last[1]
        known = self._found.get(mark)
        if known is None:
            known = self._kept_spans(mark)
            if known is None:
                known = find()
            self._found[mark] = known
        return known

    def _kept_spans(self, mark: bytes) -> list[Span] | None:
        """From the first pass. A missing or damaged memory only costs the search again."""
        if self._is_second and self._kept is None:
            self._kept = _Kept([], {})
            with suppress(OSError, msgspec.MsgspecError):
                if self._path is not None:
                    self._kept = msgspec.msgpack.decode(self._path.read_bytes(), type=_Kept)
        packed = None if self._kept is None else self._kept.spans.pop(mark, None)
        if self._kept is None or packed is None:
            return None
        try:
            return _spans(packed, self._kept.kinds)
        except (ValueError, IndexError):
            return None

    def save(self) -> None:
        if self._path is not None:
            kinds = dict.fromkeys((each.entity, each.rule) for spans in self._found.values() for each in spans)
            numbers = {kind: number for number, kind in enumerate(kinds)}
            # Flat rows of whole numbers: a large log has a hundred thousand findings.
            spans = {
                mark: array(
                    "Q",
                    [number for start, end, entity, rule in found for number in (start, end, numbers[entity, rule])],
                )
                for mark, found in self._found.items()
            }
            kept = _Kept(list(kinds), {mark: each.tobytes() for mark, each in spans.items()})
            self._path.write_bytes(msgspec.msgpack.encode(kept))
        self._found = {}

    def load(self) -> None:
        """From here on what was kept is used; it is read when it is first asked for."""
        self._is_second = True


def _spans(packed: bytes, kinds: list[tuple[str, str]]) -> list[Span]:
    """Raises ValueError or IndexError for what is damaged."""
    numbers = array("Q")
    numbers.frombytes(packed)
    each = iter(numbers)
    return [span_of((start, end, *kinds[kind])) for start, end, kind in zip(each, each, each, strict=True)]
