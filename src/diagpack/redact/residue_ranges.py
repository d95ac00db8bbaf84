"""Ranges of a finished file for the last look: cut where no value and no encoded run goes on.

Enters: a seekable stream. Leaves: byte ranges, the same for any number of workers, and the bytes of one with what
stands in front of it.
"""

from typing import BinaryIO, Final

# One range. Large enough that its start costs nothing, small enough that its copies do not count.
STEP: Final = 4 << 20
# A value of several lines, or a key and its value, may begin this far in front of a range.
_OVERLAP: Final = 64 << 10
_LOOK: Final = 64 << 10


def cut(stream: BinaryIO, size: int, step: int = STEP) -> list[tuple[int, int]]:
    """Ranges that end behind a line end or, in a file of one line, behind a quotation mark."""
    found, start = [], 0
    while start < size:
        end = min(size, start + step)
        if end < size:
            end = _boundary(stream, end, min(size, end + step))
        found.append((start, end))
        start = end
    return found


def read(stream: BinaryIO, start: int, end: int, reach: int = 0) -> bytes:
    """A range and, from the boundary next to it, at least `reach` bytes in front (and no fewer than 64 KiB)."""
    begin = max(0, start - max(_OVERLAP, reach + _LOOK))
    if begin:
        begin = min(start, _boundary(stream, begin, start))
    stream.seek(begin)
    return stream.read(end - begin)


def _boundary(stream: BinaryIO, position: int, limit: int) -> int:
    """Behind the first line end in the next 64 KiB; else behind the first quotation mark; `limit` when there is none.

    A quotation mark ends or begins a string of JSON, and no run of base64, number or word goes on behind it.
    """
    at, quote = position, 0
    while at < limit:
        stream.seek(at)
        block = stream.read(min(_LOOK, limit - at))
        if not block:
            break
        if found := block.find(b"\n") + 1:
            return at + found
        quote = quote or (at + block.find(b'"') + 1 if b'"' in block else 0)
        if quote:
            return quote
        at += len(block)
    return limit
