"""Decoders of the last look: what one step of decoding finds in finished bytes.

Enters: a layer of bytes. Leaves: the layers inside it. Own decoders, shared with nothing that redacts. Only what an
escape touches is decoded again: a line, or a quoted string, without an escape was searched where it stands. Equal
pieces are decoded once, and pieces are joined by `JOIN`, which no shape and no value crosses.
"""

import binascii
import zlib
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import re2

from diagpack.redact.residue_escapes import (
    ENTITY_FORM,
    ESCAPE_FORM,
    has_printable,
    together,
    without_entities,
    without_escapes,
    without_printable,
)

# Nothing in front of a zero byte is context of what stands behind it.
JOIN: Final = b"\n\0\n"
_ANYWHERE: Final = re2._re2.RE2.Anchor.UNANCHORED
_LARGEST: Final = 64 << 20


def fast(pattern: str) -> Any:
    """A linear-time pattern over bytes."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 << 20
    options.log_errors = False
    return re2.compile(pattern.encode("ascii"), options)


_TOUCHED = rf'[^"\n]*(?:%[0-9a-fA-F]{{2}}|{ENTITY_FORM}|{ESCAPE_FORM})[^"\n]*'
# A member's name stays with its value: it says whether four numbers are a version.
_MARKED = fast(rf'(?:"[^"\n]*"[ ]*:[ ]*)?"{_TOUCHED}|{_TOUCHED}')
_ENTITY = fast(ENTITY_FORM)
_ESCAPED = fast(ESCAPE_FORM)
# Base64 of something readable starts with bytes whose top bit is 0 (three quads), or with a known magic number;
# a long run is tried in any case.
_QUAD = "[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
_BASE64_RUN = fast(
    rf"(?:{_QUAD}){{3}}[A-Za-z0-9+/_-]{{4}}[A-Za-z0-9+/_-]*|(?:H4sI|eJ|eA|eN|eF)[A-Za-z0-9+/_-]{{12}}[A-Za-z0-9+/_-]*"
    r"|[A-Za-z0-9+/_-]{40}[A-Za-z0-9+/_-]*|(?:[A-Za-z0-9]A[A-Za-z0-9]A|[A-Za-z0-9]{2}AA)[A-Za-z0-9+/_-]{12}[A-Za-z0-9+/_-]*"
)
# Readable base64 behind a path or another run: it begins at any place.
_BASE64_INSIDE = fast(rf"(?:{_QUAD}){{6}}[A-Za-z0-9+/_-]*")
_HEX_RUN = fast(r"(?:[2-7a-fA-F][0-9a-fA-F]){8}(?:[0-9a-fA-F][0-9a-fA-F])*")
_TEXT = bytes(range(32, 127)) + b"\t\r\n" + bytes(range(194, 256))
_STANDARD = bytes.maketrans(b"-_", b"+/")
# What stands between two lines, or two strings of JSON.
_BETWEEN = (b"\n", b',"', b', "')
# How far the end of a string is looked for; without a bound that would take quadratic time.
_STRING_LENGTHS = (256, 4 << 10, 64 << 10)
_MAGIC = (b"\x1f\x8b", b"x\x9c", b"x\x01", b"x\xda")


class Further(Enum):
    """How a layer is read further: each kind of escape alone, all at once (or all but quoted-printable), or none."""

    EVERY_KIND = 0
    ALL_KINDS = 1
    BUT_PRINTABLE = 2
    NO_ESCAPES = 3


def flat(data: bytes) -> bytes:
    """The text without the backslashes that quoting it as a string put in, however often that was done."""
    if b"\\" not in data:
        return data
    while b"\\\\" in data:
        data = data.replace(b"\\\\", b"\\")
    return data.replace(b'\\"', b'"')


def decodings(
    data: bytes,
    text: bytes,
    known: set[bytes],
    reach: int = 0,
    room: int = _LARGEST,
    further: Further = Further.EVERY_KIND,
) -> Iterator[tuple[bytes, Further]]:
    """Layers in `data`, whose flat form is `text`, and how each is to be read further.

    `known`: runs that were opened before. `reach`: the longest value over several lines or strings. `room`: bytes that
    may be read kind by kind of escape, in every order; with more, each kind is read by itself and then all of them
    together, layer by layer.
    """
    if further is Further.EVERY_KIND:
        yield from _unescaped(text, reach, room)
    elif further is not Further.NO_ESCAPES:
        yield from _all_at_once(text, reach, further)
    for layer in _hidden(data, text, known):
        yield layer, Further.EVERY_KIND


def _hidden(data: bytes, text: bytes, known: set[bytes]) -> Iterator[bytes]:
    """Layers that need no escape: runs of base64 and hex, compressed bytes, wide text."""
    yield from _packed(text, known)
    yield from _inflated(data)
    if data[1:40:2].count(0) >= 10 or data[0:40:2].count(0) >= 10:
        yield data.replace(b"\0", b"")


def _unescaped(text: bytes, reach: int, room: int) -> Iterator[tuple[bytes, Further]]:
    """Percent escapes, HTML entities, the escapes of strings and quoted-printable, each undone by itself."""
    is_printable = has_printable(text)
    if b"%" not in text and b"&" not in text and b"\\" not in text:
        if is_printable:
            yield without_printable(text), Further.EVERY_KIND
        return
    parts = list(dict.fromkeys(_touched(text, reach)))
    found = [*_one_by_one(parts), *([without_printable(text)] if is_printable else [])]
    is_over = len(found) > 1 and sum(map(len, found)) > room
    for layer in found:
        yield layer, Further.NO_ESCAPES if is_over else Further.EVERY_KIND
    if is_over:
        # Bytes of another kind that look quoted-printable must not be spoiled by it: once without, once with it.
        yield together(JOIN.join(parts), is_printable=False), Further.BUT_PRINTABLE
        if is_printable:
            yield together(text, is_printable=True), Further.ALL_KINDS


def _all_at_once(text: bytes, reach: int, further: Further) -> Iterator[tuple[bytes, Further]]:
    """One more layer of everything."""
    is_printable = further is Further.ALL_KINDS and has_printable(text)
    touched = text if is_printable else JOIN.join(dict.fromkeys(_touched(text, reach)))
    plain = together(touched, is_printable=is_printable)
    if plain != touched:
        yield plain, further


def _one_by_one(parts: list[bytes]) -> Iterator[bytes]:
    if percent := JOIN.join(part for part in parts if b"%" in part):
        plain = unquote_to_bytes(percent)
        if plain != percent:
            yield plain
    if entities := JOIN.join(part for part in parts if b"&" in part and _ENTITY.search(part)):
        plain = without_entities(entities)
        if plain != entities:
            yield plain
    if escapes := JOIN.join(part for part in parts if b"\\" in part and _ESCAPED.search(part)):
        yield without_escapes(escapes)


def _touched(text: bytes, reach: int) -> Iterator[bytes]:
    """Lines, or strings with their names, that hold an escape; with `reach`, what stands around them as well."""
    if not reach:
        yield from (text[start:end] for start, end in spans(_MARKED, text))
        return
    start = end = 0
    for first, last in spans(_MARKED, text):
        if last <= end - reach:
            continue
        begin = _string_start(text, first - reach, end)
        if begin > end:
            yield text[start:end]
            start = begin
        end = _string_end(text, last + reach)
    yield text[start:end]


def _string_start(text: bytes, position: int, limit: int) -> int:
    """In front of the string or line that `position` is in; `limit` when it begins before that."""
    return max(limit, *(text.rfind(each, limit, max(position, 0)) + 1 for each in _BETWEEN))


def _string_end(text: bytes, position: int) -> int:
    """Behind the string or line that `position` is in, or the end of the text when it goes on for very long."""
    for reach in _STRING_LENGTHS:
        found = [at for each in _BETWEEN if (at := text.find(each, position, position + reach)) >= 0]
        if found:
            return min(found)
    return len(text)


def _packed(text: bytes, known: set[bytes]) -> Iterator[bytes]:
    """Runs of base64 and hex. Readable ones are one layer together: a file may hold a million of them."""
    readable: dict[bytes, None] = {}
    for run in _fresh(_BASE64_RUN, text, known, b"64"):
        raw = _from_base64(run)
        if raw is None:
            continue
        if _is_readable(raw) and not raw.startswith(_MAGIC):
            readable[raw] = None
            # What was deflated without a head may begin with bytes that could be text.
            if not raw.isascii() and (plain := _raw_deflate(raw)) is not None:
                yield plain
        else:
            yield raw
    for digits in _fresh(_HEX_RUN, text, known, b"\0"):
        raw = bytes.fromhex(digits[: len(digits) & ~1].decode("ascii"))
        if _is_readable(raw):
            readable[raw] = None
    if readable:
        yield JOIN.join(readable)


def _fresh(pattern: Any, text: bytes, known: set[bytes], kind: bytes) -> Iterator[bytes]:
    """What a pattern matches, but for runs that were opened before, in this layer or another."""
    for start, end in spans(pattern, text):
        run = text[start:end]
        if kind + run not in known:
            known.add(kind + run)
            yield run


def spans(pattern: Any, text: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of every match, none of them empty: the match objects of the module cost more than most matches."""
    match, position, size = pattern._regexp.Match, 0, len(text)
    while position < size:
        start, end = match(_ANYWHERE, text, position, size)[0]
        if start < 0:
            return
        yield start, end
        position = end


