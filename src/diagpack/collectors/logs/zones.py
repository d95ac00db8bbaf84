"""Time zones as logs write them.

Enters: `Z`, `+0200`, `CEST`, or a zone name from the configuration. Leaves: seconds east of UTC. Abbreviations that
several countries use (CST, IST, BST …) are left out: they name no offset, and are treated as not stated.
Source: RFC 5322, section 4.3 (North American zones); IANA time zone database.
"""

import re
from typing import Final
from zoneinfo import ZoneInfo

from diagpack.errors import CollectError

_HOURS: Final = {
    "z": 0.0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2,
    "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "aest": 10, "aedt": 11, "acst": 9.5,
    "acdt": 10.5, "awst": 8, "nzst": 12, "nzdt": 13, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "brt": -3, "art": -3, "sast": 2, "wib": 7, "pht": 8,
}  # fmt: skip
_AMBIGUOUS: Final = ("cst", "ist", "bst", "ast", "sst")
_NAMES = "|".join(sorted((*_HOURS, *_AMBIGUOUS), key=len, reverse=True))
# Glued offsets may be short (+02); after a blank only four digits or hh:mm are an offset, not a number of the message.
ZONE_PATTERN: Final = (
    r"(?P<z>(?:\s?(?:UTC|GMT)[+-]\d{1,2}(?::?\d\d)?\b)"
    r"|(?:\s?\(?(?-i:" + _NAMES.upper() + r")\b\)?)"
    r"|(?:[+-]\d\d:?\d\d\b)|(?:[+-]\d\d\b)|(?:\s[+-]\d\d:?\d\d\b)|(?-i:z)\b)?"
)
_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d\d)?", re.IGNORECASE)


def offset_of(zone: str) -> int | None:
    """Seconds east of UTC of a zone as written; None when it names none."""
    zone = zone.strip(" ()").lower()
    if zone in _HOURS:
        return int(_HOURS[zone] * 3600)
    match = _OFFSET.fullmatch(zone)
    if match is None:
        return None
    sign, hours, minutes = match.groups()
    seconds = int(hours) * 3600 + int(minutes or 0) * 60
    if seconds > 14 * 3600 or int(minutes or 0) > 59:
        return None
    return -seconds if sign == "-" else seconds


def configured_zone(name: str) -> ZoneInfo | int:
    """A zone of the configuration: an IANA name or an offset. Raises CollectError (DP134)."""
    offset = offset_of(name)
    if offset is not None:
        return offset
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise CollectError(
            "DP134",
            "the time zone configured for a log does not exist",
            hint="use a name such as Europe/Berlin or an offset such as +02:00",
        ) from None
