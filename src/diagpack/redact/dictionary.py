"""Finds learned values in a text: one Aho-Corasick automaton, whole words, also in their base64 and hex forms.

Enters: the learned values with their classes. Leaves: spans in a chunk of bytes. Linear in the text.
"""

import base64
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import ahocorasick

from diagpack.redact.spans import SECRET_CLASSES, Span

# Up to this many values also get patterns for their base64 and hex forms inside runs that cannot be decoded.
_ENCODED_VALUES = 8_000
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") | frozenset(range(128, 256))
_RUN_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=_-")


class _Entry(NamedTuple):
    length: int
    entity: str
    exact: bytes | None
    is_bounded: bool
    is_encoded: bool


class Dictionary:
    """Built once per case and process."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._automaton = ahocorasick.Automaton()
        self._entries: list[list[_Entry]] = []
        self._count = 0
        with_encoded = len(values) <= _ENCODED_VALUES
        for value, entity in sorted(values.items()):
            self._add_forms(value, entity)
            if with_encoded:
                self._add_encoded(value, entity)
        if self._count:
            self._automaton.make_automaton()

    def __repr__(self) -> str:
        return "Dictionary(…)"

    def __len__(self) -> int:
        return self._count

    def find(self, data: bytes) -> Iterator[Span]:
        """Every whole-word occurrence; overlaps are left to the resolver."""
        if not self._count:
            return
        run_end = 0
        for last, index in self._automaton.iter(data.lower().decode("latin-1")):
            for entry in self._entries[index]:
                start, end = last + 1 - entry.length, last + 1
                if entry.exact is not None and data[start:end] != entry.exact:
                    continue
                if entry.is_bounded and not _is_word(data, start, end):
                    continue
                if entry.is_encoded:
                    if end <= run_end:
                        continue
                    start, end = _run_around(data, start, end)
                    run_end = end
                    yield Span(start, end, entry.entity, "learned-encoded")
                else:
                    yield Span(start, end, entry.entity, "learned")

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
            self._add(exact, _Entry(len(exact), entity, exact if needs_case else None, is_bounded, False))

    def _add_encoded(self, value: str, entity: str) -> None:
        raw = value.encode("utf-8", "surrogatepass")
        if not 6 <= len(raw) <= 256:
            return
        for core in sorted(base64_cores(raw)):
            if len(core) >= 8:
                self._add(core, _Entry(len(core), entity, core, False, True))
        if len(raw) >= 6:
            core = raw.hex().encode()
            self._add(core, _Entry(len(core), entity, None, False, True))

    def _add(self, exact: bytes, entry: _Entry) -> None:
        key = exact.lower().decode("latin-1")
        if not key:
            return
        index = self._automaton.get(key, None)
        if index is None:
            index = len(self._entries)
            self._entries.append([])
            self._automaton.add_word(key, index)
        if entry not in self._entries[index]:
            self._entries[index].append(entry)
        self._count += 1


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
