"""Timestamps and levels inside JSON lines, by the names that loggers give them.

Enters: one line. Leaves: the object in it, its timestamp, its level. Sources: OpenTelemetry logs data model; ECS;
bunyan, pino, zap, zerolog and Serilog compact formats; journald export fields.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from diagpack.collectors.logs.shapes import SHAPES, Reading, epoch_reading

TIME_KEYS: Final = (
    "@timestamp", "timestamp", "time", "ts", "t", "date", "datetime", "@t", "eventTime", "event_time", "eventtime",
    "EdgeStartTimestamp", "_source_realtime_timestamp", "_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP",
    "timeUnixNano", "observedTimeUnixNano", "asctime", "timeStamp", "Timestamp", "TimeStamp", "time_local",
    "time_iso8601", "created_at", "createdAt", "start_time", "startTime", "logTime", "log_time", "instant", "published",
    "timeMillis", "timestamp_ms", "epoch", "eventTimestamp", "event_timestamp", "dateTime", "DateTime", "EventTime",
    "TimeGenerated", "timeGenerated", "receivedAt", "logdate", "CreationTime", "creationTime",
)  # fmt: skip
LEVEL_KEYS: Final = (
    "level", "severity", "lvl", "@l", "log.level", "levelname", "loglevel", "logLevel", "severityText", "PRIORITY", "s",
)  # fmt: skip
_MAX_JSON: Final = 1 << 20
_PAIR = re.compile(
    r'"(' + "|".join(map(re.escape, TIME_KEYS)) + r')"\s*:\s*(?:"([^"\\]{4,64})"|(\d{9,19}(?:\.\d{1,9})?))'
)
_KEYED = re.compile(
    r"(?:^|[\s,\[(])@?(?:time|ts|t|timestamp|datetime|date|eventtime|event_time)="
    r"(?:\"([^\"]{4,64})\"|'([^']{4,64})'|([^\s,;\"'\])]{8,40}))",
    re.IGNORECASE,
)
# Units of values nested in one of these: {"$date": …} (MongoDB), {"epochSecond": …} (Log4j 2).
_NESTED: Final = ("$date", "epochSecond", "seconds", "iso", "value")


def object_in(text: str) -> tuple[Mapping[str, Any] | None, int]:
    """The JSON object a line consists of (a short prefix is allowed), and where it begins; (None, -1) without."""
    start = text.find("{", 0, 200)
    if start < 0 or len(text) > _MAX_JSON:
        return None, -1
    try:
        value = json.loads(text[start:])
    except (ValueError, RecursionError):
        return None, -1
    return (value, start) if isinstance(value, dict) and value else (None, -1)


def time_in(document: Mapping[str, Any]) -> tuple[str, Reading] | None:
    """The key and reading of an object's timestamp: the first name of the list whose value is one."""
    for key in TIME_KEYS:
        if key in document:
            reading = value_reading(document[key])
            if reading is not None and reading.year is not None:
                return key, reading
    nested = _otlp_record(document)
    return time_in(nested) if nested is not None else None


def time_in_broken(text: str) -> tuple[str, Reading] | None:
    """The same for a line that is cut off or otherwise not JSON: pairs by pattern, in the list's order."""
    found = {match[1]: match for match in reversed(list(_PAIR.finditer(text[:20_000])))}
    for key in TIME_KEYS:
        if key in found:
            reading = value_reading(found[key][2] or found[key][3])
            if reading is not None and reading.year is not None:
                return key, reading
    return None


def keyed_time(text: str) -> Reading | None:
    """The timestamp of a logfmt line (`… t=2026-03-01T10:11:12Z level=info`), wherever in the line it stands."""
    if text.count("=") < 2:
        return None  # one assignment is a statement (`SET timestamp=…;` in a slow query log), not a logfmt line
    for match in _KEYED.finditer(text, 0, 4_000):
        reading = value_reading(match[1] or match[2] or match[3])
        if reading is not None and reading.year is not None:
            return replace(reading, start=match.start(), end=match.end())
    return None


def value_reading(value: Any) -> Reading | None:
    """A timestamp from one JSON value: a number is an epoch, a string any shape from its start."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _number_reading(repr(value) if isinstance(value, float) else str(value))
    if isinstance(value, Mapping):
        reading = next((value_reading(value[key]) for key in _NESTED if key in value), None)
        nanos = next((value[key] for key in ("nanoOfSecond", "nanos") if type(value.get(key)) is int), 0)
        return replace(reading, micros=nanos // 1000) if reading and 0 < nanos < 10**9 else reading
    if not isinstance(value, str):
        return None
    text = value.strip()[:64]
    if text.replace(".", "", 1).isdigit() and text.isascii():
        return _number_reading(text)
    for shape in SHAPES:
        match = shape.pattern.match(text)
        if match is not None:
            reading = shape.read(shape.name, match)
            if reading is not None:
                return reading
    return None


def _number_reading(text: str) -> Reading | None:
    whole, _, fraction = text.partition(".")
    if "e" in text or not whole.isdigit():
        return None
    return epoch_reading("epoch", whole, fraction if fraction.isdigit() else "")


def _otlp_record(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first log record of an OTLP export line."""
    for keys in (("resourceLogs", "scopeLogs", "logRecords"), ("resource_logs", "scope_logs", "log_records")):
        value: Any = document
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
            value = value[0] if isinstance(value, list) and value else None
        if isinstance(value, Mapping):
            return value
    return None
