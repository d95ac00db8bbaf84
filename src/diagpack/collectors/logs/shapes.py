"""The shapes a timestamp takes in logs: one pattern each, and how its parts are read.

Enters: a match. Leaves: a `Reading`: the parts as written, with no zone or year made up. Completing them is the work
of `clock`. Sources: ISO 8601-1:2019; RFC 3339, 5424, 3164, 5322; Apache `mod_log_config`; glog; TAI64 (cr.yp.to).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from diagpack.collectors.logs.zones import ZONE_PATTERN, offset_of

_MONTH_WORDS: Final = (
    "jan january janv janvier ene enero gen gennaio januar",
    "feb february févr fév février fev fevereiro febbraio februar",
    "mar march mars mär märz mrt marzo março mrz",
    "apr april avr avril abr abril aprile",
    "may mai mayo maio mei mag maggio",
    "jun june juin juni junio giu giugno",
    "jul july juil juillet juli julio lug luglio",
    "aug august août aoû ago agosto",
    "sep sept september septembre septiembre set settembre setembro",
    "oct october octobre okt oktober octubre ott ottobre out outubro",
    "nov november novembre noviembre",
    "dec december déc décembre dez dezember dic diciembre dicembre",
)
MONTHS: Final = {word: number for number, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}

_MON = r"(?P<mon>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_DAY_NAME = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}"
_TIME = r"(?P<h>\d{1,2})(?P<c>[:.])(?P<mi>\d{1,2})(?P=c)(?P<s>\d{1,2})(?:(?P<fs>[.,:])(?P<f>\d{1,9}))?"
_CLOCK = r"(?P<h>\d{1,2}):(?P<mi>\d{2}):(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?"
_HALF = r"(?:\s?(?P<ap>[AaPp])\.?[Mm]\b\.?)?"
_ZONE = ZONE_PATTERN
# A date glued to a word by one of these is part of a file name or a version: `api.log.1.2026-05-16_13:53:08`.
_FREE = r"(?<![\w./\\])(?<![A-Za-z0-9]-)"


@dataclass(frozen=True, slots=True)
class Reading:
    """One timestamp as written. Missing parts are None; `offset` is seconds east of UTC, None when not stated."""

    shape: str
    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None
    seconds: int
    """Seconds since midnight."""
    micros: int = 0
    offset: int | None = None
    zone: str = ""

    @property
    def order(self) -> tuple[int, int, int, int, int]:
        """For comparing readings of one shape."""
        return self.year or 0, self.month or 0, self.day or 0, self.seconds, self.micros


@dataclass(frozen=True, slots=True)
class Shape:
    """`richness` (0 to 1): how much of an instant it states; breaks ties when a file could be read in two ways."""

    name: str
    pattern: re.Pattern[str]
    richness: float
    read: Callable[[str, re.Match[str]], Reading | None]


def epoch_reading(shape: str, digits: str, fraction: str = "", start: int = 0, end: int = 0) -> Reading | None:
    """Seconds, milli-, micro- or nanoseconds since 1970, by the number of digits."""
    scale = {9: 0, 10: 0, 13: 3, 16: 6, 19: 9}.get(len(digits))
    if scale is None:
        return None
    whole, micros = int(digits), 0
    if scale:
        whole, rest = divmod(whole, 10**scale)
        micros = rest * 1_000_000 // 10**scale
    elif fraction:
        micros = int(fraction[:6].ljust(6, "0"))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=whole, microseconds=micros)
    return _from_moment(shape, moment, start, end)


def _from_moment(shape: str, moment: datetime, start: int, end: int) -> Reading:
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return Reading(
        shape, start, end, moment.year, moment.month, moment.day, seconds, moment.microsecond, 0, "UTC"
    )  # an epoch counts from 1970 in UTC, so its zone is stated


def _parts(shape: str, match: re.Match[str]) -> Reading | None:
    """The reader of every shape made of named parts. None when the parts are no date or time."""
    group = match.groupdict()
    year = _year(group.get("y"))
    # Ignoring case, `ſ` matches `s`: such a word is in no list.
    month = MONTHS.get(group["mon"].lower(), 0) if group.get("mon") else _int(group.get("mo"))
    day = _int(group.get("d"))
    if group.get("doy"):
        try:
            date = datetime(year or 2000, 1, 1) + timedelta(days=int(group["doy"]) - 1)
        except (ValueError, OverflowError):
            return None
        month, day = date.month, date.day
    if not _is_date(year, month, day):
        return None
    seconds = _seconds(group)
    if seconds is None:
        return None
    zone = (group.get("z2") or group.get("z") or "").strip()
    return Reading(shape, match.start(), match.end(), year, month, day, seconds, _micros(group), offset_of(zone), zone)


def _is_date(year: int | None, month: int | None, day: int | None) -> bool:
    if year is not None and not 1970 <= year <= 2100:
        return False
    if month is None or day is None:
        return month is day
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    try:
        datetime(year or 2000, month, day)
    except ValueError:
        return False
    return True


def _seconds(group: Mapping[str, str | None]) -> int | None:
    # A compact time (`101112`) is an alternative of the same pattern and has groups of its own.
    hour, minute = int(group.get("h") or group.get("h2") or 0), int(group.get("mi") or group.get("mi2") or 0)
    second = int(group.get("s") or group.get("s2") or 0)
    half = (group.get("ap") or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    return hour * 3600 + minute * 60 + min(second, 59)  # a leap second is read as the one before it


def _micros(group: Mapping[str, str | None]) -> int:
    digits = group.get("f") or group.get("f2")
    if not digits:
        return 0
    # `22:16:0:119` counts milliseconds, often unpadded; after a point or comma it is a decimal fraction.
    if group.get("fs") == ":":
        digits = digits.rjust(3, "0")
    return int(digits[:6].ljust(6, "0"))


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)


def _int(text: str | None) -> int | None:
    return int(text) if text else None


def _month_first(shape: str, match: re.Match[str]) -> Reading | None:
    """The order of the pattern's names; the other one when the month would be over 12."""
    read = _parts(shape, match)
    return read or _swapped(shape, match)


