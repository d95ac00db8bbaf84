"""Where a HAR breaks off, in words that are true.

Enters: the place where reading ended too early, and the length of the file where it is known. Leaves: a `Truncation`.
The length that the whole should have had is known to nobody, so a file that simply ends gets no percentage; damage in
the middle of a file does.
"""

from dataclasses import dataclass
from typing import Any, Final

# Sizes at which uploads, mail and copies are cut: whole multiples of these.
_ROUND: Final = ((1 << 20, "MiB"), (1_000_000, "MB"), (1 << 16, "64 KiB blocks"))


@dataclass(frozen=True, slots=True)
class Break:
    """Reading ended at offset `byte` of the text, in entry number `entry` (0-based).

    `is_inside`: more text comes, which could not be followed. `is_between`: no entry was cut, only the end is missing.
    """

    entry: int
    byte: int
    is_inside: bool
    is_between: bool


@dataclass(frozen=True, slots=True)
class Truncation:
    """`words` is a clause for a sentence. `percent` is None where the length of the whole is not known."""

    entry: int
    byte: int
    percent: int | None
    words: str

    def fact(self) -> dict[str, Any]:
        """As a fact of the artifact."""
        return {"entry": self.entry, "byte": self.byte, "percent": self.percent, "words": self.words}


def describe(found: Break, size: int, *, is_stream_damaged: bool) -> Truncation:
    """`size` is the file's length in bytes, 0 when the text is not the file itself (compressed, other encoding)."""
    read = "no entry was read" if not found.entry else f"{found.entry} entries before it were read"
    if found.entry == 1:
        read = "1 entry before it was read"
    if found.is_inside and size:
        percent = min(99, round(100 * found.byte / size))
        words = f"its JSON is damaged at byte {found.byte:,}, {percent} % of the file; {read}"
        return Truncation(found.entry, found.byte, percent, words)
    where = f"after entry {found.entry - 1}" if found.is_between and found.entry else f"inside entry {found.entry}"
    if not found.entry:
        where = "before the end of its first entry"
    if is_stream_damaged:
        words = f"the compressed data breaks off {where}; {read}"
    else:
        words = f"it ends {where}, which begins at byte {found.byte:,}; {read}"
        if found.is_between:
            words = f"it ends {where}, without its closing brackets; {read}"
        words += _limit_of(size)
    return Truncation(found.entry, found.byte, None, words)


def _limit_of(size: int) -> str:
    """What a round size tells about who cut the file."""
    for unit, name in _ROUND:
        if size and size % unit == 0:
            return f"; the file has exactly {size // unit} {name}, so a size limit on its way probably cut it"
    return ""
