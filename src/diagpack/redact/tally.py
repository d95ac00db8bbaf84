"""How often each rule replaced something.

Enters: `class/rule` names. Leaves: their counts. One is made for every text that is redacted apart from others, and a
`Counter` takes longer to make than most texts to search.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagpack.redact.edits import Edit


class Tally(dict[str, int]):
    """Counts by name; 0 for what was never counted."""

    __slots__ = ()

    def __missing__(self, name: str) -> int:
        return 0

    def add(self, more: Mapping[str, int]) -> None:
        """Count what another text counted."""
        for name, count in more.items():
            self[name] += count

    def count(self, edits: Iterable["Edit"]) -> None:
        """Count each edit but packed runs, whose inside was counted."""
        for _start, _end, _new, entity, rule in edits:
            if entity:
                self[f"{entity}/{rule}"] += 1


NOTHING: Mapping[str, int] = Tally()
