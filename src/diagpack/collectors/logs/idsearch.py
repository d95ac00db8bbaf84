"""Finds many IDs in a stream of bytes at once, at the speed of memory.

Enters: patterns (bytes, every spelling of every ID) and chunks. Leaves: positions. The method: a literal of at least m
bytes covers m-q+1 consecutive words of q bytes, so looking at every (m-q+1)-th word of the chunk meets each
occurrence exactly once. One table look-up per sampled word, then a binary search, then a comparison: the cost hardly
depends on the number of IDs. numpy does the look-ups; without it each ID is searched by itself.
"""

import importlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_BITS: Final = 18
_MULTIPLIER: Final = 0x9E3779B97F4A7C15
_MIN_LENGTH: Final = 8
_WORD_CHARACTERS: Final = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _numpy() -> Any:
    try:
        return importlib.import_module("numpy")
    except ImportError:
        return None


class IdFinder:
    """`find` gives the starts of every pattern inside a buffer. `patterns`: bytes to the ID they stand for."""

    def __init__(self, patterns: Mapping[bytes, str], *, use_numpy: bool = True) -> None:
        self.patterns = {pattern: id for pattern, id in patterns.items() if pattern}
        self.longest = max(map(len, self.patterns), default=1)
        numpy = _numpy() if use_numpy else None
        sampled = [each for each in self.patterns if numpy is not None and _is_sampled(each)]
        self._plain = [each for each in self.patterns if each not in set(sampled)]
        self._groups = [_Group(numpy, each) for each in _by_length(sampled)]

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def find(self, buffer: bytearray | bytes, size: int, limit: int) -> list[tuple[int, bytes]]:
        """(start, pattern) for starts below `limit` and ends within the first `size` bytes, in order, each once."""
        if not self.patterns:
            return []
        found = {hit for group in self._groups for hit in group.find(buffer, size, limit)}
        for pattern in self._plain:
            at = buffer.find(pattern, 0, size)
            while 0 <= at < limit:
                found.add((at, pattern))
                at = buffer.find(pattern, at + 1, size)
        return sorted(found)

    def id_of(self, pattern: bytes) -> str:
        return self.patterns[pattern]


def _is_sampled(pattern: bytes) -> bool:
    # Words of a poor alphabet (all zeros, say) are common text: verifying each would cost more than it saves.
    return len(pattern) >= _MIN_LENGTH and len(set(pattern)) > 3


def _by_length(patterns: Iterable[bytes]) -> Iterator[list[bytes]]:
    """One short pattern must not shorten the stride of all: groups of like length."""
    groups: dict[int, list[bytes]] = defaultdict(list)
    for each in patterns:
        groups[0 if len(each) < 12 else 1 if len(each) < 24 else 2].append(each)
    yield from groups.values()


class _Group:
    """Patterns of like length, with their table."""

    def __init__(self, numpy: Any, patterns: list[bytes]) -> None:
        self._np = numpy
        shortest = min(map(len, patterns))
        self._q = 8 if shortest >= 12 else 4
        self._stride = shortest - self._q + 1
        self._owners: dict[int, list[tuple[bytes, int]]] = defaultdict(list)
        for pattern in patterns:
            for offset in range(self._stride):
                word = int.from_bytes(pattern[offset : offset + self._q], "little")
                self._owners[word].append((pattern, offset))
        self._words = numpy.array(sorted(self._owners), dtype=numpy.uint64)
        self._table = numpy.zeros(1 << _BITS, dtype=bool)
        self._table[self._hash(self._words)] = True

    def _hash(self, words: Any) -> Any:
        return (words * self._np.uint64(_MULTIPLIER)) >> self._np.uint64(64 - _BITS)

    def find(self, buffer: bytearray | bytes, size: int, limit: int) -> Iterator[tuple[int, bytes]]:
        np = self._np
        samples = (size - self._q) // self._stride + 1
        if samples <= 0:
            return
        # The view ends with the last valid byte, never with the buffer.
        view = np.ndarray(
            (samples,), dtype="<u8" if self._q == 8 else "<u4", buffer=buffer, strides=(self._stride,)
        ).astype(np.uint64)
        at = np.flatnonzero(self._table[self._hash(view)])
        if not len(at):
            return
        words = view[at]
        rank = np.minimum(np.searchsorted(self._words, words), len(self._words) - 1)
        keep = self._words[rank] == words
        for index, word in zip(at[keep].tolist(), words[keep].tolist(), strict=True):
            for pattern, offset in self._owners[word]:
                start = index * self._stride - offset
                end = start + len(pattern)
                # A start behind the limit is found in the next chunk; an end behind the valid bytes is stale data.
                if 0 <= start < limit and end <= size and buffer[start:end] == pattern:
                    yield start, pattern


def has_borders(before: bytes, after: bytes) -> bool:
    """Whether an ID stands by itself and is not the middle of a longer token.

    `before` is up to 6 bytes. An escape in front of it (`%3D`, `\\u003d`, `\\n`) is a border, though it ends in a
    letter.
    """
    if after[:1] and after[0] in _WORD_CHARACTERS:
        return False
    if not before or before[-1] not in _WORD_CHARACTERS:
        return True
    return (len(before) >= 3 and before[-3:-2] == b"%") or before[-6:-4] == b"\\u" or before[-2:-1] == b"\\"
