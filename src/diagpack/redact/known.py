"""Results that return: what a text became, kept within bounds.

Enters: a text (with its place, where that counts) and what it became, with the counts of its rules. Leaves: the same
when the text stands somewhere again.
"""

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

from diagpack.redact.tally import NOTHING

# What a text became, and its counts.
Found = tuple[str, Mapping[str, int]]
_Key = TypeVar("_Key", bound=Hashable)
# Characters and texts that one engine keeps.
_CHARACTERS = 16 << 20
_TEXTS = 100_000


class Known(Generic[_Key]):
    """`found`: by text, or by place and text. Everything goes when it is full: what returns is soon known again."""

    def __init__(self) -> None:
        self.found: dict[_Key, Found] = {}
        self._size = 0

    def __repr__(self) -> str:
        return f"Known({len(self.found)} texts)"

    def store(self, key: _Key, size: int, found: Found) -> None:
        """`size`: characters of the text."""
        self._size += size
        if self._size > _CHARACTERS or len(self.found) > _TEXTS:
            self.forget()
        # Most texts hold nothing, and an empty counter takes more room than they do.
        self.found[key] = found if found[1] else (found[0], NOTHING)

    def forget(self) -> None:
        self.found.clear()
        self._size = 0
