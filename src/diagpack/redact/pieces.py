"""Where a text is cut: into pieces that are read one after the other, and into ranges that are read apart.

Enters: a binary stream. Leaves: pieces and byte ranges. Both end at a line end where the line is not too long, never
inside of a PEM block nor between a key and its value on the next line.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from diagpack.redact.engine import NeedsWithholding

PIECE = 64 << 10
# A line up to this size is one piece; a longer one is cut with an overlap.
LONGEST = 4 << 20
_PEM_HEAD = b"-----BEGIN "
_PEM_TAIL = b"-----END "
# The end of a line whose value stands on the next one: `key:`, `key=`, `"name": "…",`, a folded or continued line.
_GOES_ON = re.compile(
    rb"(?:[:=]|\\\\)[ \t]*\r?\n\Z|[\"']?(?:name|key|header|field|parameter|param)[\"']?[ \t]*[:=][^\n]{1,200}\r?\n\Z",
    re.IGNORECASE,
)
_JOINED_LINES = 8
_HEAD_LINES = 20
# A piece, and whether its last line goes on in the next one.
Cut = tuple[bytes, bool]


def pieces(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Whole lines of about `PIECE` bytes. Raises NeedsWithholding for a line that is longer than 64 MiB."""
    for piece, is_cut in cut_pieces(stream, start, end, 16 * LONGEST):
        if is_cut:
            raise NeedsWithholding("a record of more than 64 MiB")
        yield piece


def cut_pieces(stream: BinaryIO, start: int, end: int, longest: int) -> Iterator[Cut]:
    """Pieces, and whether the next one goes on in the same line. A PEM block or a pair of lines is not cut."""
    stream.seek(start)
    left = end - start
    held = b""
    while left > 0:
        # Growing blocks keep a long line linear.
        block = stream.read(min(max(PIECE, len(held)), left))
        if not block:
            break
        left -= len(block)
        held += block
        cut = held.rfind(b"\n", len(held) - len(block)) + 1
        if cut and left > 0:
            cut = _before_open_block(held, cut)
        if cut and left > 0:
            yield held[:cut], False
            held = held[cut:]
        elif len(held) > longest and left > 0:
            yield held, True
            held = b""
    if held:
        yield held, False


def _before_open_block(held: bytes, cut: int) -> int:
    """The cut moved in front of what goes on behind it: an open PEM block, a key whose value is on the next line.

    Bounded, so that a lone head costs nothing.
    """
    head = held.rfind(_PEM_HEAD, 0, cut)
    if head >= 0 and held.find(_PEM_TAIL, head, cut) < 0 and cut - head <= 4 * PIECE:
        cut = held.rfind(b"\n", 0, head) + 1
    for _ in range(_JOINED_LINES):
        line = held.rfind(b"\n", 0, max(0, cut - 1)) + 1
        if cut - line > PIECE or _GOES_ON.search(held, max(line, cut - 300), cut) is None:
            break
        cut = line
    return cut


def head_of(stream: BinaryIO) -> list[bytes]:
    """The first lines of a text: they may be the head of a table."""
    stream.seek(0)
    return stream.read(PIECE).split(b"\n")[:_HEAD_LINES]


# A line that ends, or whose text as a member of a record ends, with base64; and how far such lines are followed.
_FOLDED = re.compile(rb"(?:\A|[\s\"'#>:])[A-Za-z0-9+/_-]{40,}={0,2}(?:\s*\Z|\\?[\"'])")
_TAIL = re.compile(rb"(?:\A|[\s\"'#>:])[A-Za-z0-9+/_-]+={0,2}(?:\s*\Z|\\?[\"'])")
_LONGEST_FOLDED = 64 << 10


def ranges(stream: BinaryIO, size: int, step: int, start: int = 0, *, is_even: bool = False) -> list[tuple[int, int]]:
    """Byte ranges from `start` that end on line ends outside of PEM blocks: the same for any number of workers.

    `is_even`: the last ones are no smaller than the others.
    """
    found = []
    while start < size:
        end = min(size, start + (step if is_even else next_step(size, start, step)))
        if end < size:
            end = _line_end_behind(stream, start, end, size)
        found.append((start, end))
        start = end
    return found or [(start, start)]


def next_step(size: int, start: int, step: int) -> int:
    """The last ranges of a long text are smaller: nobody waits long for whoever took the last one."""
    left = size - start
    return step if size <= 2 * step or left > 2 * step else max(step // 4, left // 3)


def _line_end_behind(stream: BinaryIO, start: int, position: int, size: int) -> int:
    """Behind `start` in any case: what is open there since before it does not move the cut."""
    stream.seek(position)
    while position < size:
        block = stream.read(PIECE)
        if not block:
            return size
        at = block.find(b"\n")
        if at >= 0:
            position += at + 1
            break
        position += len(block)
    else:
        return size
    lookback = min(position - start, 4 * PIECE)
    stream.seek(position - lookback)
    behind = stream.read(lookback)
    cut = _before_open_block(behind, len(behind))
    if 0 < cut < len(behind):
        return position - lookback + cut
    return _behind_folded(stream, position, behind)


def _behind_folded(stream: BinaryIO, position: int, behind: bytes) -> int:
    """The first line end at or behind `position` that does not part lines of base64: a value may stand across it."""
    last = behind[behind.rfind(b"\n", 0, len(behind) - 1) + 1 :]
    if _FOLDED.search(last) is None:
        return position
    stream.seek(position)
    held = stream.read(_LONGEST_FOLDED)
    moved = 0
    for line in held.split(b"\n")[:-1]:
        if _FOLDED.search(line) is None:
            # The last one of them is shorter.
            moved += len(line) + 1 if len(line) < len(last) and _TAIL.search(line) is not None else 0
            return position + _before_open_block(held[:moved], moved)
        moved += len(line) + 1
        last = line
    # A text of nothing else: it is cut where it was.
    return position
