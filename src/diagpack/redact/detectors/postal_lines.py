"""Postal addresses by what stands beside them: a house number above postcode and town, a British postcode in its place.

No word for a street is needed: `Am Kieswerk 7`, below it or behind a comma `68309 Mannheim`. One search finds the few
lines where that may be; each is then read on its own. Sources: DIN 5008 (address field); Royal Mail, Programmer's Guide
to the Postcode Address File (grammar of a postcode).
"""

import re
from collections.abc import Iterator
from typing import Final

from diagpack.redact.detectors._engine import Rank, compiled
from diagpack.redact.detectors._gate import RARE
from diagpack.redact.spans import Detector, Span

_UPPER: Final = r"(?:[A-Z]|\xc3[\x80-\x9e])"
_WORD: Final = rf"{_UPPER}[A-Za-z.'\x80-\xff-]+"
_PREPOSITION: Final = (
    r"(?:Am|An de[nr]|Auf de[mnr]|Hinter de[mnr]|Im|In de[nr]|Unter de[nmr]|Vor de[mn]|Zu de[nm]|Zum|Zur)"
)
_CODE: Final = r"(?:[A-Z]{1,2}-)?[0-9]{4,5}"
# What ends a line, with quotation marks and breaks of mail in front of the next one.
_BREAK: Final = r"[ \t]*(?:,[ \t]*|,?[ \t]*\r?\n[ \t>|*-]*)"
_HOUSE: Final = r"[0-9]{1,4}[ ]?[a-zA-Z]?"
_TOWN_BELOW = compiled(rf"[A-Za-z.\x80-\xff][ ]{_HOUSE}{_BREAK}{_CODE}[ ]+{_UPPER}")
_STREET = re.compile(
    rf"(?:{_PREPOSITION}[ ])?{_WORD}(?:[ ](?:{_WORD}|[a-z]{{2,4}})){{0,3}}[ ]{_HOUSE}\Z".encode("latin1"), re.DOTALL
)
_TOWN = re.compile(
    rf"({_CODE})[ ]+{_WORD}(?:[ ](?:a[mn]|i[mn]|bei|ob|der|de[nr]?|la|le|sur|{_WORD})){{0,3}}".encode("latin1")
)
_LINE_END = re.compile(rb"[ \t]*(?:[,;.)\"'<\\]|\r?\n|\Z)")
_YEAR = re.compile(rb"(?:19|20)[0-9]{2}\Z")
# A line, or a part between commas, that is nothing but a preposition, a noun and a number.
_PREPOSED = compiled(rf"\b{_PREPOSITION}[ ]{_WORD}(?:[ ]{_WORD})?[ ][0-9]{{1,3}}[ ]?[a-z]?\b")
_BEFORE_PART = re.compile(rb"(?:\A|[\r\n>|]|[:,;])[ \t]*\Z")
_NOUNS: Final = frozenset(
    b"schritt jahr kapitel abschnitt punkt fall version tag montag dienstag mittwoch donnerstag freitag samstag "
    b"sonntag monat quartal woche kw januar februar april mai juni juli august september oktober november dezember "
    b"teil bild release build port zeile spalte seite absatz artikel paragraph test team raum beispiel ticket modul "
    b"umgebung stufe phase sprint update server knoten block index".split()
)
_POSTCODE = compiled(r"\b[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKMNPR-Y]?[ ][0-9][ABD-HJLNP-UW-Z]{2}\b")
_PLACE = compiled(
    r"\b(?:post ?code|zip|address(?:e[sd])?|lives?|living|resid[a-z]+|deliver[a-z]*|ship(?:ping|ped|s)?|street|road"
    r"|lane|avenue|house|flat|moved to)\b",
    ignore_case=True,
)
_TOWN_BEFORE = compiled(rf"{_WORD},[ ]*$")
_LONG_TOWN_BEFORE = compiled(rf"{_WORD}[ ]$")
_TOWN_NAME = re.compile(rf"{_WORD}(?:[ -](?:upon|on|in|of|the|le|{_WORD})){{0,3}}".encode("latin1"))
# `16GB` and its like are sizes.
_SIZES: Final = (b"GB", b"TB", b"PB", b"EB")
_LONGEST_LINE: Final = 80
_LONGEST_STREET: Final = 60
_TRIGGER: Final = (
    rf"[A-Za-z.\x80-\xff][ ]{_HOUSE}{_BREAK}{_CODE}[ ]+{_UPPER}"
    rf"|\b{_PREPOSITION}[ ]{_WORD}(?:[ ]{_WORD})?[ ][0-9]"
    r"|\b[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKMNPR-Y]?[ ][0-9][ABD-HJLNP-UW-Z]{2}\b"
)
_is_likely: Final = RARE.add(lambda: _TRIGGER)


