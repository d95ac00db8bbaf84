"""Lines of a log, none of them ever whole in memory when it is long.

Enters: a cursor at the start of a line. Leaves: lines with their place in the original. Of a line over 8 KiB the start,
the surroundings of each hit and the end are kept; the rest is counted.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from diagpack.collectors.logs.encodings import Encoding
from diagpack.collectors.logs.streams import Cursor

LINE_MAX: Final = 8 << 10
_KEPT_START: Final = 4 << 10
_AROUND: Final = 1 << 10
_WINDOWS: Final = 6
_PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its 1-based number, its bytes [start, end) with the line end, its text without."""

    number: int
    start: int
    end: int
    text: str
    is_valid: bool = True


def read_lines(
    cursor: Cursor, number: int, encoding: Encoding, hits: Sequence[int] = (), start: int | None = None
) -> Iterator[Line]:
    """Lines from an offset that begins line `number`. `hits`: sorted offsets whose surroundings are kept."""
    if start is not None:
        cursor.move_to(start)
    held = _Held(cursor.at, hits)
    rest = b""
    while piece := cursor.read(_PIECE):
        data = rest + piece
        # A code unit of two bytes may be split between pieces.
        cut = len(data) - (cursor.at - held.origin) % encoding.width
        data, rest = data[:cut], data[cut:]
        at = 0
        while (end := find_newline(data, encoding, at)) >= 0:
            held.add(data[at : end + encoding.width])
            yield held.line(number, encoding)
            number += 1
            held = _Held(held.end, hits, held.origin)
            at = end + encoding.width
        held.add(data[at:])
    held.add(rest)
    if held.size:
        yield held.line(number, encoding)


def find_newline(data: bytes | bytearray, encoding: Encoding, start: int, end: int | None = None) -> int:
    """The next line feed at or after `start` that is a whole code unit, -1 without."""
    stop = len(data) if end is None else end
    at = data.find(encoding.newline, start, stop)
    while at >= 0 and (at - start) % encoding.width:
        at = data.find(encoding.newline, at + 1, stop)
    return at


class _Held:
    """What is kept of the line being read."""

    def __init__(self, start: int, hits: Sequence[int], origin: int | None = None) -> None:
        self.start, self.end, self._hits = start, start, hits
        self.origin = start if origin is None else origin
        self._head = bytearray()
        self._tail = b""
        self._windows: list[tuple[int, bytes]] = []

    @property
    def size(self) -> int:
        return self.end - self.start

    def add(self, piece: bytes) -> None:
        if not piece:
            return
        room = LINE_MAX + 1 - len(self._head)
        if room > 0:
            self._head += piece[:room]
        if self.size + len(piece) > LINE_MAX:
            self._keep_windows(piece)
            self._tail = (self._tail + piece)[-_AROUND:]
        self.end += len(piece)

    def _keep_windows(self, piece: bytes) -> None:
        """The part of the piece around each hit; a window may come in two parts."""
        low, high = self.end, self.end + len(piece)
        first, last = bisect_left(self._hits, low - _AROUND), bisect_right(self._hits, high + _AROUND)
        for hit in self._hits[first:last]:
            if len(self._windows) >= 2 * _WINDOWS:
                return
            begin, end = max(low, hit - _AROUND), min(high, hit + _AROUND)
            if begin < end:
                self._windows.append((begin, piece[begin - low : end - low]))

    def line(self, number: int, encoding: Encoding) -> Line:
        if self.size <= LINE_MAX:
            data = bytes(self._head)
            text = encoding.decode(data).rstrip("\r\n")
            return Line(number, self.start, self.end, text, encoding.decodes(data))
        return Line(number, self.start, self.end, self._cut_text(encoding))

    def _cut_text(self, encoding: Encoding) -> str:
        parts = [(self.start, bytes(self._head[:_KEPT_START])), *sorted(self._windows)]
        # A hit just behind the kept start lies in what was held of the first 8 KiB, not in a window.
        first, last = bisect_left(self._hits, self.start), bisect_left(self._hits, self.start + LINE_MAX)
        for hit in self._hits[first:last][:_WINDOWS]:
            begin = max(0, hit - _AROUND - self.start)
            parts.append((self.start + begin, bytes(self._head[begin : hit + _AROUND - self.start])))
        parts.append((self.end - len(self._tail), self._tail))
        shown, at = [], self.start
        for begin, data in sorted(parts):
            if begin > at:
                shown.append(f"[… {begin - at:,} bytes not shown …]")
            fresh = data[max(0, at - begin) :]
            # Whole code units only, or every character after the cut would be wrong.
            fresh = fresh[(begin + len(data) - len(fresh) - self.start) % encoding.width :]
            shown.append(encoding.decode(fresh))
            at = max(at, begin + len(data))
        return "".join(shown).rstrip("\r\n")
