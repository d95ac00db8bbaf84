"""Which names may stand in a package: the ones every system unpacks to the same, harmless file.

Enters: the raw bytes of a name in a zip. Leaves: the name, or ValueError with the rule. The numbers in the comments
are those of the strict profile in `container`.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

MAXIMUM_BYTES: Final = 180
MAXIMUM_SEGMENTS: Final = 8
UTF8_FLAG: Final = 0x800
_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FORBIDDEN = frozenset('\\:*?"<>|')
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
_SHORT_NAME = re.compile(r"~[0-9]", re.ASCII)


def decode(raw: bytes, flags: int) -> str:
    """A name as the zip wrote it, checked. Raises ValueError."""
    try:
        # (14) without the UTF-8 flag programs disagree on what the bytes mean
        name = raw.decode("utf-8" if flags & UTF8_FLAG else "ascii")
    except UnicodeDecodeError:
        raise ValueError("a name is not in the encoding it claims") from None
    check(name)
    return name


def check(name: str) -> None:
    """Rules 15 to 22 over one path. Raises ValueError."""
    if not name or len(name.encode("utf-8", "surrogatepass")) > MAXIMUM_BYTES:  # (15)
        raise ValueError("a name is empty or too long")
    if name.count("/") >= MAXIMUM_SEGMENTS:
        raise ValueError("a name is nested too deep")
    if any(each in _BIDI or unicodedata.category(each) in _CATEGORIES for each in name):  # (17)
        raise ValueError("a name has invisible or unassigned characters")
    if unicodedata.normalize("NFC", name) != name:  # (16)
        raise ValueError("a name is not in Unicode's composed form")
    # Some systems fold compatibility forms (a full-width solidus, a two-dot leader) before they look for separators.
    for form in {name, unicodedata.normalize("NFKC", name)}:
        if form.count("/") != name.count("/") or _FORBIDDEN & set(form):  # (18)
            raise ValueError("a name has a character that is not allowed in file names everywhere")
        for segment in form.split("/"):
            _check_segment(segment)


def _check_segment(segment: str) -> None:
    if segment in ("", ".", ".."):  # (19)
        raise ValueError("a name has an empty, '.' or '..' part")
    if segment[-1] in ". " or segment[0] == " ":  # (20)
        raise ValueError("a part of a name starts with a space or ends with a dot or space")
    stem = segment.split(".", 1)[0].rstrip(" ").casefold()
    if stem in _DEVICES:  # (21)
        raise ValueError("a name is a device on Windows")
    if _SHORT_NAME.search(segment):  # (22)
        raise ValueError("a name looks like a short name of Windows")


def fold(name: str) -> str:
    """What a file system without case and with normalisation compares."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def check_distinct(names: Iterable[str]) -> None:
    """(23) No two names meet on any file system, and no file is also a folder. Raises ValueError."""
    files: set[str] = set()
    folders: set[str] = set()
    for name in names:
        folded = fold(name)
        if folded in files:
            raise ValueError("two names are the same file on some systems")
        files.add(folded)
        parts = folded.split("/")
        folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    if files & folders:
        raise ValueError("a name is both a file and a folder")
