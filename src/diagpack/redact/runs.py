"""Runs of base64 and hex in a text.

Enters: a chunk of text. Leaves: where each run stands in which a text is hidden, and that text. Linear: a run is tried
at no more than four places.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from diagpack.redact.detectors._engine import compiled
from diagpack.redact.detectors._gate import LONG, RARE
from diagpack.redact.packed import LONG_RUN, TooBig, Unpacked, unpack_base64, unpack_hex
from diagpack.redact.packed_files import LEAST, packed_files

# Base64 of ASCII text shows in its first twelve characters: the top bit of every byte is 0 and the byte is printable.
_QUAD = "[I-Za-fCD][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
# UTF-16 of ASCII: every second byte is 0.
_EVEN, _ODD = "[I-Za-f][AQgw][AB][A-Za-z0-9+/_-]", "A[C-H][AEIMQUYcgkosw048]A"
_BASE64 = (
    rf"(?:^|[^A-Za-z0-9+])(?:{_QUAD}{_QUAD}{_QUAD}|H4sI|eJ|eN|eA|[A-Za-z0-9]A[A-Za-z0-9][A-Za-z0-9]|{_EVEN}{_ODD}|{_ODD}{_EVEN})"
    r"[A-Za-z0-9+/_-]*=*"
)
_LONG = rf"[A-Za-z0-9+/_-]{{{LONG_RUN}}}[A-Za-z0-9+/_-]*=*"
# Eight characters that are text, of one byte or two.
_HEX = r"(?:[2-7][0-9a-fA-F]|[cdCD][0-9a-fA-F][89abAB][0-9a-fA-F]){8}(?:[0-9a-fA-F]{2})*"
_has_hex = RARE.add(lambda: _HEX)
# What matches wherever a run may stand.
RUNS: Final = (f"{_BASE64}|{_LONG}", _HEX)
_PACKED, _HEX_RUN = map(compiled, RUNS)
# The first alternative of `_BASE64` at the start of a line.
_PACKED_LINE = re.compile(rf"\n{_QUAD}{_QUAD}{_QUAD}[A-Za-z0-9+/_-]*=*".encode("ascii"))
_RUN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-")
# A file that cannot be inspected: nothing of it is known.
FILE: Final = Unpacked(b"", lambda text: text, ("file",))
_UNPACKERS: Final[Mapping[str, Callable[[bytes, int], Unpacked | None]]] = {
    "base64": unpack_base64,
    "hex": unpack_hex,
    "file": lambda run, cap: FILE,
}
# What inflates too far; nothing of it is known.
BOMB: Final = Unpacked(b"", lambda text: text, ("too-big",))


def runs(data: bytes, cap: int) -> Iterator[tuple[int, int, str, Unpacked]]:
    """(start, end, kind, what is inside) of each run; the kind is a name for `opened_run`."""
    unopened: list[tuple[int, int]] = []
    for start, end in _with_lines(data):
        if data[start] not in _RUN:
            start += 1
        found = _unpacked(data, start, end, cap)
        if found is not None:
            yield found[0], found[1], "base64", found[2]
        else:
            unopened.append((start, end))
    # Most texts are shorter than any file, or all of their runs are.
    if len(data) >= LEAST and unopened:
        for start, end in packed_files(data, unopened, cap):
            yield start, end, "file", FILE
    for start, end in _HEX_RUN.spans(data) if len(data) < LONG or _has_hex(data) else ():
        unpacked = opened_run("hex", data[start:end], cap)
        if unpacked is not None:
            yield start, end, "hex", unpacked


def _unpacked(data: bytes, start: int, end: int, cap: int) -> tuple[int, int, Unpacked] | None:
    """A run may begin with something else (`/path/`), so each part behind a separator gets a try."""
    for _ in range(4):
        run = data[start:end]
        if len(run) < 12:
            return None
        try:
            unpacked = unpack_base64(run, cap)
        except TooBig:
            unpacked = BOMB
        if unpacked is not None:
            return start, end, unpacked
        cut = min((each for each in (run.find(b"/"), run.find(b"-"), run.find(b"_")) if each >= 0), default=-1)
        if cut < 0:
            return None
        start += cut + 1
    return None


def opened_run(kind: str, run: bytes, cap: int) -> Unpacked | None:
    """What is inside of one run; `BOMB` when it would inflate too far."""
    try:
        return _UNPACKERS[kind](run, cap)
    except TooBig:
        return BOMB


def _with_lines(data: bytes) -> Iterator[tuple[int, int]]:
    """The matches of `_PACKED`. One at the start of the line behind another one is told without it.

    A search of its own for each of a million lines took longer than unpacking them.
    """
    position, size, next_line = 0, len(data), _PACKED_LINE.match
    while position <= size and (found := _PACKED.find(data, position)) is not None:
        start, position = found
        yield found
        while (line := next_line(data, position)) is not None:
            start, position = line.span()
            yield start, position
