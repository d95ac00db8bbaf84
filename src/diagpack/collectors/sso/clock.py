"""Times: reading what products write, and the clocks a message is judged by."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

_FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Clock:
    """`event`: when the login happened (aware, UTC), None when unknown. `source`: "har" or "given".

    `server`: the Date header of the service provider's answer. `now`: only to say "expired now".
    """

    event: datetime | None = None
    source: str = ""
    server: datetime | None = None
    now: datetime | None = None
    tolerance_seconds: int = 180

    @property
    def tolerance(self) -> timedelta:
        return timedelta(seconds=self.tolerance_seconds)


def parse_time(text: str | None) -> datetime | None:
    """An xs:dateTime as UTC; without a zone it is taken as UTC (SAML Core 1.3.3). None when unreadable."""
    match = _FORM.fullmatch((text or "").strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        stamp = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), micro, UTC)
        return stamp - _offset(zone)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta:
    if not zone or zone.upper() == "Z":
        return timedelta()
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))


def parse_http_date(text: str) -> datetime | None:
    """A Date header as UTC; None when unreadable."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def from_epoch(value: Any) -> datetime | None:
    """A NumericDate (RFC 7519) as UTC; None when it is no usable number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def stamp(moment: datetime | None) -> str:
    """ISO 8601 in UTC with seconds, or "unknown"."""
    return "unknown" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(span: timedelta) -> int:
    """Whole seconds, sign kept."""
    return round(span.total_seconds())
