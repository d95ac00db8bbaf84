"""Encodings: base64 both ways, raw deflate read in full and written as stored blocks (RFC 1951).

Enters and leaves: bytes and text. None where the input is not that encoding. The twin of page/packing.js.
"""

from __future__ import annotations

import base64 as _base64
import binascii
import re
import zlib

_LIMIT = 33554432
_LONE = re.compile("[\ud800-\udfff]")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BARE = re.compile(r"[A-Za-z0-9+/]*")


def well_formed(text: str) -> str:
    """Lone surrogates become U+FFFD."""
    return _LONE.sub("\ufffd", text)


def to_bytes(text: str) -> bytes:
    return well_formed(text).encode("utf-8")


def to_text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def is_readable(text: str) -> bool:
    """No control characters but tab, line feed and carriage return."""
    return _UNREADABLE.search(text) is None


def unbase64(run: str) -> bytes | None:
    bare = run.rstrip("=").replace("-", "+").replace("_", "/")
    if len(bare) % 4 == 1 or _BARE.fullmatch(bare) is None:
        return None
    try:
        return _base64.b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return None


def base64(data: bytes, like: str) -> str:
    """Base64 in the spelling of `like`: its alphabet and its padding."""
    is_url = "-" in like or "_" in like
    out = (_base64.urlsafe_b64encode(data) if is_url else _base64.b64encode(data)).decode("ascii")
    is_padded = like.endswith("=") or (len(like) % 4 == 0 and not is_url)
    return out if is_padded else out.rstrip("=")


def inflate_raw(data: bytes) -> bytes | None:
    engine = zlib.decompressobj(-15)
    try:
        out = engine.decompress(data, _LIMIT)
    except zlib.error:
        return None
    return out if engine.eof else None


def deflate_stored(data: bytes) -> bytes:
    out = []
    for at in range(0, max(1, len(data)), 65535):
        part = data[at : at + 65535]
        is_last = at + 65535 >= len(data)
        out.append(
            bytes([is_last]) + len(part).to_bytes(2, "little") + (len(part) ^ 0xFFFF).to_bytes(2, "little") + part
        )
    return b"".join(out)
