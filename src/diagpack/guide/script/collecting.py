"""One file: read, recognised, checked, redacted.

Enters: a path and its step. Leaves: `Collected`, with the redacted bytes or the reason why not. The sentences are the
page's own (strings.*.json).
"""

from __future__ import annotations

import gzip
import io
import json
import re
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any

from . import checks
from .har import HarRedactor
from .redactor import Redactor
from .when import from_iso

_MOST = 536870912
_TIMES = ("first", "last", "start", "end", "until", "since")
_BINARY = re.compile("[\x00-\x08\x0e-\x1a]")
_HTML = re.compile("<(?:!doctype|html|head|body)", re.IGNORECASE)


class Collected:
    """The outcome of one file."""

    def __init__(self, name: str, content: bytes | None, checks: list[dict[str, Any]]) -> None:
        self.name, self.content, self.checks = name, content, checks
        self.counts: dict[str, int] = {}
        self.facts: dict[str, Any] = {}
        self.known: set[str] = set()

    @property
    def has_error(self) -> bool:
        return any(each["level"] == "error" for each in self.checks)

    @property
    def has_warning(self) -> bool:
        return any(each["level"] in ("warn", "error") for each in self.checks)

    def sentences(self, strings: dict[str, str]) -> list[tuple[str, str]]:
        """(level, words) of every check and of what was removed."""
        found = [(each["level"], sentence(each, strings)) for each in self.checks]
        if self.content is not None:
            found.append(("ok", strings["removed"].format(count=sum(self.counts.values()))))
        return found


def sentence(check: dict[str, Any], strings: dict[str, str]) -> str:
    """The words of one check; the twin of checkText in page/dom.js."""
    data = {key: value for key, value in check["data"].items() if isinstance(value, (str, int))}
    detail = str(data.get("problem") or data.get("direction") or data.get("reached") or data.get("side") or "")
    for name in _TIMES:
        at = from_iso(data.get(name))
        if at is not None:
            data[name] = time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
    if "seconds" in data:
        data["duration"] = _duration(int(data["seconds"]))
    base = check["id"] + "." + check["level"]
    names = [base + "." + detail, check["id"] + "." + detail, "problem_" + detail, base, check["id"], "failed"]
    return next(strings[each] for each in names if each in strings).format(**{"mb": "?", **data})


def _duration(seconds: int) -> str:
    for size, unit in ((172800, "d"), (7200, "h"), (120, "min")):
        if seconds >= size:
            return str(round(seconds / {"d": 86400, "h": 3600, "min": 60}[unit])) + " " + unit
    return str(seconds) + " s"


def take_file(path: Path, step: dict[str, Any], redactor: Redactor, context: dict[str, Any]) -> Collected:
    """Read and redact one file; never raises for what is in it."""
    try:
        if path.stat().st_size > step["max_mb"] * 1048576:
            return _refused(step, "big", mb=step["max_mb"])
        data = _unpacked(path.read_bytes(), path.name)
    except OSError:
        return _refused(step, "missing")
    except (ValueError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, IndexError, NotImplementedError):
        return _refused(step, "archive")
    if not data.strip():
        return _refused(step, "empty")
    if step["reads"] == "image":
        suffix = ".png" if data.startswith(b"\x89PNG") else ".jpg" if data.startswith(b"\xff\xd8\xff") else ""
        found = [_check("img.type", "ok"), _check("img.confirm", "warn")]
        return Collected(step["id"] + suffix, data, found) if suffix else _refused(step, "image")
    before, redactor.counts = redactor.counts, {}
    try:
        taken = (_recording if step["reads"] == "har" else _log)(data, step, redactor, context)
        taken.counts, redactor.counts = redactor.counts, {}
        taken.known = set(redactor.learned)
        taken.checks, taken.facts = _shown(taken.checks, redactor), _shown(taken.facts, redactor)
    finally:
        redactor.counts = before
    return taken


def _refused(step: dict[str, Any], problem: str, **data: Any) -> Collected:
    kind = {"har": "har", "image": "img"}.get(step["reads"], "log")
    check = "size" if problem == "big" else "type" if kind == "img" else "parse"
    return Collected("", None, [_check(kind + "." + check, "error", problem=problem, **data)])


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


def _log(data: bytes, step: dict[str, Any], redactor: Redactor, context: dict[str, Any]) -> Collected:
    text = _text(data)
    if _BINARY.search(text[:65536]):
        return _refused(step, "unknown")
    found = checks.for_log(text, step["validate"], context)
    redactor.learn(text)
    return Collected(step["id"] + ".log", redactor.log(text).encode("utf-8", "replace"), found)


def _recording(data: bytes, step: dict[str, Any], redactor: Redactor, context: dict[str, Any]) -> Collected:
    text = _text(data).lstrip("\ufeff")
    head = text[:2000].lstrip(" \t\r\n")
    if head.startswith("bplist"):
        return _refused(step, "webarchive")
    if _HTML.match(head):
        return _refused(step, "html")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return _refused(step, "cut" if '"log"' in head or '"entries"' in head else "unknown")
    if not isinstance(document, dict):
        return _refused(step, "unknown")
    redactor.learn(text)
    if isinstance(document.get("requests"), list):
        content = (redactor.json(text) or redactor.log(text)).encode("utf-8", "replace")
        return Collected(step["id"] + ".json", content, checks.for_trace(document))
    log = document.get("log")
    if not isinstance(log, dict) or not isinstance(log.get("entries"), list):
        return _refused(step, "netlog" if "constants" in document and "events" in document else "unknown")
    if not log["entries"]:
        return _refused(step, "no_entries")
    found, facts = checks.for_har(document, step["validate"], context)
    redacted = json.dumps(HarRedactor(redactor).redact(document), ensure_ascii=False, separators=(",", ":"))
    taken = Collected(step["id"] + ".har", redacted.encode("utf-8", "replace"), found)
    taken.facts = facts
    return taken


def _shown(value: Any, redactor: Redactor) -> Any:
    """What checks and facts quote of the file goes the way of the file: redacted."""
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, list):
        return [_shown(each, redactor) for each in value]
    if isinstance(value, dict):
        return {name: _shown(each, redactor) for name, each in value.items()}
    return value
