"""From a timestamp as written to an instant, with every assumption named.

Enters: a `Reading`. Leaves: an aware UTC datetime and how its zone is known: the zone as written (`Z`, `+02:00`,
`CEST`), `header …`, `configured …` or `assumed UTC`, with `year assumed` or `date assumed` behind it where the line
does not state one. Nothing is assumed silently.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from diagpack.collectors.logs.json_times import value_reading
from diagpack.collectors.logs.shapes import Reading
from diagpack.collectors.logs.zones import configured_zone, offset_of
from diagpack.model.case import Window

_HEADER_OFFSET = re.compile(r"^#GMT-Offset:\s*([+-]\d\d:?\d\d)", re.MULTILINE)
_HEADER_DATE = re.compile(r"^#(?:Start-)?Date:\s*(\S.{8,40})", re.MULTILINE)
_W3C = re.compile(r"^#Fields:.*\btime\b", re.MULTILINE)
ASSUMED: Final = "assumed UTC"


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment (aware, UTC) and how its zone is known."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Clock:
    """What a file, its header and the case say about zone, year and date.

    `anchor` is the latest moment the file can hold (aware); `window` wins over it for a missing year or date.
    """

    anchor: datetime
    window: Window | None = None
    zone: ZoneInfo | int = 0
    zone_source: str = "assumed"
    zone_label: str = ASSUMED
    header_date: datetime | None = None
    seen: datetime | None = None
    """A full date that the log itself shows beside one without a year; wins over window and anchor."""

    @classmethod
    def of(cls, head: str, *, anchor: datetime, window: Window | None = None, configured: str = "") -> "Clock":
        """From a file's first lines and the zone the case configures for it (may be empty)."""
        date = _header_date(head)
        if configured:
            return cls(anchor, window, configured_zone(configured), "configured", f"configured {configured}", date)
        offset = _HEADER_OFFSET.search(head)
        if offset is not None and (seconds := offset_of(offset[1])) is not None:
            return cls(anchor, window, seconds, "header", f"header {offset[1]}", date)
        if _W3C.search(head):
            # W3C Extended Log File Format: date and time are UTC unless the header says otherwise.
            return cls(anchor, window, 0, "header", "header UTC", date)
        return cls(anchor, window, header_date=date)

    def instant(self, reading: Reading) -> Instant | None:
        """None when the parts do not make a date after all (29 February in the only possible year)."""
        tz, label = self._zone(reading)
        if reading.month is None or reading.day is None:
            moment, label = self._dated(reading, tz), f"{label}; date assumed"
        elif reading.year is None:
            moment = self._in_year(reading, tz)
            label = f"{label}; year from the log" if self.seen else f"{label}; year assumed"
        else:
            moment = _moment(reading, reading.year, reading.month, reading.day, tz)
        return None if moment is None else Instant(moment, label)

    def _zone(self, reading: Reading) -> tuple[timezone | ZoneInfo, str]:
        if reading.offset is not None:
            return timezone(timedelta(seconds=reading.offset)), reading.zone.strip(" ()")
        tz = self.zone if isinstance(self.zone, ZoneInfo) else timezone(timedelta(seconds=self.zone))
        if reading.zone:
            return tz, f"{self.zone_label} (not {reading.zone.strip(' ()')})"
        return tz, self.zone_label

    def _in_year(self, reading: Reading, tz: timezone | ZoneInfo) -> datetime | None:
        """Nearest to what the log shows or to the window, else the latest not after the anchor.

        Right across a year's end, without having to read the log in order.
        """
        center = self.seen or (self.window.start if self.window else self.anchor)
        month, day = reading.month or 1, reading.day or 1
        steps = (-4, -3, -2, -1, 0, 1)
        years = (_moment(reading, center.year + step, month, day, tz) for step in steps)
        return self._best([each for each in years if each is not None], timedelta(days=1))

    def _dated(self, reading: Reading, tz: timezone | ZoneInfo) -> datetime | None:
        if self.header_date is not None:
            date = self.header_date
            return _moment(reading, date.year, date.month, date.day, tz)
        base = (self.window.start if self.window else self.anchor).astimezone(tz)
        days = [base + timedelta(days=step) for step in (-1, 0, 1)]
        moments = [_moment(reading, each.year, each.month, each.day, tz) for each in days]
        return self._best([each for each in moments if each is not None], timedelta(minutes=5))

    def _best(self, moments: list[datetime], slack: timedelta) -> datetime | None:
        if not moments:
            return None
        center = self.seen or (self.window.start if self.window else None)
        if center is not None:
            return min(moments, key=lambda each: abs(each - center))
        limit = self.anchor + slack
        return max((each for each in moments if each <= limit), default=moments[0])


def _moment(reading: Reading, year: int, month: int, day: int, tz: timezone | ZoneInfo) -> datetime | None:
    try:
        local = datetime(year, month, day, tzinfo=tz)
        # Wall-clock arithmetic keeps 24:00-free times right; the change to UTC applies the zone's rules.
        local += timedelta(seconds=reading.seconds, microseconds=reading.micros)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _header_date(head: str) -> datetime | None:
    match = _HEADER_DATE.search(head)
    reading = value_reading(match[1].strip()) if match else None
    if reading is None or reading.year is None or reading.month is None or reading.day is None:
        return None
    return datetime(reading.year, reading.month, reading.day, tzinfo=UTC)
