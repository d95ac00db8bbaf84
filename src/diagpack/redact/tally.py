"""How often each rule replaced something.

Enters: `class/rule` names. Leaves: their counts. One is made for every text that is redacted apart from others, and a
`Counter` takes longer to make than most texts to search.
"""

from collections.abc import Mapping


class Tally(dict[str, int]):
    """Counts by name; 0 for what was never counted."""

    __slots__ = ()

    def __missing__(self, name: str) -> int:
        return 0

    def add(self, more: Mapping[str, int]) -> None:
        """Count what another text counted."""
        for name, count in more.items():
            self[name] += count


NOTHING: Mapping[str, int] = Tally()
