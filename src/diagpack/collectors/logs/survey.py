"""One pass over a whole log: where the IDs are, how many lines there are, what time it is every 256 KiB.

Enters: a log's bytes and an `IdFinder`. Leaves: a `Survey`: hits with line numbers, a sparse index of offset, line and
time, and what the pass noticed (invalid bytes, a cut-off end).
"""

import codecs
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from diagpack.collectors.logs.clock import Clock
from diagpack.collectors.logs.encodings import Encoding
from diagpack.collectors.logs.idsearch import IdFinder, has_borders
from diagpack.collectors.logs.lines import count_newlines, find_newline
from diagpack.collectors.logs.stamper import Stamper
from diagpack.collectors.logs.streams import LogBytes

CHUNK: Final = 1 << 18
_BEFORE: Final = 16
_KEPT: Final = 1_000
_PROBE_LINES: Final = 60
_PROBE_BYTES: Final = 4096
SLACK: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Hit:
    """An ID at a byte offset, with the start and number of its line."""

    start: int
    id: str
    line_start: int
    line: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A line start every so often: offset, line number, and its time where it has one."""

    offset: int
    line: int
    at: datetime | None


@dataclass(slots=True)
class Survey:
    size_bytes: int = 0
    lines_total: int = 0
    marks: list[Mark] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    is_valid: bool = True
    is_cut_off: bool = False
    _first: dict[str, list[Hit]] = field(default_factory=dict)
    _last: dict[str, deque[Hit]] = field(default_factory=dict)

    def add(self, hit: Hit) -> None:
        """Of an ID that is everywhere, the first and last thousand hits are kept; all are counted."""
        self.counts[hit.id] = self.counts.get(hit.id, 0) + 1
        first = self._first.setdefault(hit.id, [])
        if len(first) < _KEPT:
            first.append(hit)
        else:
            self._last.setdefault(hit.id, deque(maxlen=_KEPT)).append(hit)

    def hits(self) -> list[Hit]:
        """Kept hits, by offset."""
        kept = [hit for hits in (*self._first.values(), *self._last.values()) for hit in hits]
        return sorted(kept, key=lambda each: (each.start, each.id))

    @property
    def times(self) -> list[datetime]:
        return [mark.at for mark in self.marks if mark.at is not None]

    @property
    def is_sorted(self) -> bool:
        """Whether time runs forward, but for a minute."""
        return all(one <= two + SLACK for one, two in pairwise(self.times))

    def mark_before(self, offset: int) -> Mark:
        """The last marked line start at or before an offset."""
        at = bisect_right(self.marks, offset, key=lambda each: each.offset) - 1
        return self.marks[at] if at >= 0 else Mark(0, 1, None)

    def span_of(self, start: datetime, end: datetime) -> tuple[int, int] | None:
        """Offsets between which every record of a window lies, by bisection; None when the log does not reach it.

        Only right for a sorted log.
        """
        timed = [mark for mark in self.marks if mark.at is not None]
        if not timed:
            return None
        times = [mark.at for mark in timed if mark.at is not None]
        low = bisect_left(times, start - SLACK)
        high = bisect_right(times, end + SLACK)
        begin = timed[low - 1].offset if low else 0
        return begin, timed[high].offset if high < len(timed) else self.size_bytes


def survey(log: LogBytes, finder: IdFinder, encoding: Encoding, stamper: Stamper, clock: Clock) -> Survey:
    """Reads the log once, 256 KiB at a time."""
    found = Survey()
    line, line_start, tail = 1, 0, b""
    check = _Utf8Check(encoding)
    for base, buffer, size, done, limit in _chunks(log, finder.longest + encoding.width):
        first = done
        line_at_first, start_at_first = line, line_start
        mark_at = _first_line_start(buffer, encoding, base, first, limit, line_start)
        for start, pattern in finder.find(buffer, size, limit - base):
            absolute, id = base + start, finder.id_of(pattern)
            if absolute < first or start % encoding.width:
                continue
            # Words without an ID (`Exception`) may be part of a longer one.
            if id and not _stands_alone(buffer, size, start, start + len(pattern), encoding):
                continue
            newlines, last = _newlines(buffer, encoding, done - base, start)
            line, done = line + newlines, absolute
            if last >= 0:
                line_start = base + last + encoding.width
            found.add(Hit(absolute, id, line_start, line))
        newlines, last = _newlines(buffer, encoding, done - base, limit - base)
        line += newlines
        if last >= 0:
            line_start = base + last + encoding.width
        if mark_at is not None:
            number = line_at_first + (mark_at != start_at_first)
            found.marks.extend(_mark(buffer, size, base, mark_at, number, encoding, stamper, clock))
        check.add(bytes(buffer[first - base : limit - base]))
        found.size_bytes = base + size
        tail = bytes(buffer[max(0, size - CHUNK) : size])
    found.lines_total = line if line_start < found.size_bytes else line - 1
    check.add(b"", final=True)
    found.is_valid, found.is_cut_off = check.is_valid, log.is_cut_off
    _mark_end(found, tail, encoding, stamper, clock)
    return found


def _chunks(log: LogBytes, overlap: int) -> Iterator[tuple[int, bytearray, int, int, int]]:
    """(offset of the buffer, buffer, valid bytes, first new offset, end of what can be judged now).

    The last `overlap` bytes of a chunk come again at the front of the next, with a few more for a look behind.
    """
    with log.open() as cursor:
        buffer, base, done = bytearray(), 0, 0
        while True:
            piece = cursor.read(CHUNK)
            while piece and len(piece) < overlap and (more := cursor.read(CHUNK)):
                piece += more
            buffer += piece
            size = len(buffer)
            # Multiples of four, so that no code unit is ever split between two rounds.
            limit = (base + size - overlap) & ~3 if piece else base + size
            if limit > done:
                yield base, buffer, size, done, limit
                done = limit
            if not piece:
                return
            keep = max(0, done - base - _BEFORE)
            base += keep
            # A new buffer: numpy may still hold a view of the old one.
            buffer = buffer[keep:]


def _stands_alone(buffer: bytearray, size: int, start: int, end: int, encoding: Encoding) -> bool:
    width = encoding.width
    before = encoding.decode(bytes(buffer[max(start % width, start - 6 * width) : start]))
    after = encoding.decode(bytes(buffer[end : min(size, end + width)]))
    return has_borders(before.encode("latin-1", "replace"), after.encode("latin-1", "replace"))


def _newlines(buffer: bytearray, encoding: Encoding, start: int, end: int) -> tuple[int, int]:
    return count_newlines(buffer, encoding, start - start % encoding.width, end)


def _first_line_start(
    buffer: bytearray, encoding: Encoding, base: int, first: int, limit: int, line_start: int
) -> int | None:
    if line_start == first:
        return first
    at = find_newline(buffer, encoding, first - base - (first - base) % encoding.width, limit - base)
    return None if at < 0 else base + at + encoding.width


def _mark(
    buffer: bytearray,
    size: int,
    base: int,
    offset: int,
    number: int,
    encoding: Encoding,
    stamper: Stamper,
    clock: Clock,
) -> Iterator[Mark]:
    """The first line start of a chunk, and the first one with a time if that is another."""
    at, is_first = offset - base, True
    for _ in range(_PROBE_LINES):
        end = find_newline(buffer, encoding, at, size)
        stop = end if end >= 0 else size
        text = encoding.decode(bytes(buffer[at : min(stop, at + _PROBE_BYTES)]))
        reading = stamper.read(text)
        instant = clock.instant(reading) if reading else None
        if instant is not None or is_first:
            yield Mark(base + at, number, instant.at if instant else None)
        if instant is not None or end < 0:
            return
        at, number, is_first = end + encoding.width, number + 1, False


def _mark_end(found: Survey, tail: bytes, encoding: Encoding, stamper: Stamper, clock: Clock) -> None:
    """The last line with a time, so that the covered range has its end."""
    text = encoding.decode(tail[-(1 << 16) :])
    for each in reversed(text.splitlines()[-_PROBE_LINES * 4 :]):
        reading = stamper.read(each)
        instant = clock.instant(reading) if reading else None
        if instant is not None:
            found.marks.append(Mark(found.size_bytes, found.lines_total + 1, instant.at))
            return


class _Utf8Check:
    """Whether all bytes so far are UTF-8; characters may be split between calls."""

    def __init__(self, encoding: Encoding) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.is_valid = True
        self._applies = encoding.codec == "utf-8"

    def add(self, data: bytes, *, final: bool = False) -> None:
        if not (self._applies and self.is_valid):
            return
        if data.isascii() and not self._decoder.getstate()[0]:
            return
        try:
            self._decoder.decode(data, final)
        except UnicodeDecodeError:
            self.is_valid = False
