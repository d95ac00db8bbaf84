"""One search that says which of several rare shapes may stand in a chunk.

Enters: for each shape, a pattern that matches wherever something of it may be found. Leaves: a test for each. Most
chunks hold none of them, and reading a chunk once costs as much for all patterns as for one.
"""

from collections.abc import Callable, Iterator
from itertools import accumulate

from diagpack.redact.detectors._engine import Pattern, compiled


class Gate:
    """Shapes join when their modules are imported; patterns are compiled at the first chunk."""

    def __init__(self) -> None:
        self._sources: list[Callable[[], str]] = []
        self._unions: dict[tuple[int, ...], tuple[Pattern, list[int]]] = {}
        self._last: tuple[bytes, frozenset[int]] = b"", frozenset()

    def add(self, source: Callable[[], str]) -> Callable[[bytes], bool]:
        """Whether a chunk may hold what `source` matches; the detectors of one chunk ask in turn."""
        number = len(self._sources)
        self._sources.append(source)
        self._last = b"", frozenset()
        return lambda data: number in self._held(data)

    def _held(self, data: bytes) -> frozenset[int]:
        known, held = self._last
        if data is not known:
            held = frozenset(self._search(data))
            self._last = data, held
        return held

    def _search(self, data: bytes) -> Iterator[int]:
        """Numbers of the sources that match: the search goes on where one did, without it."""
        left, position = tuple(range(len(self._sources))), 0
        while left:
            pattern, groups = self._union(left)
            match = pattern.groups(data, position)
            if match is None:
                return
            at = next(index for index, group in enumerate(groups) if match[group][0] >= 0)
            yield left[at]
            left, position = (*left[:at], *left[at + 1 :]), match[0][0]

    def _union(self, numbers: tuple[int, ...]) -> tuple[Pattern, list[int]]:
        """A pattern of some sources, and the group of each."""
        known = self._unions.get(numbers)
        if known is None:
            sources = [self._sources[number]() for number in numbers]
            counts = (1 + compiled(each, captures=True).group_count for each in sources[:-1])
            groups = list(accumulate(counts, initial=1))
            known = compiled("|".join(f"({each})" for each in sources), captures=True), groups
            self._unions[numbers] = known
        return known


RARE = Gate()
