"""Finds learned values in a text: one Aho-Corasick automaton, whole words, also in their base64 and hex forms.

Enters: the learned values with their classes. Leaves: spans in a chunk of bytes. Linear in the text.
"""

import base64
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import ahocorasick_rs

from diagpack.redact.spans import SECRET_CLASSES, Span

# Up to this many values also get patterns for their base64 and hex forms inside runs that cannot be decoded.
_ENCODED_VALUES = 8_000
# The automaton is asked for this much at a time: a hostile text may hold a value at every byte.
_STEP = 256 << 10
# Few patterns (bytes of all) get the automaton that takes most room and half of the time.
_SMALL = 32 << 10
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") | frozenset(range(128, 256))
_RUN_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=_-")


class _Entry(NamedTuple):
    entity: str
    exact: bytes | None
    is_bounded: bool
    is_encoded: bool


class Dictionary:
    """Built once per case and process."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._patterns: dict[bytes, list[_Entry]] = {}
        with_encoded = len(values) <= _ENCODED_VALUES
        for value, entity in sorted(values.items()):
            self._add_forms(value, entity)
            if with_encoded:
                self._add_encoded(value, entity)
        self._entries = list(self._patterns.values())
        self._longest = max(map(len, self._patterns), default=0)
        self._automaton = _automaton(list(self._patterns))
        self._count = sum(map(len, self._entries))
        self._patterns = {}

    def __repr__(self) -> str:
        return "Dictionary(…)"

    def __len__(self) -> int:
        return self._count

    def find(self, data: bytes) -> Iterator[Span]:
        """Every whole-word occurrence; overlaps are left to the resolver."""
        run_end = 0
        for index, first, end in self._hits(data):
            for entry in self._entries[index]:
                start = first
                if entry.exact is not None and data[start:end] != entry.exact:
                    continue
                if entry.is_bounded and not _is_word(data, start, end):
                    continue
                if entry.is_encoded:
                    if end <= run_end:
                        continue
                    start, run_end = _run_around(data, start, end)
                    yield Span(start, run_end, entry.entity, "learned-encoded")
                else:
                    yield Span(start, end, entry.entity, "learned")

    def _hits(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        """(pattern, start, end) of everything that reads like a value, by its end."""
        if self._automaton is None:
            return
        lowered, longest = data.lower(), self._longest
        if len(lowered) <= _STEP:
            yield from self._automaton.find_matches_as_indexes(lowered, overlapping=True)
            return
        for at in range(0, len(lowered), _STEP):
            # What ends in this step; it may begin in front of it.
            begin = max(0, at - longest)
            for index, start, end in self._automaton.find_matches_as_indexes(lowered[begin : at + _STEP], True):
                if begin + end > at:
                    yield index, begin + start, begin + end

    def _add_forms(self, value: str, entity: str) -> None:
        is_secret = entity in SECRET_CLASSES
        forms = {value, unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value)}
        if not is_secret:
            forms |= {value.lower(), value.upper()}
        for form in sorted(forms):
            exact = form.encode("utf-8", "surrogatepass")
            # A short name in lower case is most often an ordinary word; longer ones are compared without case.
            needs_case = is_secret or (len(exact) < 5 and entity == "name")
            if needs_case and not is_secret and form != value:
                continue
            is_bounded = not is_secret or len(exact) < 12
            self._add(exact, _Entry(entity, exact if needs_case else None, is_bounded, False))

    def _add_encoded(self, value: str, entity: str) -> None:
        raw = value.encode("utf-8", "surrogatepass")
        if not 6 <= len(raw) <= 256:
            return
        for core in sorted(base64_cores(raw)):
            if len(core) >= 8:
                self._add(core, _Entry(entity, core, False, True))
        if len(raw) >= 6:
            core = raw.hex().encode()
            self._add(core, _Entry(entity, None, False, True))

    def _add(self, exact: bytes, entry: _Entry) -> None:
        key = exact.lower()
        if key and entry not in (entries := self._patterns.setdefault(key, [])):
            entries.append(entry)


def _automaton(patterns: list[bytes]) -> "ahocorasick_rs.BytesAhoCorasick | None":
    if not patterns:
        return None
    kinds = ahocorasick_rs.Implementation
    kind = kinds.DFA if sum(map(len, patterns)) <= _SMALL else kinds.ContiguousNFA
    return ahocorasick_rs.BytesAhoCorasick(patterns, ahocorasick_rs.MatchKind.Standard, kind)


def base64_cores(raw: bytes) -> set[bytes]:
    """The characters that a value contributes to any base64 or base64url text that contains it, at each alignment."""
    cores = set()
    for filler in range(3):
        encoded = base64.b64encode(b"\0" * filler + raw).rstrip(b"=")
        core = encoded[(0, 2, 3)[filler] :]
        if (len(raw) + filler) % 3:
            core = core[:-1]
        cores |= {core, core.translate(bytes.maketrans(b"+/", b"-_"))}
    return cores


def _is_word(data: bytes, start: int, end: int) -> bool:
    if start > 0 and data[start - 1] in _WORD_BYTES and data[start] in _WORD_BYTES:
        return False
    return not (end < len(data) and data[end] in _WORD_BYTES and data[end - 1] in _WORD_BYTES)


def _run_around(data: bytes, start: int, end: int) -> tuple[int, int]:
    # Padding stands at the end only: what is left of `=` is a key.
    while start > 0 and data[start - 1] in _RUN_BYTES and data[start - 1] != 0x3D:
        start -= 1
    while end < len(data) and data[end] in _RUN_BYTES:
        end += 1
    return start, end
