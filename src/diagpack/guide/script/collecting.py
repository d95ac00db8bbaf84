"""One file: read, recognised, checked, redacted.

Enters: a path and its step. Leaves: `Collected`, with the redacted bytes or the reason why not. The sentences are the
page's own (strings.*.json).
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .har import HarRedactor
from .redactor import Redactor

_MOST = 536870912


class Collected:
    """The outcome of one file."""

    def __init__(self, name: str, content: bytes | None, checks: list[dict[str, Any]]) -> None:
        self.name, self.content, self.checks = name, content, checks
        self.counts: dict[str, int] = {}
        self.facts: dict[str, Any] = {}

    @property
    def has_error(self) -> bool:
        return any(each["level"] == "error" for each in self.checks)

    @property
    def has_warning(self) -> bool:
        return any(each["level"] in ("warn", "error") for each in self.checks)

    def sentences(self, strings: dict[str, str]) -> list[tuple[str, str]]:
        """(level, words) of every check and of what was removed."""
        found = [(each["level"], _sentence(each, strings)) for each in self.checks]
        if self.content is not None:
            found.append(("ok", strings["removed"].format(count=sum(self.counts.values()))))
        return found


def _sentence(check: dict[str, Any], strings: dict[str, str]) -> str:
    data = {key: value for key, value in check["data"].items() if isinstance(value, (str, int))}
    detail = str(data.get("problem") or data.get("direction") or "")
    names = [check["id"] + "." + check["level"] + "." + detail, "problem_" + detail, check["id"] + "." + detail]
    names += [check["id"] + "." + check["level"], check["id"]]
    return next(strings[each] for each in [*names, "failed"] if each in strings).format(**{"mb": "?", **data})


def take_file(path: Path, step: dict[str, Any], redactor: Redactor, context: dict[str, Any]) -> Collected:
    """Read and redact one file; never raises for what is in it."""
    try:
        if path.stat().st_size > step["max_mb"] * 1048576:
            return _refused("big", mb=step["max_mb"])
        data = _unpacked(path.read_bytes(), path.name)
    except OSError:
        return _refused("missing")
    except (ValueError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError):
        return _refused("archive")
    if not data.strip():
        return _refused("empty")
    if step["reads"] == "image":
        suffix = ".png" if data.startswith(b"\x89PNG") else ".jpg" if data.startswith(b"\xff\xd8\xff") else ""
        return Collected(step["id"] + suffix, data, [_check("img.confirm", "warn")]) if suffix else _refused("image")
    before, redactor.counts = redactor.counts, {}
    try:
        taken = _recording(data, step, redactor, context) if step["reads"] == "har" else _log(data, step, redactor)
        taken.counts = redactor.counts
    finally:
        redactor.counts = before
    return taken


def _refused(problem: str, **data: Any) -> Collected:
    return Collected("", None, [_check("file", "error", problem=problem, **data)])


def _check(name: str, level: str, **data: Any) -> dict[str, Any]:
    return {"id": name, "level": level, "data": data}


def _unpacked(data: bytes, name: str) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            held = stream.read(_MOST + 1)
    elif data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [each for each in archive.infolist() if not each.filename.endswith("/")]
            members.sort(key=lambda each: not each.filename.lower().endswith(".har"))
            with archive.open(members[0]) as member:
                held = member.read(_MOST + 1)
    else:
        return data
    if len(held) > _MOST:
        raise ValueError(name)
    return held


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _log(data: bytes, step: dict[str, Any], redactor: Redactor) -> Collected:
    text = _text(data)
    if "\0" in text[:65536]:
        return _refused("unknown")
    content = redactor.log(text).encode("utf-8", "replace")
    return Collected(step["id"] + ".log", content, [_check("log.read", "ok", lines=text.count("\n") + 1)])


def _recording(data: bytes, step: dict[str, Any], redactor: Redactor, context: dict[str, Any]) -> Collected:
    text = _text(data).lstrip("\ufeff")
    head = text[:2000].lstrip()
    if head[:9].lower() in ("<!doctype", "<html>") or head.startswith("<"):
        return _refused("html")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return _refused("cut" if '"log"' in head or '"entries"' in head else "unknown")
    if isinstance(document, dict) and isinstance(document.get("requests"), list):
        content = (redactor.json(text) or redactor.log(text)).encode("utf-8", "replace")
        return Collected(step["id"] + ".json", content, [_check("har.parse", "info", problem="saml_trace")])
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        return _refused("netlog" if isinstance(document, dict) and "constants" in document else "unknown")
    entries = [each for each in entries if isinstance(each, dict) and isinstance(each.get("request"), dict)]
    if not entries:
        return _refused("no_entries")
    checks, facts = _examined(entries, context)
    redacted = json.dumps(HarRedactor(redactor).redact(document), ensure_ascii=False, separators=(",", ":"))
    taken = Collected(step["id"] + ".har", redacted.encode("utf-8", "replace"), checks)
    taken.facts = facts
    return taken


def _examined(entries: list[dict[str, Any]], context: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    checks = [_check("har.parse", "ok", count=len(entries))]
    hosts: dict[str, int] = {}
    for entry in entries:
        host = _host(str(entry["request"].get("url", "")))
        hosts[host] = hosts.get(host, 0) + 1
    if context["hosts"]:
        if any(_matches(host, pattern) for host in hosts for pattern in context["hosts"]):
            checks.append(_check("har.has_host", "ok"))
        else:
            most = sorted(hosts.items(), key=lambda each: -each[1])[:3]
            seen = ", ".join(str(count) + " × " + host for host, count in most)
            checks.append(_check("har.has_host", "error", wanted=", ".join(context["hosts"]), seen=seen))
    failed = [entry for entry in entries if not 0 < _status(entry) < 400]
    checks.append(_check("har.has_failure", "ok" if failed else "warn", count=len(failed) or len(entries)))
    skews = sorted(each for each in map(_skew, entries) if each is not None)
    skew = round(skews[len(skews) // 2]) if skews else None
    if skew is not None and abs(skew) > 120:
        direction = "ahead" if skew > 0 else "behind"
        checks.append(_check("har.skew", "warn", minutes=round(abs(skew) / 60), direction=direction))
    starts = sorted(filter(None, (_start(entry) for entry in entries)))
    facts: dict[str, Any] = {"entries": len(entries), "skew_seconds": skew}
    if starts:
        facts.update(first=starts[0].isoformat(), last=starts[-1].isoformat())
        checks += _window(starts, context)
    return checks, facts


def _window(starts: list[datetime], context: dict[str, Any]) -> list[dict[str, Any]]:
    if not context["window"]:
        return []
    slack = timedelta(seconds=context["slack"])
    first, last = (_when(context["window"][name]) for name in ("start", "end"))
    if first is None or last is None or (starts[0] <= last + slack and starts[-1] >= first - slack):
        return [_check("har.window", "ok")]
    shown = {"first": starts[0].isoformat(), "last": starts[-1].isoformat(), **context["window"]}
    return [_check("har.window", "warn", **shown)]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _matches(host: str, pattern: str) -> bool:
    return host == pattern[2:] or host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _status(entry: dict[str, Any]) -> int:
    response = entry.get("response")
    status = response.get("status") if isinstance(response, dict) else 0
    return status if isinstance(status, int) else 0


def _when(text: Any) -> datetime | None:
    try:
        at = datetime.strptime(str(text).replace("Z", "+0000").split(".")[0][:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None
    rest = str(text)[19:]
    sign = 1 if "+" in rest else -1
    zone = rest.replace("Z", "").rpartition("+")[2] if "+" in rest else rest.rpartition("-")[2] if "-" in rest else ""
    hours, minutes = (int(zone[:2]), int(zone[-2:])) if len(zone) >= 4 and zone.replace(":", "").isdigit() else (0, 0)
    return at - sign * timedelta(hours=hours, minutes=minutes)


def _start(entry: dict[str, Any]) -> datetime | None:
    return _when(entry.get("startedDateTime"))


def _skew(entry: dict[str, Any]) -> float | None:
    start = _start(entry)
    response = entry.get("response")
    headers = response.get("headers") if isinstance(response, dict) else None
    if start is None or not isinstance(headers, list):
        return None
    named = {str(each.get("name")).lower(): str(each.get("value")) for each in headers if isinstance(each, dict)}
    if "date" not in named or "age" in named:
        return None
    try:
        date = parsedate_to_datetime(named["date"])
    except (TypeError, ValueError, IndexError):
        return None
    offset = date.utcoffset()
    if offset is None:
        return None
    return (start - (date.replace(tzinfo=None) - offset)).total_seconds()
