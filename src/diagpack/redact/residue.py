"""The last look: an independent reader over the finished files, before anything is signed.

Enters: finished bytes, the values this case taught, fingerprints of the shaped ones. Leaves: hits, each naming a file
and a rule, never a value. Own decoders and own automaton: nothing here is shared with the code that redacts, so one
mistake cannot hide behind itself.
"""

import base64
import binascii
import hashlib
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import quote, quote_plus, unquote_to_bytes

import ahocorasick
import numpy as np
import re2

from diagpack.redact.residue_shapes import SHAPES, TOKENISED

_SECRET = frozenset({"secret", "cookie", "token", "password", "key"})
_FOLDED = frozenset({"email", "host", "user", "name", "company", "word", "iban", "mac", "address", "nationalid"})
_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff]")


def _fast(pattern: str) -> Any:
    """A linear-time pattern over bytes."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 << 20
    options.log_errors = False
    return re2.compile(pattern.encode("ascii"), options)


_EMAIL = _fast(r"[A-Za-z0-9._%+\-\x80-\xff]+@[A-Za-z0-9\x80-\xff][A-Za-z0-9.\-\x80-\xff]+")
_IPV4 = _fast(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
# Base64 of something readable starts with bytes whose top bit is 0 (three quads), or with a known magic number;
# a long run is tried in any case.
_QUAD = "[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
_BASE64_RUN = _fast(
    rf"(?:{_QUAD}){{3}}[A-Za-z0-9+/_-]{{4}}[A-Za-z0-9+/_-]*|(?:H4sI|eJ|eA|eN|eF)[A-Za-z0-9+/_-]{{12}}[A-Za-z0-9+/_-]*"
    r"|[A-Za-z0-9+/_-]{40}[A-Za-z0-9+/_-]*|(?:[A-Za-z0-9]A[A-Za-z0-9]A|[A-Za-z0-9]{2}AA)[A-Za-z0-9+/_-]{12}[A-Za-z0-9+/_-]*"
)
_HEX_RUN = _fast(r"(?:[2-7a-fA-F][0-9a-fA-F]){8}(?:[0-9a-fA-F][0-9a-fA-F])*")
_TEXT = bytes(range(32, 127)) + b"\t\r\n" + bytes(range(194, 256))
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\"\\/]))")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_MOST_LAYERS = 6
_LARGEST = 64 << 20
_ANY_SHAPE = _fast("|".join(pattern for _, pattern, _ in SHAPES))
_ONE_SHAPE = [(name, _fast(pattern)) for name, pattern, _ in SHAPES]
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
    """Built once per case, after the second pass."""

    def __init__(
        self,
        values: Mapping[str, str],
        prints: "np.ndarray[tuple[int], np.dtype[np.uint64]]",
        is_token: Callable[[bytes], bool],
    ) -> None:
        self._prints = prints
        self._is_token = is_token
        self._entries: list[tuple[bytes, str, bool, bool]] = []
        self._automaton = ahocorasick.Automaton()
        self._known: dict[bytes, bool] = {}
        self.not_searched: Counter[str] = Counter()
        for value, entity in sorted(values.items()):
            self._add_value(value, entity)
        if self._entries:
            self._automaton.make_automaton()

    def __repr__(self) -> str:
        return "ResidueScanner(…)"

    def scan(self, path: str, content: bytes) -> Iterator[Hit]:
        """Hits in one file and in its name."""
        for where, data in ((path, path.encode("utf-8", "surrogateescape")), (path, content)):
            for rule in dict.fromkeys(self._layers(data)):
                yield Hit(where, rule)

    def _layers(self, data: bytes) -> Iterator[str]:
        """Rules hit in the bytes and in everything decoded from them."""
        waiting = [(data, 0)]
        seen: set[bytes] = set()
        total = 0
        while waiting:
            layer, depth = waiting.pop()
            yield from self._hits(layer)
            if depth >= _MOST_LAYERS:
                continue
            for inner in decodings(layer):
                mark = hashlib.blake2b(inner, digest_size=16).digest()
                total += len(inner)
                if mark in seen:
                    continue
                if total > 8 * len(data) + _LARGEST:
                    yield "too-many-layers"
                    return
                seen.add(mark)
                waiting.append((inner, depth + 1))

    def _hits(self, data: bytes) -> Iterator[str]:
        for match in _ANY_SHAPE.finditer(data):
            shape = match.group(0)
            name = next(name for name, pattern in _ONE_SHAPE if pattern.match(shape))
            mark = TOKENISED.get(name)
            if mark is None or not self._is_token(shape.rstrip(b"@").rsplit(mark, 1)[1]):
                yield f"shape/{name}"
        yield from self._values(data)
        if len(self._prints):
            if b"@" in data:
                yield from (f"value/{rule}" for rule in self._shaped(data, _EMAIL, "email"))
            yield from (f"value/{rule}" for rule in self._shaped(data, _IPV4, "ip"))

    def _values(self, data: bytes) -> Iterator[str]:
        if not self._entries:
            return
        for last, index in self._automaton.iter(data.lower().decode("latin-1")):
            exact, entity, needs_case, is_bounded = self._entries[index]
            start, end = last + 1 - len(exact), last + 1
            if needs_case and data[start:end] != exact:
                continue
            if is_bounded and not self._stands_alone(data, start, end):
                continue
            yield f"value/{entity}"

    def _stands_alone(self, data: bytes, start: int, end: int) -> bool:
        before, after = data[max(0, start - 1) : start], data[end : end + 1]
        is_joined_before = bool(_WORD.match(before)) and bool(_WORD.match(data[start : start + 1]))
        is_joined_after = bool(_WORD.match(after)) and bool(_WORD.match(data[end - 1 : end]))
        return not is_joined_before and not is_joined_after

    def _shaped(self, data: bytes, pattern: Any, entity: str) -> Iterator[str]:
        for match in pattern.finditer(data):
            if self._is_learned(match.group(0), entity) and (entity != "ip" or _is_address(data, *match.span())):
                yield entity

    def _is_learned(self, candidate: bytes, entity: str) -> bool:
        known = self._known.get(candidate)
        if known is None:
            text = unicodedata.normalize("NFC", candidate.decode("utf-8", "replace"))
            if entity in _FOLDED:
                text = unicodedata.normalize("NFC", text.casefold())
            digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            mark = np.uint64(int.from_bytes(digest, "big"))
            at = int(np.searchsorted(self._prints, mark))
            known = at < len(self._prints) and self._prints[at] == mark
            if len(self._known) > 200_000:
                self._known.clear()
            self._known[candidate] = bool(known)
        return bool(known)

    def _add_value(self, value: str, entity: str) -> None:
        raw = value.encode("utf-8", "surrogatepass")
        is_secret = entity in _SECRET
        if len(raw) < (6 if is_secret else 3):
            self.not_searched[entity] += 1
            return
        needs_case = is_secret or len(raw) < 5
        is_bounded = not is_secret or len(raw) < 12
        for form in {raw, *_spellings(value)}:
            self._add(form, entity, needs_case, is_bounded)
        for core in _cores(raw):
            if len(core) >= 8:
                self._add(core, entity, True, False)
        if len(raw) >= 6:
            self._add(raw.hex().encode(), entity, False, False)

    def _add(self, form: bytes, entity: str, needs_case: bool, is_bounded: bool) -> None:
        # One entry per folded form: two spellings that differ by case share the looser test.
        key = form.lower().decode("latin-1")
        if key in self._automaton:
            index = self._automaton.get(key)
            exact, known, had_case, had_bounds = self._entries[index]
            self._entries[index] = (exact, known, had_case and needs_case and exact == form, had_bounds and is_bounded)
            return
        self._automaton.add_word(key, len(self._entries))
        self._entries.append((form, entity, needs_case, is_bounded))


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


def decodings(data: bytes) -> Iterator[bytes]:
    """Everything one step of decoding finds in some bytes."""
    if b"%" in data:
        plain = unquote_to_bytes(data)
        if plain != data:
            yield plain
    if b"&" in data:
        text = data.decode("utf-8", "surrogateescape")
        unescaped = unescape(text)
        if unescaped != text:
            yield unescaped.encode("utf-8", "surrogatepass" if not _has_lone(unescaped) else "replace")
    if b"\\" in data:
        plain = _ESCAPE.sub(_unescaped, data)
        if plain != data:
            yield plain
    for match in _BASE64_RUN.finditer(data):
        raw = _from_base64(match.group(0))
        if raw is not None:
            yield raw
    for match in _HEX_RUN.finditer(data):
        digits = match.group(0)
        raw = bytes.fromhex(digits[: len(digits) & ~1].decode("ascii"))
        if _is_readable(raw):
            yield raw
    yield from _inflated(data)
    if data[1:40:2].count(0) >= 10:
        yield data.replace(b"\0", b"")


def _has_lone(text: str) -> bool:
    return any("\ud800" <= each <= "\udfff" for each in text)


def _unescaped(match: "re.Match[bytes]") -> bytes:
    wide, narrow, plain = match.groups()
    if plain is not None:
        return plain
    return chr(int(wide or narrow, 16)).encode("utf-8", "surrogatepass")


def _from_base64(run: bytes) -> bytes | None:
    core = run.translate(_STANDARD)
    core = core[: len(core) - (len(core) % 4 == 1)]
    raw = binascii.a2b_base64(core + b"=" * (-len(core) % 4))
    if _is_readable(raw[:24]) or raw[:2] in (b"\x1f\x8b", b"x\x9c", b"x\x01", b"x\xda"):
        return raw
    inflated = _raw_deflate(raw) if len(core) >= 40 else None
    return raw if inflated is not None or raw[1:24:2].count(0) >= 6 else None


def _is_readable(raw: bytes) -> bool:
    head = raw[:24]
    return len(head) >= 6 and len(head.translate(None, _TEXT)) <= 2


def _inflated(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b" or data[:2] in (b"x\x9c", b"x\x01", b"x\xda"):
        try:
            yield zlib.decompressobj(47).decompress(data, _LARGEST)
        except zlib.error:
            return
    elif len(data) < 1 << 20 and data and not _is_readable(data[:24]):
        plain = _raw_deflate(data)
        if plain is not None:
            yield plain


def _raw_deflate(data: bytes) -> bytes | None:
    inflater = zlib.decompressobj(-15)
    try:
        plain = inflater.decompress(data, _LARGEST)
    except zlib.error:
        return None
    return plain if len(plain) >= 6 and _is_readable(plain[:24]) else None


def _spellings(value: str) -> set[bytes]:
    """Encoded forms that no decoder below turns back on its own."""
    forms = {quote_plus(value), quote(value, safe=""), value.replace(" ", "+")}
    encoded = {form.encode("utf-8", "surrogatepass") for form in forms if form != value} if _encodable(value) else set()
    encoded.add(unicodedata.normalize("NFD", value).encode("utf-8", "surrogatepass"))
    return encoded


def _encodable(value: str) -> bool:
    return not _has_lone(value)


def _cores(raw: bytes) -> Iterator[bytes]:
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        text = text[(0, 2, 3)[shift] :]
        if (len(raw) + shift) % 3:
            text = text[:-1]
        yield text
        yield text.translate(bytes.maketrans(b"+/", b"-_"))
