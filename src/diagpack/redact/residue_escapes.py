"""Escapes of the last look: each kind undone by itself, or all of them in one go.

Enters: bytes in which escapes stand. Leaves: the same with one layer undone. In one go, what was written with one kind
inside of another appears after as many steps as it has layers, whatever their order: a line of many kinds need not be
read once for every combination. Own code, shared with nothing that redacts.
"""

import functools
import re
from html import unescape
from html.entities import html5
from typing import Final

# Entities that HTML reads without a semicolon too.
_BARE_ENTITIES: Final = "|".join(sorted(name for name in html5 if not name.endswith(";")))
ENTITY_FORM: Final = rf"&(?:#[0-9xX]|[A-Za-z][A-Za-z0-9]*;|{_BARE_ENTITIES})"
ESCAPE_FORM: Final = r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|/)"
# Escapes of one kind in a row are undone together. Every form begins with its sign, which makes the search fast. A name
# that HTML does not know stays as it is.
_PERCENT: Final = rb"%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*"
_QUOTED: Final = rb"\\u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*|\\x[0-9a-fA-F]{2}|\\/"
_NAMED: Final = rb"&#[0-9]{1,7};(?:&#[0-9]{1,7};)*|&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]{1,31};?)"
_PRINTABLE: Final = rb"=[0-9a-fA-F]{2}(?:=[0-9a-fA-F]{2})*|=\r?\n"
_ESCAPES: Final = re.compile(_QUOTED)
_ENTITIES: Final = re.compile(_NAMED)
_ONLY_PRINTABLE: Final = re.compile(_PRINTABLE)
_ALL: Final = re.compile(b"|".join((_PERCENT, _QUOTED, _NAMED)))
_ALL_AND_PRINTABLE: Final = re.compile(b"|".join((_PERCENT, _QUOTED, _NAMED, _PRINTABLE)))
# What only quoted-printable writes (RFC 2045, 6.7): a quoted `=`, an `@` in front of a domain, a letter of Latin or
# the name of the encoding; `page=40` is an assignment. One search that begins with a fixed byte.
_CLUE: Final = re.compile(rb"=(?:3D|C3=|40[A-Za-z0-9-]+\.[a-z])")


def without_entities(text: bytes) -> bytes:
    """HTML's character references undone."""
    return _ENTITIES.sub(_undone, text)


def without_escapes(text: bytes) -> bytes:
    """The escapes of strings undone, but for those of quotes and line ends."""
    return _ESCAPES.sub(_undone, text)


def has_printable(text: bytes) -> bool:
    """Whether something in a text was written as quoted-printable."""
    return _CLUE.search(text) is not None or b"uoted-printable" in text


def without_printable(text: bytes) -> bytes:
    """Quoted-printable undone, soft line ends with it."""
    return _ONLY_PRINTABLE.sub(_undone, text)


def together(text: bytes, *, is_printable: bool) -> bytes:
    """One layer of every kind of escape undone; `is_printable`: quoted-printable is one of them."""
    return (_ALL_AND_PRINTABLE if is_printable else _ALL).sub(_undone, text)


def _undone(match: "re.Match[bytes]") -> bytes:
    run = match[0]
    sign, second = run[0], run[1]
    if sign == 0x25:
        return bytes.fromhex(run.replace(b"%", b"").decode("ascii"))
    if sign == 0x26:
        if second == 0x23 and run[-1] == 0x3B and run[2] not in b"xX":
            return b"".join(map(_numbered, run[2:-1].split(b";&#")))
        return _named(run)
    if sign == 0x3D:
        return b"" if run[-1] == 0x0A else bytes.fromhex(run.replace(b"=", b"").decode("ascii"))
    if second == 0x75:
        units = bytes.fromhex(run.replace(b"\\u", b"").decode("ascii"))
        return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
    return chr(int(run[2:], 16)).encode() if second == 0x78 else b"/"


@functools.lru_cache(maxsize=4096)
def _numbered(digits: bytes) -> bytes:
    return unescape(f"&#{digits.decode('ascii')};").encode("utf-8", "surrogatepass")


@functools.lru_cache(maxsize=4096)
def _named(reference: bytes) -> bytes:
    return unescape(reference.decode("ascii")).encode("utf-8", "surrogatepass")
