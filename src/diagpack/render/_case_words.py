"""What the analyst wrote in the case, read from its redacted form without trusting its shape.

Enters: an escalation. Leaves: strings and times; an absent or odd value is an empty one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from diagpack.model.escalation import Escalation


def word(escalation: Escalation, *path: str) -> str:
    """The text under these keys of the case, for example `word(escalation, "answers", "ask")`."""
    value: Any = escalation.case
    for key in path:
        if not isinstance(value, Mapping):
            return ""
        value = value.get(key)
    if isinstance(value, list | tuple):
        return "; ".join(str(each) for each in value if each not in (None, ""))
    return "" if value is None or isinstance(value, Mapping | bool) else str(value)


def symptom(escalation: Escalation) -> str:
    """The problem in one sentence."""
    found = escalation.assessment.symptom
    return (found.text if found else "") or word(escalation, "title") or "No symptom was stated for this case."


def ask(escalation: Escalation) -> str:
    """What engineering is asked for, with the date it is needed by."""
    wanted, needed_by = word(escalation, "answers", "ask"), word(escalation, "answers", "needed_by")
    moment = _moment(needed_by)
    if moment is not None:
        needed_by = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{wanted} (needed by {needed_by})" if wanted and needed_by else wanted


def window(escalation: Escalation) -> tuple[datetime, datetime] | None:
    """When the problem was seen: as stated, else from the first to the last event of the timeline that is not info."""
    start, end = _moment(word(escalation, "window", "start")), _moment(word(escalation, "window", "end"))
    if start is not None and end is not None:
        return start, end
    events = escalation.assessment.timeline
    times = [each.at for each in events if each.level != "info"] or [each.at for each in events]
    return (min(times), max(times)) if times else None


def window_text(escalation: Escalation) -> tuple[str, str]:
    """The window in UTC and in the customer's zone; the second is empty when the zone is UTC or not known."""
    found = window(escalation)
    if found is None:
        return "not stated", ""
    zone = word(escalation, "customer_zone")
    local = _zone(zone)
    start, end = found
    theirs = _span(_shifted(start, local), _shifted(end, local), zone) if local else ""
    return _span(start, end, "UTC"), theirs


def _span(start: datetime, end: datetime, zone: str) -> str:
    if zone == "UTC":
        start, end = start.astimezone(UTC), end.astimezone(UTC)
    first = f"{start:%Y-%m-%d %H:%M:%S}"
    if start == end:
        return f"{first} {zone}"
    last = f"{end:%H:%M:%S}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M:%S}"
    return f"{first} to {last} {zone}"


def _shifted(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _zone(name: str) -> ZoneInfo | None:
    if name in ("", "UTC", "Etc/UTC", "GMT"):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    # An offset at the edge of the calendar cannot be moved to UTC.
    if found.tzinfo is None or not timedelta(days=2) < found.replace(tzinfo=None) - datetime.min < timedelta(3_600_000):
        return None
    return found
