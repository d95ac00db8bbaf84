"""Encodings that hide a text as a whole: base64, hex, gzip, zlib, raw deflate, UTF-16.

Enters: a run of characters or a value. Leaves: `Unpacked`, the text inside and how to pack it the same way again; None
when no text is inside. Inflating is capped: a bomb raises `TooBig`. Sources: RFC 4648, RFC 1950 to 1952, SAML 2.0
Bindings 3.4.4 (raw deflate).
"""

import base64
import binascii
import functools
import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

# A short run is most often an ordinary word or an id; text inside shows in its first bytes.
BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{11,}(?:={1,2}|%3[dD]%3[dD]|%3[dD])?")
HEX_RUN = re.compile(rb"(?<![0-9A-Za-z])(?:0x)?(?:[0-9a-fA-F]{2}){8,}(?![0-9A-Za-z])")
_TEXT = bytes(range(32, 127)) + b"\t\r\n"
_ALPHABET = re.compile(rb"[A-Za-z0-9+/]*={0,2}|[A-Za-z0-9_-]*={0,2}")
# Characters of a run that is decoded as a whole before a look at its first bytes.
_DECODED_AT_ONCE = 64
# Of so many characters, every run is tried: what was deflated without a head shows no text in its first bytes.
LONG_RUN = 40
_SPACE = re.compile(rb"\s+")
_PADDING = (b"", b"===", b"==", b"=")
_BASE64 = ("base64",)


class TooBig(Exception):
    """Inflating would pass the cap; carries no content."""


class Unpacked(NamedTuple):
    """The text inside. `pack` is the way back; `steps` names the layers, outermost first."""

    text: bytes
    pack: Callable[[bytes], bytes]
    steps: tuple[str, ...]


# The same from a tuple, which takes a third of the time.
unpacked_of: Callable[[tuple[bytes, Callable[[bytes], bytes], tuple[str, ...]]], Unpacked] = functools.partial(
    tuple.__new__, Unpacked
)


def unpack_base64(run: bytes, cap: int, *, is_slot: bool = False) -> Unpacked | None:
    """The text in a run of base64 or base64url characters. `is_slot`: the run is a whole value, worth more effort."""
    core = run.rstrip(b"=")
    if len(core) % 4 == 1:
        return None
    is_url = b"-" in core or b"_" in core
    if is_url and (b"+" in core or b"/" in core):
        return None
    if not is_url and not is_slot and len(core) <= _DECODED_AT_ONCE:
        # Most runs are such, and told by one look.
        short = binascii.a2b_base64(core + _PADDING[len(core) % 4])
        if short and not short.translate(None, _TEXT):
            is_padded = len(run) != len(core) or len(core) % 4 == 0
            return unpacked_of((short, _encoded if is_padded else _encoded_bare, _BASE64))
        if not _is_promising(core, short[:9] if len(core) >= 12 else short[:6]):
            return None
    if len(core) > _DECODED_AT_ONCE and not is_slot and not _is_promising(core, _decoded(core[:12], is_url)):
        return None
    raw = _decoded(core, is_url)
    if raw is None:
        return None
    # What the first twelve characters say, or eight when there are less.
    head = raw[:9] if len(core) >= 12 else raw[:6]
    if len(core) <= _DECODED_AT_ONCE and not is_slot and not _is_promising(core, head):
        return None
    inner = unpack_bytes(raw, cap, is_slot=is_slot or len(core) >= LONG_RUN)
    if inner is None:
        return None
    is_padded = len(run) != len(core) or len(core) % 4 == 0
    encode = base64.urlsafe_b64encode if is_url else base64.b64encode

    def pack(text: bytes) -> bytes:
        encoded = encode(inner.pack(text))
        return encoded if is_padded else encoded.rstrip(b"=")

    return Unpacked(inner.text, pack, ("base64url" if is_url else "base64", *inner.steps))