def _swapped(shape: str, match: re.Match[str]) -> Reading | None:
    group = match.groupdict()
    year, month, day, seconds = _year(group["y"]), int(group["d"]), int(group["mo"]), _seconds(group)
    if seconds is None or not _is_date(year, month, day):
        return None
    zone = (group.get("z") or "").strip()
    return Reading(shape, match.start(), match.end(), year, month, day, seconds, _micros(group), offset_of(zone), zone)


def _epoch(shape: str, match: re.Match[str]) -> Reading | None:
    return epoch_reading(shape, match["e"], match["ef"] or "", match.start(), match.end())


def _tai(shape: str, match: re.Match[str]) -> Reading | None:
    label = int(match["tai"][:16], 16)
    # Writers add 2^62 + 10 to Unix time and know no later leap seconds (daemontools, `tai_now`).
    seconds = label - (1 << 62) - 10
    if not 0 < seconds < 1 << 32:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        seconds=seconds, microseconds=int(match["tai"][16:24], 16) // 1000
    )
    return _from_moment(shape, moment, match.start(), match.end())


def _shape(
    name: str, pattern: str, richness: float, read: Callable[[str, re.Match[str]], Reading | None] = _parts
) -> Shape:
    return Shape(name, re.compile(pattern, re.IGNORECASE), richness, read)


