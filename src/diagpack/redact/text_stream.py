"""Plain text, streamed: memory does not grow with the file.

Enters: a binary stream and a byte range of it. Leaves: redacted bytes, piece by piece. A line that is too long for one
is read through windows that overlap.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from diagpack.redact.blocks.reader import Blocks
from diagpack.redact.earlier import Earlier
from diagpack.redact.edits import Edit
from diagpack.redact.pieces import LONGEST, Cut, cut_pieces, head_of

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine
    from diagpack.redact.replay import Units

_OVERLAP = 16 << 10


def redact_text_stream(engine: "Engine", stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Plain text in `start` to `end`, which stand on line ends. Bytes that are not UTF-8 stay as they are."""
    walker = _TextWalker(engine, stream, start)
    yield from walker.redacted(cut_pieces(stream, start, end, LONGEST))
    yield from walker.rest()


def redact_text_units(engine: "Engine", stream: BinaryIO, start: int, end: int, units: "Units") -> Iterator[bytes]:
    """The same in units of one piece, which the second pass may have from the first."""
    walker = _TextWalker(engine, stream, start)
    for cut in cut_pieces(stream, start, end, LONGEST):
        yield from units.pieces(engine, walker, [cut])
    yield from walker.rest()


class _TextWalker:
    """Redacts the pieces of one text, in order."""

    def __init__(self, engine: "Engine", stream: BinaryIO, start: int) -> None:
        self._engine = engine
        self._windows = _Windows(engine)
        self._blocks = Blocks(engine)
        if start:
            earlier = Earlier(stream, start, is_records=False)
            self._blocks.prime(b"\n".join([*head_of(stream), b""]), earlier)

    @property
    def is_next(self) -> bool:
        """Whether the next piece stands for itself, when the one before is known."""
        return self._blocks.is_next

    def is_whole(self, cut: Cut) -> bool:
        """Whether the next piece holds whole lines; others are read through windows."""
        return not cut[1] and len(cut[0]) <= LONGEST and not self._windows.is_open

    def skip(self, data: bytes) -> None:
        """A piece went by."""
        self._blocks.skip(data)

    def edits(self, data: bytes) -> list[Edit]:
        """What is replaced in the next piece, which is whole."""
        return self._engine.edits(data, blocks=self._blocks)

    def redacted(self, cuts: Iterable[Cut]) -> Iterator[bytes]:
        """The next pieces."""
        for cut in cuts:
            if self.is_whole(cut):
                yield self._engine.data(cut[0], blocks=self._blocks)
            else:
                yield from self._windows.feed(cut[0], is_last=not cut[1])

    def rest(self) -> Iterator[bytes]:
        """What is left of a line that was not read to its end."""
        return self._windows.feed(b"", is_last=True)


class _Windows:
    """A line of any length: each window sees what stands before and behind it, and only windows are held."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._held = b""
        # How much of `_held` was written already and only serves as context.
        self._done = 0

    @property
    def is_open(self) -> bool:
        return bool(self._held)

    def feed(self, more: bytes, *, is_last: bool) -> Iterator[bytes]:
        """Redacted bytes; `is_last`: the line ends here."""
        self._held += more
        while len(self._held) - self._done > LONGEST + _OVERLAP:
            yield self._written(self._done + LONGEST, self._done + LONGEST + _OVERLAP)
        if is_last and self._held:
            yield self._written(len(self._held), len(self._held))
            self._held, self._done = b"", 0

    def _written(self, limit: int, stop: int) -> bytes:
        """Everything up to `limit`, or to the end of the finding that stands there; `stop`: what the window sees."""
        window = self._held[:stop]
        out = bytearray()
        at = self._done
        for edit in self._engine.edits(window):
            if edit.end <= at or edit.start >= limit:
                continue
            out += window[at : max(at, edit.start)]
            out += edit.new or b""
            at = edit.end
            if edit.entity:
                self._engine.tally[f"{edit.entity}/{edit.rule}"] += 1
        if at < limit:
            out += window[at:limit]
            at = limit
        begin = max(0, at - _OVERLAP)
        self._held, self._done = self._held[begin:], at - begin
        return bytes(out)