def unpack_hex(run: bytes, cap: int) -> Unpacked | None:
    """The text in a run of hex digits."""
    prefix, digits = (run[:2], run[2:]) if run[:2] == b"0x" else (b"", run)
    if len(digits) % 2:
        return None
    raw = binascii.unhexlify(digits)
    inner = unpack_bytes(raw, cap, is_slot=False)
    if inner is None or len(raw) < 6:
        return None
    is_upper = digits.upper() == digits

    def pack(text: bytes) -> bytes:
        encoded = binascii.hexlify(inner.pack(text))
        return prefix + (encoded.upper() if is_upper else encoded)

    return Unpacked(inner.text, pack, ("hex", *inner.steps))


def unpack_bytes(raw: bytes, cap: int, *, is_slot: bool) -> Unpacked | None:
    """The text in decoded bytes: as it is, UTF-16, or deflated."""
    if is_text(raw):
        return Unpacked(raw, _same, ())
    wide = _utf16(raw)
    if wide is not None:
        return wide
    if raw[:2] == b"\x1f\x8b":
        return _inflated(raw, 31, "gzip", cap)
    if len(raw) > 2 and raw[0] & 0x0F == 8 and (raw[0] << 8 | raw[1]) % 31 == 0:
        return _inflated(raw, 15, "deflate", cap)
    # Raw deflate has no magic number; random bytes seldom inflate to text.
    return _inflated(raw, -15, "raw-deflate", cap) if is_slot else None


def is_text(raw: bytes) -> bool:
    """UTF-8 without control characters."""
    if not raw or raw.translate(None, _TEXT) == b"":
        return bool(raw)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any((each < " " and each not in "\t\r\n") or "\x7f" <= each < "\xa0" for each in text)


def _is_promising(core: bytes, head: bytes | None) -> bool:
    if not head:
        return False
    others = len(head.translate(None, _TEXT))
    if not others or len(core) >= LONG_RUN or head[0] == 0x78 or head[:2] == b"\x1f\x8b":
        return True
    if head[0] >= 0xC2 and len(head) - others > 2:
        return True
    return 0 in head and (head[1::2].count(0) >= 3 or head[0::2].count(0) >= 3)


def _decoded(core: bytes, is_url: bool) -> bytes | None:
    padded = core + b"=" * (-len(core) % 4)
    try:
        return base64.urlsafe_b64decode(padded) if is_url else binascii.a2b_base64(padded)
    except (binascii.Error, ValueError):
        return None


def _utf16(raw: bytes) -> Unpacked | None:
    if len(raw) < 6 or len(raw) % 2:
        return None
    mark = raw[:2]
    if mark == b"\xff\xfe" or (mark != b"\xfe\xff" and raw[1::2].count(0) * 4 >= len(raw)):
        codec = "utf-16-le"
    elif mark == b"\xfe\xff" or raw[0::2].count(0) * 4 >= len(raw):
        codec = "utf-16-be"
    else:
        return None
    try:
        text = raw.decode(codec).encode("utf-8")
    except UnicodeError:
        return None
    if not is_text(text.removeprefix(b"\xef\xbb\xbf")):
        return None
    return Unpacked(text, lambda plain: plain.decode("utf-8").encode(codec), (codec,))


def _inflated(raw: bytes, window: int, name: str, cap: int) -> Unpacked | None:
    inflater = zlib.decompressobj(window)
    try:
        plain = inflater.decompress(raw, cap + 1)
    except zlib.error:
        return None
    if len(plain) > cap:
        raise TooBig
    if not inflater.eof or len(plain) < 6 or (window == -15 and inflater.unused_data):
        return None
    inner = unpack_bytes(plain, cap, is_slot=False)
    if inner is None:
        return None

    def pack(text: bytes) -> bytes:
        deflater = zlib.compressobj(6, zlib.DEFLATED, window)
        return deflater.compress(inner.pack(text)) + deflater.flush()

    return Unpacked(inner.text, pack, (name, *inner.steps))


def _encoded(text: bytes) -> bytes:
    return base64.b64encode(text)


def _encoded_bare(text: bytes) -> bytes:
    return base64.b64encode(text).rstrip(b"=")


def _same(text: bytes) -> bytes:
    return text


def without_space(run: bytes) -> bytes:
    """Base64 that was folded into lines."""
    return _SPACE.sub(b"", run)
