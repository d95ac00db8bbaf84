"""How a log's bytes become text.

Enters: the first bytes. Leaves: an `Encoding`: codec, width of a code unit, how sure. Bytes that the codec cannot read
are shown as `\\xNN`, never dropped, and counted.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE: Final = 4096
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_CP1252_UNDEFINED: Final = frozenset(b"\x81\x8d\x8f\x90\x9d")


@dataclass(frozen=True, slots=True)
class Encoding:
    """`width`: bytes per code unit. `skip`: length of the byte order mark."""

    codec: str
    width: int = 1
    skip: int = 0
    is_assumed: bool = False

    @property
    def name(self) -> str:
        """For people: `utf-8`, `cp1252 (assumed)`."""
        return f"{self.codec} (assumed)" if self.is_assumed else self.codec

    @property
    def newline(self) -> bytes:
        return "\n".encode(self.codec)

    def decode(self, data: bytes) -> str:
        """Text; what cannot be decoded stays visible as `\\xNN`."""
        return data.decode(self.codec, "backslashreplace")

    def encode(self, text: str) -> bytes:
        """The bytes of an ID or word in this encoding; empty when it has none."""
        return text.encode(self.codec, "ignore")

    def decodes(self, data: bytes) -> bool:
        """Whether every byte is valid."""
        if self.width == 1 and data.isascii():
            return True
        try:
            data.decode(self.codec)
        except UnicodeDecodeError:
            return False
        return True


def detect(head: bytes) -> Encoding:
    """From the first 64 KiB: byte order mark, NUL pattern of UTF-16, UTF-8, else Windows-1252 (assumed)."""
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return Encoding(codec, _width(codec), len(bom))
    sample = head[:_SAMPLE]
    if len(sample) >= 8:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        half = len(sample) // 2
        if odd > 0.6 * half and even < 0.1 * half:
            return Encoding("utf-16-le", 2, is_assumed=True)
        if even > 0.6 * half and odd < 0.1 * half:
            return Encoding("utf-16-be", 2, is_assumed=True)
    return Encoding("cp1252", is_assumed=True) if _is_legacy(head) else Encoding("utf-8")


def _width(codec: str) -> int:
    return {"utf-8": 1, "utf-16-le": 2, "utf-16-be": 2}.get(codec, 4)


def _is_legacy(head: bytes) -> bool:
    """High bytes that are no UTF-8 sequences and are all letters or signs of Windows-1252."""
    if head.isascii():
        return False
    rest, sequences = _MULTIBYTE.subn(b"", head[: len(head) - 3] if len(head) > 3 else head)
    stray = _HIGH.findall(rest)
    return len(stray) > sequences and not any(each[0] in _CP1252_UNDEFINED for each in stray)
