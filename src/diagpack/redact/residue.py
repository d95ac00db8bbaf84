"""The last look: an independent reader over the finished files, before anything is signed.

Enters: finished bytes, the values this case taught, fingerprints of the shaped ones. Leaves: hits, each naming a file
and a rule, never a value. Own decoders and own forms of the values: no code here is shared with what redacts, so one
mistake cannot hide behind itself.
"""

import hashlib
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

import ahocorasick_rs
import numpy as np

from diagpack.redact.residue_decode import Further, decodings, fast, flat
from diagpack.redact.residue_forms import Form, forms
from diagpack.redact.residue_ipv6 import MARK, addresses
from diagpack.redact.residue_ranges import cut, read
from diagpack.redact.residue_shapes import SHAPES, TOKENISED

_BROKEN = re.compile(r'["\n]')
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") | frozenset(range(128, 256))
# These begin with a fixed byte, which Python's engine looks for faster than RE2, and nothing in them can backtrack far.
_DOMAIN = re.compile(rb"@[A-Za-z0-9\x80-\xff][A-Za-z0-9.\-\x80-\xff]+")
_MIDDLE = re.compile(rb"\.[0-9]{1,3}\.[0-9]{1,3}\.")
_MAILBOX_BYTES = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-" + bytes(range(128, 256))
# What a value without blanks is when it stands in a text, a string, a form or a list.
_WORDS = re.compile(rb"[^\s\"'<>,;=&(){}\[\]|]{3,}")
_LONGEST_MAILBOX = 320
_DIGITS = b"0123456789"
_ESCAPED_SPACE = frozenset(b"nrtbf")
_NAME = "the name of a file"
_MOST_LAYERS = 6
_LARGEST = 64 << 20
# Layers of a text of any size that are read in every order of their escapes.
_READ_APART = 1 << 20
# The automaton is asked for this much at a time: a hostile text may hold a finding at every byte.
_STEP = 256 << 10
# How much of a form the automaton knows when there are many.
_HEAD = 8
_MANY_FORMS = 20_000
_MOST_KNOWN = 100_000
_ANY_SHAPE = fast("|".join(pattern for _, pattern, _ in SHAPES))
_ONE_SHAPE = [(name, fast(pattern)) for name, pattern, _ in SHAPES]
# Words in front of four numbers that count releases, sections or standards.
_COUNTED = re.compile(
    rb"(?:version|ver|v|release|build|rev|revision|core|section|chapter|clause|rfc|part|table|figure|step|profiles?|"
    rb"bindings?|spec|specification|chrome|chromium|edge?|edg|firefox|safari|opera|webkit|android|ios|macos|windows|"
    rb"linux|kernel|python|node|java|jdk|php|ruby|nginx|apache|openssl|oid)[\s:=\"'(/]*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hit:
    """Where something was left: the file and the rule."""

    path: str
    rule: str


class ResidueScanner:
    """Built once per case and process, after the second pass."""

    def __init__(
        self,
        values: Mapping[str, str],
        prints: "np.ndarray[tuple[int], np.dtype[np.uint64]]",
        is_token: Callable[[bytes], bool],
        spilled: "np.ndarray[tuple[int], np.dtype[np.uint64]] | None" = None,
    ) -> None:
        """`spilled`: sorted fingerprints of values of any class that were too many to be kept, searched as words."""
        self._prints = prints
        self._has_ipv6 = len(prints) > 0 and _printed([MARK], prints)
        self._spilled = spilled if spilled is not None and len(spilled) else None
        self._is_token = is_token
        # The middle of IPv4 addresses that are none of the case's, with three bytes on both sides.
        self._others: set[bytes] = set()
        self._harmless: set[bytes] = set()
        self._forms: Mapping[bytes, Form] = {}
        self._lengths: list[tuple[int, ...]] = []
        self._head = 0
        self._longest = 0
        # A value over several lines or strings may be escaped in one of them only.
        self._reach = max(
            (len(value.encode("utf-8", "surrogatepass")) for value in values if _BROKEN.search(value)), default=0
        )
        self._automaton = self._built(values)

    def __repr__(self) -> str:
        return "ResidueScanner(…)"

    def scan(self, path: str, content: bytes) -> Iterator[Hit]:
        """Hits in one file and in its name."""
        yield from self.scan_name(path)
        with BytesIO(content) as stream:
            for start, end in cut(stream, len(content)):
                yield from self.scan_range(path, stream, start, end)

    def scan_name(self, path: str) -> Iterator[Hit]:
        """Hits in the name of a file, which is then not repeated."""
        for rule in dict.fromkeys(self._layers(path.encode("utf-8", "surrogateescape"))):
            yield Hit(_NAME, rule)

    def scan_range(self, path: str, stream: BinaryIO, start: int, end: int) -> Iterator[Hit]:
        """Hits in a range of a file, as `cut` gives it; the range is read with what stands in front of it."""
        for rule in dict.fromkeys(self._layers(read(stream, start, end, self._longest))):
            yield Hit(path, rule)

    def _layers(self, data: bytes) -> Iterator[str]:
        """Rules hit in the bytes and in everything decoded from them."""
        waiting = deque([(data, 0, Further.EVERY_KIND)])
        seen: set[bytes] = set()
        known: set[bytes] = set()
        total = 0
        while waiting:
            layer, depth, further = waiting.popleft()
            text = flat(layer)
            yield from self._hits(text)
            if depth >= _MOST_LAYERS:
                continue
            room = 2 * len(data) + _READ_APART - total
            for inner, next_further in decodings(layer, text, known, self._reach, room, further):
                mark = hashlib.blake2b(inner, digest_size=16).digest()
                total += len(inner)
                if mark in seen:
                    continue
                if total > 8 * len(data) + _LARGEST:
                    yield "too-many-layers"
                    return
                seen.add(mark)
                waiting.append((inner, depth + 1, next_further))

    def _hits(self, data: bytes) -> Iterator[str]:
        for match in _ANY_SHAPE.finditer(data):
            shape = match.group(0)
            name = next(name for name, pattern in _ONE_SHAPE if pattern.match(shape))
            mark = TOKENISED.get(name)
            if mark is None or not self._is_token(shape.rstrip(b"@").rsplit(mark, 1)[1]):
                yield f"shape/{name}"
        yield from self._values(data)
        if len(self._prints):
            yield from self._emails(data)
            yield from self._addresses(data)
            if self._has_ipv6 and _printed(addresses(data), self._prints):
                yield "value/ip"
        if self._spilled is not None:
            words = set(_WORDS.findall(data))
            if _printed({each for one in words for each in (one, one.strip(b".:!?-"))}, self._spilled):
                yield "value/overflow"

    def _values(self, data: bytes) -> Iterator[str]:
        if self._automaton is None:
            return
        lowered = data.lower()
        for at in range(0, len(data), _STEP):
            piece = lowered[at : at + _STEP + self._head]
            for index, first, _ in self._automaton.find_matches_as_indexes(piece, overlapping=True):
                start = at + first
                for length in self._lengths[index]:
                    form = self._forms.get(lowered[start : start + length])
                    if form is not None and _is_found(form, data, start, start + length):
                        yield f"value/{form.entity}"

    def _emails(self, data: bytes) -> Iterator[str]:
        candidates: set[bytes] = set()
        for match in _DOMAIN.finditer(data):
            at = match.start()
            front = data[max(0, at - _LONGEST_MAILBOX) : at]
            candidates.add(front[len(front.rstrip(_MAILBOX_BYTES)) :] + match.group(0))
        candidates -= self._harmless
        # An address as it stands, and without the dots and dashes of the sentence around it.
        spellings = {each for one in candidates for each in (one, one.rstrip(b".-"), one.strip(b".-_%+"))}
        if _printed(spellings, self._prints):
            yield "value/email"
        else:
            if len(self._harmless) > _MOST_KNOWN:
                self._harmless.clear()
            self._harmless |= candidates

    def _addresses(self, data: bytes) -> Iterator[str]:
        if not self._may_hold_addresses(data):
            return
        for match in _MIDDLE.finditer(data):
            start, end = match.span()
            front, back = data[max(0, start - 3) : start], data[end : end + 3]
            if front + match.group(0) + back in self._others:
                continue
            first = start - len(front) + len(front.rstrip(_DIGITS))
            if _is_address(data, first, end + len(back) - len(back.lstrip(_DIGITS))):
                yield "value/ip"

    def _may_hold_addresses(self, data: bytes) -> bool:
        """Whether an IPv4 address of the case stands in a text, be it as a version: all are looked up at once."""
        if len(self._others) > _MOST_KNOWN:
            self._others.clear()
        fresh = {data[max(0, match.start() - 3) : match.end() + 3] for match in _MIDDLE.finditer(data)} - self._others
        if not _printed({each for one in fresh for each in _addresses_in(one)}, self._prints):
            self._others |= fresh
            return False
        self._others.update(one for one in fresh if not _printed(_addresses_in(one), self._prints))
        return True

    def _built(self, values: Mapping[str, str]) -> "ahocorasick_rs.BytesAhoCorasick | None":
        # One entry per folded form: two spellings that differ by case share the looser test.
        entries: dict[bytes, Form] = {}
        for value, entity in sorted(values.items()):
            for key, form in forms(value, entity):
                entries[key] = form if key not in entries else entries[key].joined(form)
        self._forms = entries
        self._longest = max(map(len, entries), default=0)
        if not entries:
            return None
        # Of many forms only the heads are in the automaton: sixty thousand values must fit beside everything else. What
        # begins like a form is looked up whole, once for each length that forms with this head have.
        self._head = _HEAD if len(entries) > _MANY_FORMS else self._longest
        lengths: dict[bytes, tuple[int, ...]] = {}
        shared: dict[tuple[int, ...], tuple[int, ...]] = {}
        for key in entries:
            head = key[: self._head]
            known = lengths.get(head, ())
            if len(key) not in known:
                longer = (*known, len(key))
                lengths[head] = shared.setdefault(longer, longer)
        self._lengths = list(lengths.values())
        return ahocorasick_rs.BytesAhoCorasick(
            lengths, ahocorasick_rs.MatchKind.Standard, ahocorasick_rs.Implementation.ContiguousNFA
        )


def _printed(spellings: Collection[bytes], prints: "np.ndarray[tuple[int], np.dtype[np.uint64]]") -> bool:
    """Whether one of these is among the fingerprints; all are looked up at once."""
    if not spellings:
        return False
    digests = b"".join(hashlib.blake2b(_folded(each), digest_size=8).digest() for each in spellings)
    marks = np.frombuffer(digests, dtype=">u8").astype(np.uint64)
    places = np.minimum(np.searchsorted(prints, marks), len(prints) - 1)
    return bool(np.any(prints[places] == marks))


def _is_found(form: Form, data: bytes, start: int, end: int) -> bool:
    if form.exact is not None and data[start:end] != form.exact:
        return False
    return not form.is_bounded or _stands_alone(data, start, end)


def _folded(spelling: bytes) -> bytes:
    """As fingerprints are taken: NFC, without case."""
    if spelling.isascii():
        return spelling.lower()
    text = unicodedata.normalize("NFC", spelling.decode("utf-8", "replace")).casefold()
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    if start > 0 and data[start - 1] in _WORD_BYTES and data[start] in _WORD_BYTES:
        # The letter of a line end or tab in a quoted string is no part of the word behind it.
        return data[start - 1] in _ESCAPED_SPACE and data[start - 2 : start - 1] == b"\\" and _ends(data, end)
    return _ends(data, end)


def _ends(data: bytes, end: int) -> bool:
    return not (end < len(data) and data[end] in _WORD_BYTES and data[end - 1] in _WORD_BYTES)


def _addresses_in(window: bytes) -> tuple[bytes, ...]:
    """The four numbers of a window that holds `.1.2.` with three bytes around it."""
    middle = _MIDDLE.search(window)
    if middle is None:
        return ()
    front, back = window[: middle.start()], window[middle.end() :]
    first = front[len(front.rstrip(_DIGITS)) :]
    last = back[: len(back) - len(back.lstrip(_DIGITS))]
    return (first + middle.group(0) + last,) if first and last else ()


def _is_address(data: bytes, start: int, end: int) -> bool:
    """Whether four numbers with dots are an address where they stand, not a version, an OID or a section number."""
    numbers = data[start:end].split(b".")
    if any(len(each) > 3 or int(each) > 255 or (len(each) > 1 and each[:1] == b"0") for each in numbers):
        return False
    if numbers[1:] == [b"0", b"0", b"0"]:
        return False  # `144.0.0.0`, a browser's version
    before, after = data[max(0, start - 24) : start], data[end : end + 2]
    if before[-1:].isalnum() or before[-1:] in (b".", b"_", b"-") or after[:1].isalnum() or after[:1] in (b"_", b"-"):
        return False
    if after[:1] == b"." and after[1:].isalnum():
        return False
    if before[-1:] == b"/" and before[-2:-1].isalnum() and not before.lower().endswith(b"ip/"):
        return False  # `Product/1.2.3.4`; behind `://` it is a host
    return _COUNTED.search(before) is None or before.endswith(b"://")