class PostalLines:
    """Addresses without a word for a street."""

    id = "postal-lines"
    entities = ("address",)
    rank = Rank.PERSONAL

    def trigger(self) -> str:
        """A pattern that matches wherever a finding may be."""
        return _TRIGGER

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        if not _is_likely(data):
            return
        for start, end in _TOWN_BELOW.spans(data):
            yield from _street_and_town(data, start, end)
        for start, end in _PREPOSED.spans(data):
            noun = data[start:end].rsplit(b" ", 2)[-2].lower()
            if (
                _BEFORE_PART.search(data[max(0, start - 8) : start])
                and _LINE_END.match(data, end)
                and noun not in _NOUNS
            ):
                yield Span(start, end, "address", "street-line")
        for start, end in _POSTCODE.spans(data):
            if _is_british(data, start, end):
                yield from _town_before(data, start)
                yield Span(start, end, "address", "uk-postcode")


def _street_and_town(data: bytes, start: int, end: int) -> Iterator[Span]:
    """The street whose last letter stands at `start`, and the town whose first one ends at `end`."""
    house_end = start + 2
    while house_end < end and data[house_end : house_end + 1] not in (b",", b"\r", b"\n", b"\t"):
        house_end += 1
    floor = max(0, start - _LONGEST_STREET)
    line = data[floor:house_end].rstrip(b" ")
    # A key or the name of a person may stand in front: `Address: …`, `Zofia Mikkelby, …`.
    cut = max(line.rfind(each) for each in (b"\n", b":", b",", b";", b">", b'"', b"("))
    street = line[cut + 1 :].lstrip(b" \t|*-")
    town_start = end - 1
    while town_start > house_end and data[town_start - 1 : town_start] not in (b",", b"\n", b"\t", b">", b"|"):
        town_start -= 1
    while data[town_start : town_start + 1] in (b" ", b"-", b"*"):
        town_start += 1
    town = _TOWN.match(data, town_start, town_start + _LONGEST_LINE)
    if town is None or _YEAR.search(town.group(1)) or _STREET.match(street) is None:
        return
    if _LINE_END.match(data, town.end()) is None:
        return
    stop = floor + len(line)
    yield Span(stop - len(street), stop, "address", "street-line")
    yield Span(town_start, town.end(), "address", "town-line")


def _is_british(data: bytes, start: int, end: int) -> bool:
    """A postcode alone on its line, behind a town, or near a word for a place."""
    outward, inward = data[start:end].split(b" ")
    if inward[1:] in _SIZES:
        return False
    line_start = max(data.rfind(b"\n", 0, start) + 1, start - _LONGEST_LINE)
    before = data[line_start:start]
    if not before.strip(b" \t>|*") and _LINE_END.match(data, end) is not None:
        return True
    is_behind_town = _TOWN_BEFORE.find(before) is not None or (
        len(outward) > 2 and _LONG_TOWN_BEFORE.find(before) is not None
    )
    return is_behind_town or _PLACE.find(before) is not None


def _town_before(data: bytes, end: int) -> Iterator[Span]:
    """The town in front of a postcode, where a comma parts it from the street."""
    floor = max(data.rfind(b"\n", 0, end) + 1, end - _LONGEST_LINE)
    before = data[floor:end].rstrip(b", \t")
    town = before[before.rfind(b",") + 1 :].lstrip(b" \t") if b"," in before else b""
    if town and _TOWN_NAME.fullmatch(town) is not None:
        yield Span(floor + len(before) - len(town), floor + len(before), "address", "town-line")


DETECTOR: Final[Detector] = PostalLines()