# In this order when two begin at the same place.
SHAPES: Final = (
    _shape("tai64n", r"@(?P<tai>4[0-9a-f]{23})", 1.0, _tai),
    _shape(
        "iso",
        _FREE
        + r"(?P<y>\d{4})(?P<ds>[-/.])(?P<mo>\d{1,2})(?P=ds)(?P<d>\d{1,2})(?:[T_:-]|,?\s{1,3}|\"?,?\s?time=\"?)"
        + _TIME
        + _HALF
        + _ZONE,
        0.9,
    ),
    _shape(
        "iso-minutes",
        _FREE + r"(?P<y>\d{4})-(?P<mo>\d\d)-(?P<d>\d\d)[T ](?P<h>\d\d):(?P<mi>\d\d)(?![:.\d])" + _ZONE,
        0.8,
    ),
    _shape(
        "iso-basic",
        _FREE
        + r"(?P<y>\d{4})(?P<mo>\d\d)(?P<d>\d\d)T(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)(?:[.,](?P<f>\d{1,9}))?"
        + _ZONE,
        0.9,
    ),
    _shape("year-day", _FREE + r"(?P<y>\d{4})-(?P<doy>[0-3]\d\d)T" + _TIME + _ZONE, 0.9),
    _shape("clf", _FREE + r"(?P<d>\d{1,2})/" + _MON + r"/(?P<y>\d{4}|\d\d)[: ]" + _TIME + _ZONE, 0.9),
    _shape(
        "rfc2822",
        _FREE
        + r"(?:"
        + _DAY_NAME
        + r",?\s+)?(?P<d>\d{1,2})[ -]{1,2}"
        + _MON
        + r"[ ,-]{1,2}(?P<y>\d{4}|\d\d),?(?:\s+|::?)"
        + _TIME
        + _HALF
        + _ZONE,
        0.9,
    ),
    _shape(
        "ctime",
        _FREE
        + _DAY_NAME
        + r",?\s+"
        + _MON
        + r"\s+(?P<d>\d{1,2})\s+"
        + _CLOCK
        + _HALF
        + _ZONE
        + r"\s+(?P<y>(?:19|20)\d\d)\b"
        + r"(?:\s(?P<z2>[+-]\d{4})\b)?",
        0.9,
    ),
    _shape(
        "syslog-year",
        _FREE
        + r"(?:"
        + _DAY_NAME
        + r",?\s+)?"
        + _MON
        + r"\s+(?P<d>\d{1,2}),?\s+(?P<y>(?:19|20)\d\d),?\s+(?:at\s+)?"
        + _CLOCK
        + _HALF
        + _ZONE,
        0.9,
    ),
    _shape(
        "year-month",
        _FREE
        + r"(?P<y>\d{4})[ /-]"
        + _MON
        + r"[ /-]{1,2}(?P<d>\d{1,2}),?\s+(?:"
        + _DAY_NAME
        + r"\s+)?"
        + _CLOCK
        + _ZONE,
        0.9,
    ),
    _shape("syslog", _FREE + r"(?:" + _DAY_NAME + r",?\s+)?" + _MON + r"\s+(?P<d>\d{1,2})\s+" + _CLOCK + _ZONE, 0.6),
    _shape("day-month", _FREE + r"(?P<d>\d{1,2})[ -]" + _MON + r"\s+" + _CLOCK + _ZONE, 0.6),
    # WebSphere and some Windows programs: unpadded, or with milliseconds behind a colon, or AM and PM.
    _shape(
        "us-slash-short",
        _FREE
        + r"(?=\d/|\d\d/\d/|\S+\s+\S+:\d{3}\b|\S+\s+\S+\s?[AaPp]\.?[Mm])"
        + r"(?P<mo>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d\d),?\s+"
        + r"(?P<h>\d{1,2}):(?P<mi>\d\d):(?P<s>\d\d)(?:(?P<fs>[.,:])(?P<f>\d{1,9}))?"
        + _HALF
        + _ZONE,
        0.82,
        _month_first,
    ),
    _shape(
        "us-slash",
        _FREE
        + r"(?P<mo>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}),?\s+"
        + r"(?P<h>\d{1,2}):(?P<mi>\d\d)(?::(?P<s>\d\d)(?:[.,:](?P<f>\d{1,9}))?)?"
        + _HALF
        + _ZONE,
        0.8,
        _month_first,
    ),
    _shape(
        "two-digit-year",
        _FREE + r"(?P<y>\d\d)(?P<ds>[/-])(?P<mo>\d\d)(?P=ds)(?P<d>\d\d)[ T]\s?" + _CLOCK + _HALF + _ZONE,
        0.8,
    ),
    _shape(
        "day-first",
        _FREE + r"(?P<d>\d{1,2})(?P<ds>[.-])(?P<mo>\d{1,2})(?P=ds)(?P<y>\d{4}|\d\d),?[ T]\s?" + _TIME + _HALF + _ZONE,
        0.8,
        _month_first,
    ),
    _shape(
        "compact",
        _FREE
        + r"(?P<y>\d{4})(?P<mo>\d\d)(?P<d>\d\d)[ .:_-]\s?(?:"
        + _TIME
        + r"|(?P<h2>\d\d)(?P<mi2>\d\d)(?P<s2>\d\d)(?:[.,](?P<f2>\d{1,9}))?(?!\d))"
        + _ZONE,
        0.85,
    ),
    _shape(
        "compact-14",
        _FREE
        + r"(?P<y>20\d\d)(?P<mo>[01]\d)(?P<d>[0-3]\d)(?P<h>[0-2]\d)(?P<mi>[0-5]\d)(?P<s>[0-5]\d)"
        + r"(?:[.,]?(?P<f>\d{3}|\d{6}))?(?![\w])",
        0.8,
    ),
    _shape(
        "compact-6",
        _FREE
        + r"(?P<y>\d\d)(?P<mo>\d\d)(?P<d>\d\d)[ -]\s?(?:"
        + _CLOCK
        + r"|(?P<h2>\d\d)(?P<mi2>\d\d)(?P<s2>\d\d)(?!\d))",
        0.7,
    ),
    _shape("glog-year", r"(?<![\w])[IWEFD](?P<y>\d{4})(?P<mo>\d\d)(?P<d>\d\d) " + _CLOCK, 0.85),
    _shape("glog", r"(?<![\w])[IWEFD](?P<mo>\d\d)(?P<d>\d\d)\s+" + _CLOCK, 0.6),
    _shape(
        "chromium",
        r"(?<=[:\[])(?P<mo>\d\d)(?P<d>\d\d)/(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)\.(?P<f>\d{3,6})(?=:[A-Z])",
        0.6,
    ),
    _shape("month-day", _FREE + r"(?P<mo>\d\d)(?P<ds>[-./])(?P<d>\d\d) " + _CLOCK + _ZONE, 0.6),
    _shape(
        "epoch",
        r"(?<![\w./\\-])(?<!\d:)(?P<e>1\d{9}|1\d{12}|1\d{15}|1\d{18})(?:\.(?P<ef>\d{1,9}))?(?![\w])(?!\.\d)",
        0.85,
        _epoch,
    ),
    _shape(
        "time",
        r"(?<![\w./:-])(?P<h>\d{1,2}):(?P<mi>\d{2}):(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?" + _HALF + r"(?![\w:])",
        0.1,
    ),
)
# Chosen for a file in which some first number cannot be a month.
DAY_FIRST_SLASH: Final = Shape(
    "slash-day-first", next(each.pattern for each in SHAPES if each.name == "us-slash"), 0.8, _swapped
)
