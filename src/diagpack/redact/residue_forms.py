"""How a learned value may stand in finished bytes: the forms that no decoder turns back into the value.

Enters: a value and its class. Leaves: folded search keys, each with the test a finding must pass. Percent escapes,
entities, escapes of strings and whole runs of base64 and hex are decoded instead; a part of a run that is not readable
as a whole is found by what the value contributes to it at each of the three alignments (RFC 4648, 4).
"""

import binascii
import functools
import json
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from diagpack.redact.residue_decode import flat

_SECRET: Final = frozenset({"secret", "cookie", "token", "password", "key"})
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_ZEROS: Final = (b"", b"\0", b"\0\0")
_SHORTEST: Final = 3
_SHORTEST_SECRET: Final = 6
# Shorter parts of base64 stand in any long run by chance.
_SHORTEST_CORE: Final = 8


class Form(NamedTuple):
    """`exact`: the bytes that must stand there when case counts. `is_bounded`: not inside a longer word."""

    entity: str
    exact: bytes | None
    is_bounded: bool

    def joined(self, other: "Form") -> "Form":
        """The looser of two tests for the same folded key; the class of the first."""
        exact = self.exact if self.exact == other.exact else None
        return Form(self.entity, exact, self.is_bounded and other.is_bounded)


# The same from a tuple, which takes a third of the time: a case may know sixty thousand values of ten forms.
_form: Callable[[tuple[str, bytes | None, bool]], Form] = functools.partial(tuple.__new__, Form)


def is_too_short(value: str, entity: str) -> bool:
    """Whether a value would stand in any text by chance."""
    return len(value.encode("utf-8", "surrogatepass")) < (_SHORTEST_SECRET if entity in _SECRET else _SHORTEST)


def forms(value: str, entity: str) -> list[tuple[bytes, Form]]:
    """(folded key, test) of every form; none when the value is too short to be searched for."""
    if is_too_short(value, entity):
        return []
    raw = value.encode("utf-8", "surrogatepass")
    is_secret = entity in _SECRET
    shortest = _SHORTEST_SECRET if is_secret else _SHORTEST
    needs_case = is_secret or len(raw) < 5
    is_bounded = not is_secret or len(raw) < 12
    found = [
        (spelling.lower(), _form((entity, spelling if needs_case else None, is_bounded)))
        for spelling in sorted(_spellings(value, raw))
        if len(spelling) >= shortest
    ]
    cores = sorted({core for core in _cores(raw) if len(core) >= _SHORTEST_CORE})
    found += [(core.lower(), _form((entity, core, False))) for core in cores]
    if len(raw) >= 6:
        found.append((binascii.hexlify(raw), _form((entity, None, False))))
    return found


def _spellings(value: str, raw: bytes) -> set[bytes]:
    """As it is, with `+` for blanks, decomposed, and with the line ends and tabs of a string escaped; all flat."""
    found = {raw}
    if " " in value:
        found.add(value.replace(" ", "+").encode("utf-8", "surrogatepass"))
    if not value.isascii():
        found.add(unicodedata.normalize("NFD", value).encode("utf-8", "surrogatepass"))
    if not value.isprintable():
        found.add(json.dumps(value, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass"))
    if b"\\" in raw:
        # In front of an escape a backslash is lost; the last one may meet the quotation mark that ends the string.
        found |= {json.dumps(value)[1:-1].encode(), raw.replace(b"\\/", b"/")}
        found = {flat(each) for each in found} | {flat(each).rstrip(b"\\") for each in found}
    return found


def _cores(raw: bytes) -> Iterator[bytes]:
    for shift in range(3):
        text = binascii.b2a_base64(_ZEROS[shift] + raw, newline=False).rstrip(b"=")
        text = text[(0, 2, 3)[shift] :]
        if (len(raw) + shift) % 3:
            text = text[:-1]
        yield text
        if b"+" in text or b"/" in text:
            yield text.translate(_URL_SAFE)
