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


class LineReader:
    """Reads lines forward from known places. `hits`: sorted offsets whose surroundings are kept in long lines."""

    def __init__(self, cursor: Cursor, encoding: Encoding, hits: Sequence[int] = ()) -> None:
        self._cursor, self._encoding, self._hits = cursor, encoding, hits
        self._buffer, self._base, self._used = b"", cursor.at, 0
        self._unread: Line | None = None
        self.number = 1

    @property
    def at(self) -> int:
        """Offset of the next line."""
        return self._base + self._used if self._unread is None else self._unread.start

    def unread(self, line: Line) -> None:
        """The line just read comes again."""
        self._unread = line

    def skip_to(self, offset: int, known: tuple[int, int]) -> None:
        """To the first line start at or after an offset. `known`: a line start before it and that line's number."""
        start, number = known
        self._unread = None
        if start > self.at:
            self.number = number
            if start >= self._base + len(self._buffer):
                self._cursor.move_to(start)
                self._buffer, self._base, self._used = b"", start, 0
            else:
                self._used = start - self._base
        is_line_start = True
        while self.at < offset and (self._used < len(self._buffer) or self._fill()):
            stop = min(len(self._buffer), offset - self._base)
            count, last = count_newlines(self._buffer, self._encoding, self._used, stop)
            is_line_start = count > 0 and last + self._encoding.width == stop
            self.number += count
            self._used = stop
        while not is_line_start and (self._used < len(self._buffer) or self._fill()):
            end = find_newline(self._buffer, self._encoding, self._used)
            is_line_start = end >= 0
            self.number += is_line_start
            self._used = end + self._encoding.width if is_line_start else len(self._buffer)

    def lines(self) -> Iterator[Line]:
        """All lines from here on."""
        if self._unread is not None:
            line, self._unread = self._unread, None
            yield line
        while self._used < len(self._buffer) or self._fill():
            yield self._next()

    def _next(self) -> Line:
        held = _Held(self.at, self._hits)
        while True:
            end = find_newline(self._buffer, self._encoding, self._used)
            stop = len(self._buffer) if end < 0 else end + self._encoding.width
            held.add(self._buffer[self._used : stop])
            self._used = stop
            if end >= 0 or not self._fill():
                self.number += 1
                return held.line(self.number - 1, self._encoding)

    def _fill(self) -> bool:
        """More bytes behind those used up; whole code units, except at the end."""
        piece = self._cursor.read(_PIECE)
        while piece and len(piece) % self._encoding.width and (more := self._cursor.read(1)):
            piece += more
        self._base += self._used
        self._buffer, self._used = self._buffer[self._used :] + piece, 0
        return bool(piece)


def count_newlines(data: bytes | bytearray, encoding: Encoding, start: int, end: int) -> tuple[int, int]:
    """How many line feeds between two places, and the place of the last (-1 without). `start` begins a code unit."""
    if encoding.width == 1:
        return data.count(b"\n", start, end), data.rfind(b"\n", start, end)
    count, last = 0, -1
    at = find_newline(data, encoding, start, end)
    while at >= 0:
        count, last = count + 1, at
        at = find_newline(data, encoding, at + encoding.width, end)
    return count, last


def find_newline(data: bytes | bytearray, encoding: Encoding, start: int, end: int | None = None) -> int:
    """The next line feed at or after `start` that is a whole code unit, -1 without."""
    stop = len(data) if end is None else end
    at = data.find(encoding.newline, start, stop)
    while at >= 0 and (at - start) % encoding.width:
        at = data.find(encoding.newline, at + 1, stop)
    return at


class _Held:
    """What is kept of the line being read."""

    def __init__(self, start: int, hits: Sequence[int]) -> None:
        self.start, self.end, self._hits = start, start, hits
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
