"""Times: ISO 8601 as recordings and sign-in messages write it, in seconds since 1970.

Enters: text. Leaves: a number, or None; and the text that JavaScript's toISOString() gives. Python 3.8 reads too few
forms by itself (datetime.fromisoformat knows no "Z").
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:[.,](\d{1,9}))?(Z|z|[+-]\d{2}:?\d{2})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def from_iso(text: Any) -> float | None:
    """Seconds; a time without a zone is taken as this machine's."""
    found = _ISO.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    *parts, second, fraction, zone = found.groups()
    try:
        year, month, day, hour, minute = map(int, parts)
        at = datetime(year, month, day, hour, minute, int(second or 0))
        if not zone:
            seconds = at.timestamp()
        else:
            seconds = (at.replace(tzinfo=timezone.utc) - _EPOCH).total_seconds() - _offset(zone)
    except (ValueError, OverflowError, OSError):
        return None
    # Milliseconds, as JavaScript counts.
    return seconds + int((fraction or "0").ljust(3, "0")[:3]) / 1000


def _offset(zone: str) -> int:
    if zone in ("Z", "z"):
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return -60 * minutes if zone[0] == "-" else 60 * minutes


def from_header(text: str) -> float | None:
    """The Date header of HTTP (RFC 9110, 5.6.7)."""
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()


def from_parts(digits: str) -> float | None:
    """YYYYMMDDHHMMSS in UTC."""
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None


def to_iso(seconds: float) -> str:
    """As JavaScript writes it: milliseconds and Z."""
    at = _EPOCH + timedelta(milliseconds=math.floor(seconds * 1000 + 0.5))
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
