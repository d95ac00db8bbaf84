"""JSON files of a package: ASCII, fixed order, safe to print on any terminal."""

import json
from datetime import UTC, datetime
from typing import Any

from diagpack.model.redacted import thawed


def pretty(value: Any) -> bytes:
    """Indented JSON with a line feed at the end; keys keep the order of the code that wrote them."""
    return (json.dumps(thawed(value), indent=2, ensure_ascii=True, allow_nan=False) + "\n").encode("ascii")


def compact(value: Any) -> str:
    """One line of JSON."""
    return json.dumps(thawed(value), separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def utc(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
