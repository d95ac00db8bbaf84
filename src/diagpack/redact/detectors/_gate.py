"""One search that says which of several rare shapes may stand in a chunk.

Enters: for each shape, a pattern that matches wherever something of it may be found. Leaves: a test for each. Most
chunks hold none of them, and reading a chunk once costs little more for all patterns than for one.
"""

from collections.abc import Callable

import re2

from diagpack.redact.detectors._engine import options

# Over shorter texts one small pattern takes no longer.
LONG = 4096


class Gate:
    """Shapes join when their modules are imported; patterns are compiled at the first chunk."""

    def __init__(self) -> None:
        self._sources: list[Callable[[], str]] = []
        self._set: re2.Set | None = None
        self._last: tuple[bytes, frozenset[int]] = b"", frozenset()

    def add(self, source: Callable[[], str]) -> Callable[[bytes], bool]:
        """Whether a chunk may hold what `source` matches; who searches one chunk in turn asks for the same object."""
        number = len(self._sources)
        self._sources.append(source)
        self._set, self._last = None, (b"", frozenset())
        return lambda data: number in self._held(data)

    def _held(self, data: bytes) -> frozenset[int]:
        known, held = self._last
        if data is not known:
            held = frozenset(self._compiled().Match(data) or ())
            self._last = data, held
        return held

    def _compiled(self) -> re2.Set:
        if self._set is None:
            self._set = re2.Set.SearchSet(options())
            for source in self._sources:
                self._set.Add(f"(?:{source()})".encode("ascii"))
            self._set.Compile()
        return self._set


# The detectors'. Apart from the others: of patterns that are many, more mixtures occur in a text than RE2 keeps fast.
RARE = Gate()
# Tokens, encodings and what spans lines; sought in the second pass as well.
BESIDES = Gate()
