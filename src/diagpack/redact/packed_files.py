"""Files in base64 that cannot be inspected: a picture, a document, an archive inside of a string or a mail.

Enters: where runs of base64 stand that hide no text. Leaves: which of them, alone or folded over neighbouring lines,
are such a file: by its first bytes, or by its length. What cannot be read cannot be redacted, so it goes as a whole.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from diagpack.redact.binary import is_certificate
from diagpack.redact.packed import TooBig, unpack_base64, unpack_hex

# PNG, JPEG, GIF, RIFF (WebP), TIFF, PDF, ZIP (Office documents too), gzip, bzip2, xz, Zstandard, 7z, RAR, OLE (older
# Office documents), MP4 and HEIC, SQLite, Windows and Unix programs; each as base64 writes its first bytes.
_MAGIC: Final = re.compile(
    rb"iVBORw0KGgo|/9j/[247]|R0lGOD|UklGR|SUkqA|TU0AK|JVBERi0|UEs(?:DB|FB|HC)|H4sI|QlpoO|QlpoM|QlpoN|/Td6WFoA|KLUv/"
    rb"|N3q8ryc|UmFyIR|0M8R4KG|AAAA[A-Za-z0-9+/]GZ0eX|U1FMaXRlIGZvcm1hd|TVqQAA|f0VMR"
)
# A run shorter than this holds no file.
LEAST: Final = 64
# A run of so many characters is one, whatever it begins with. Certificates are shorter, or told by what they are.
LONG: Final = 4096
# In so many different signs: a number or a row of one letter is no file.
_SIGNS: Final = 32
# What stands between two lines of one folded run: a line end, and signs of quoting.
_FOLD: Final = re.compile(rb"\r?\n[ \t>]*|\\r\\n|\\n|\\/")
_LONGEST_FOLD: Final = 16
# A certificate of so many lines lists thousands of hosts.
_MOST_BACK: Final = 500
# A line of nothing else.
_LINE: Final = re.compile(rb"\r?\n[ \t>]*([A-Za-z0-9+/]+={0,2})(?=[\r\n]|\Z)")
_SEPARATORS: Final = re.compile(rb"[/_-]")
_MOST_PARTS: Final = 4
_HEX: Final = re.compile(rb"[0-9a-fA-F]*")

Span = tuple[int, int]


def packed_files(data: bytes, unopened: Iterable[Span], cap: int) -> Iterator[Span]:
    """Where files stand. `unopened`: runs of base64 that hide no text by themselves, in order."""
    done = 0
    for group in _groups(data, unopened):
        size = sum(end - start for start, end in group)
        start, end = group[0][0], group[-1][1]
        if size < LEAST or start < done:
            continue
        at = _begins(data, start, group[0][1])
        if at >= 0 or (size >= LONG and len(set(data[start:end])) >= _SIGNS):
            start = max(at, start)
            width, behind = group[0][1] - group[0][0], _ends(data, end, group[0][1] - group[0][0])
            # Text may be packed and folded: what the lines hold together is read elsewhere.
            if any(_is_readable(_FOLD.sub(b"", data[start:each]), cap) for each in {end, behind}):
                continue
            if at < 0 and is_certificate(data[_starts(data, start, width) : behind].decode("ascii", "replace")):
                continue
            done = behind
            yield start, done


def _groups(data: bytes, runs: Iterable[Span]) -> Iterator[list[Span]]:
    """Runs with nothing but a line end between them."""
    group: list[Span] = []
    for start, end in runs:
        if group and not (
            start - group[-1][1] <= _LONGEST_FOLD and _FOLD.fullmatch(data, group[-1][1], start) is not None
        ):
            yield group
            group = []
        group.append((start, end))
    if group:
        yield group


def _ends(data: bytes, end: int, width: int) -> int:
    """Behind the lines that go on with a file: as long as its first (readable by chance or not), and its last one."""
    while (line := _LINE.match(data, end)) is not None:
        size = len(line.group(1))
        if size > width or (size < width and size % 4):
            break
        end = line.end(1)
        if size < width:
            break
    return end


def _starts(data: bytes, start: int, width: int) -> int:
    """The start of the first line in front of this one that is as long and holds nothing else."""
    for _ in range(_MOST_BACK):
        before = data.rfind(b"\n", 0, max(start - 1, 0)) + 1
        line = data[before:start].rstrip(b"\r\n")
        if len(line) != width or _LINE.fullmatch(b"\n" + line) is None:
            break
        start = before
    return start


def _begins(data: bytes, start: int, end: int) -> int:
    """Where the first bytes of a file stand in a run: at its start or behind one of its separators; -1 for nowhere."""
    at = start
    for _ in range(_MOST_PARTS):
        if _MAGIC.match(data, at, end):
            return at
        found = _SEPARATORS.search(data, at, end)
        if found is None:
            break
        at = found.end()
    return -1


def _is_readable(run: bytes, cap: int) -> bool:
    """Whether it hides a text after all, at one of the four places where a piece of it may begin."""
    if _HEX.fullmatch(run) and unpack_hex(run[: len(run) & ~1], cap) is not None:
        return True
    for shift in range(4):
        core = run[shift:]
        core = core[: len(core.rstrip(b"=")) // 4 * 4] if shift or len(core.rstrip(b"=")) % 4 == 1 else core
        try:
            if unpack_base64(core, cap) is not None:
                return True
        except TooBig:
            return False
    return False