def _from_base64(run: bytes) -> bytes | None:
    core = run.translate(_STANDARD)
    raw = _bytes_of(core)
    if _is_readable(raw) or raw.startswith(_MAGIC):
        return raw
    if len(core) >= 40 and _raw_deflate(raw) is not None:
        return raw
    if raw[1:24:2].count(0) >= 6 or raw[0:24:2].count(0) >= 6:
        return raw
    inside = _BASE64_INSIDE.search(core)
    raw = _bytes_of(inside.group(0)) if inside is not None else b""
    return raw if _is_readable(raw) else None


def _bytes_of(core: bytes) -> bytes:
    core = core[: len(core) - (len(core) % 4 == 1)]
    return binascii.a2b_base64(core + b"=" * (-len(core) % 4))


def _is_readable(raw: bytes) -> bool:
    head = raw[:24]
    return len(head) >= 6 and len(head.translate(None, _TEXT)) <= 2


def _inflated(data: bytes) -> Iterator[bytes]:
    if data.startswith(_MAGIC):
        try:
            yield zlib.decompressobj(47).decompress(data, _LARGEST)
        except zlib.error:
            return
    elif len(data) < 1 << 20 and not data.isascii():
        plain = _raw_deflate(data)
        if plain is not None:
            yield plain


def _raw_deflate(data: bytes) -> bytes | None:
    inflater = zlib.decompressobj(-15)
    try:
        plain = inflater.decompress(data, _LARGEST)
    except zlib.error:
        return None
    return plain if len(plain) >= 6 and _is_readable(plain) else None
