"""`case.yaml`: what the analyst knows, checked.

Enters: the file. Leaves: a `model.case.Case`. A key nobody knows is an error with the nearest name; a value of the
wrong type is one line with the key's path and never the value (DP611 to DP613).
"""

import difflib
import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from diagpack.case.migrate import migrate
from diagpack.case.template import new_case_yaml
from diagpack.case.update import update_case_yaml
from diagpack.case.yaml_text import MAXIMUM_BYTES, load
from diagpack.errors import UsageError
from diagpack.model.case import Case, CaseId, Window, case_id

__all__ = ["SECTIONS", "load_case", "new_case_yaml", "parse_case", "update_case_yaml", "zone_of"]

# Passed through to the rooms that read them; each room checks its own section.
SECTIONS: Final = (
    "sso",
    "logs",
    "har",
    "repro",
    "policy",
    "publish",
    "guide",
    "images",
    "plugins",
)
_WORDS: Final = {
    "function": ("lost", "degraded", "fine"),
    "workaround": ("none", "painful", "yes"),
    "scope": ("all", "many", "some", "one"),
    "trend": ("worse", "stable", "better"),
}
_SEVERITY_NUMBERS: Final = ("tenants", "users", "users_share")
_SEVERITY_FLAGS: Final = ("data_loss", "security")
_SEVERITY: Final = (*_WORDS, *_SEVERITY_NUMBERS, *_SEVERITY_FLAGS, "deadline", "tier", "override")
_TEXTS: Final = ("title", "checklist", "language", "incident", "ner")
_LISTS: Final = ("people", "companies", "domains", "vendor_ids", "request_ids", "approved_images")
_MAPPINGS: Final = ("environment", "answers", "confirmed", "disposition", "words")
_REASONS: Final = ("skipped", "withheld")
_KEYS: Final = ("schema", "id", "zone", "window", "severity", *_TEXTS, *_LISTS, *_MAPPINGS, *_REASONS, *SECTIONS)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)


def load_case(path: Path) -> Case:
    """Read and check a case file. Raises UsageError (DP601, DP610 to DP613)."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAXIMUM_BYTES + 1)
    except FileNotFoundError:
        raise UsageError("DP601", "there is no such case", hint="diagpack new CASE makes one") from None
    except OSError as error:
        raise UsageError("DP610", f"the case file cannot be read: {error.strerror}") from None
    return parse_case(content)


def parse_case(content: bytes) -> Case:
    """The same for bytes."""
    document = migrate(load(content))
    _check_known("", document, _KEYS)
    given = {key: value for key, value in document.items() if value is not None}
    zone = _text("zone", given.get("zone", "UTC"))
    fields: dict[str, Any] = {
        "window": _window(given.get("window", {}), zone_of(zone, "zone")),
        "severity": _severity(given.get("severity", {})),
        "sections": MappingProxyType({key: _section(key, given[key]) for key in SECTIONS if key in given}),
    }
    for keys, check in ((_TEXTS, _text), (_LISTS, _texts), (_MAPPINGS, _mapping), (_REASONS, _reasons)):
        fields |= {key: check(key, given[key]) for key in keys if key in given}
    return Case(id=_id(given.get("id")), customer_zone=zone, **fields)


def zone_of(text: str, path: str) -> tzinfo:
    """A time zone by name or offset. Raises UsageError (DP613)."""
    if match := _OFFSET.fullmatch(text):
        sign, hours, minutes = match.groups()
        if int(hours) < 24 and int(minutes) < 60:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            return timezone(offset if sign == "+" else -offset)
    try:
        return ZoneInfo("UTC" if text == "Z" else text)
    except (KeyError, ValueError, OSError):
        raise UsageError(
            "DP613", f"{path}: this is not a time zone", hint="a name such as Europe/Berlin, or +02:00"
        ) from None


def _id(value: Any) -> CaseId:
    try:
        return case_id(_text("id", value))
    except ValueError as error:
        raise UsageError("DP612", f"id: {error}") from None


def _check_known(path: str, found: Collection[str], known: Collection[str]) -> None:
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
            # The key itself is shown escaped and cut: it is what the analyst typed, and they must find it.
            shown = ascii(key[:40])[1:-1]
            raise UsageError(
                "DP611",
                f"{path}{shown}: this key is not known",
                hint=f"did you mean {path}{near[0]}?" if near else f"known keys: {', '.join(sorted(known))}",
            )


def _wrong(path: str, expected: str) -> UsageError:
    return UsageError("DP612", f"{path}: expected {expected}", hint="edit case.yaml")


def _text(path: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(path, "a text")
    return value if isinstance(value, str) else str(value)


def _texts(path: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _wrong(path, "a list of texts")
    return tuple(_text(f"{path}[{index}]", each) for index, each in enumerate(value))


def _dict(path: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(path, "keys and values")
    return value


def _mapping(path: str, value: Any) -> Mapping[str, Any]:
    """Empty values are as good as absent ones."""
    given = {key: each for key, each in _dict(path, value).items() if each is not None}
    if path == "environment":
        for key in ("hosts", "production"):
            if key in given:
                given[key] = _texts(f"{path}.{key}", given[key])
    return MappingProxyType(given)


def _reasons(path: str, value: Any) -> Mapping[str, str]:
    return MappingProxyType({key: _text(f"{path}.{key}", each) for key, each in _dict(path, value).items()})


def _section(path: str, value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType(value)
    if isinstance(value, list):
        return tuple(value)
    raise _wrong(path, "keys and values, or a list")


def _severity(value: Any) -> Mapping[str, Any]:
    document = _dict("severity", value)
    _check_known("severity.", document, _SEVERITY)
    given = {key: each for key, each in document.items() if each is not None}
    for key, each in given.items():
        path = f"severity.{key}"
        if key in _WORDS and each not in _WORDS[key]:
            raise _wrong(path, "one of " + ", ".join(_WORDS[key]))
        if key in _SEVERITY_FLAGS and not isinstance(each, bool):
            raise _wrong(path, "true or false")
        if key in _SEVERITY_NUMBERS:
            _check_number(path, each, 1 if key == "users_share" else None)
        if key in ("deadline", "tier"):
            given[key] = _text(path, each)
        if key == "override":
            document = _dict(path, each)
            _check_known(f"{path}.", document, ("level", "reason"))
            given[key] = {name: _text(f"{path}.{name}", said) for name, said in document.items() if said is not None}
    return MappingProxyType(given)


def _check_number(path: str, value: Any, highest: int | None) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise _wrong(path, "a number from 0")
    if highest is not None and value > highest:
        raise _wrong(path, f"a number from 0 to {highest}")
    if highest is None and not isinstance(value, int):
        raise _wrong(path, "a whole number")


def _window(value: Any, zone: tzinfo) -> Window | None:
    document = _dict("window", value)
    _check_known("window.", document, ("start", "end", "zone"))
    if document.get("zone") is not None:
        zone = zone_of(_text("window.zone", document["zone"]), "window.zone")
    start, end = (_time(f"window.{key}", document.get(key), zone) for key in ("start", "end"))
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise _wrong("window", "both a start and an end")
    try:
        return Window(start, end)
    except ValueError as error:
        raise UsageError("DP612", f"window: {error}") from None


def _time(path: str, value: Any, zone: tzinfo) -> datetime | None:
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(_text(path, value))
    except ValueError:
        raise _wrong(path, "a time such as 2026-11-20T09:30 or 2026-11-20T08:30:00Z") from None
    return time if time.tzinfo is not None else time.replace(tzinfo=zone)
