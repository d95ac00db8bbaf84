"""Says at once whether a file will help; the twin of page/checks.js.

Enters: what was read, the checks of the step, {hosts, window, slack, zone, browser, ids, id_headers, error_text}.
Leaves: checks [{id, level, data}] and facts. Levels: ok, info, warn, error. The words are in the page's strings.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from . import saml
from .names import unquote
from .when import from_header, from_iso, to_iso

_PROXY_HEADERS = ("via", "x-forwarded-proxy", "x-squid-error", "x-bluecoat-via", "x-zscaler-proxy", "proxy-connection")
_PRIVATE = re.compile(r"(?:10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|127\.|\[?f[cd])")
_EXTENSION = re.compile("(?:chrome|moz|safari-web)-extension:")
# Checks that need no mention in a checklist: they only speak when something is found.
_ALWAYS = ("har.sanitized", "har.bodies", "har.skew", "har.blocked", "har.browser", "ids.found")
_STAMP = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,]\d+)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_EDGE = 200_000
Found = Any


def _check(name: str, level: str, **data: Any) -> dict[str, Any]:
    return {"id": name, "level": level, "data": data}


class Recording:
    """One HAR, with small questions about its entries."""

    def __init__(self, document: dict[str, Any], context: dict[str, Any]) -> None:
        self.log = document["log"]
        self.context = context
        self.entries = [each for each in self.log["entries"] if _is_entry(each)]
        self.facts = _facts(self.log, self.entries) if self.entries else {}

    def checks(self, wanted: list[Any]) -> list[dict[str, Any]]:
        if not self.entries:
            return [_check("har.parse", "error", problem="no_entries")]
        named: dict[str, dict[str, Any]] = {name: {} for name in _ALWAYS}
        named.update(dict(wanted))
        found = [_CHECKS[name](self, parameters) for name, parameters in named.items() if name in _CHECKS]
        head = _check("har.parse", "ok", count=len(self.entries))
        return [head, *(each for each in found if each is not None), *saml.run(self.entries, self.facts)]


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("request"), dict)
        and isinstance(entry["request"].get("url"), str)
    )


def _response(entry: dict[str, Any]) -> dict[str, Any]:
    response = entry.get("response")
    return response if isinstance(response, dict) else {}


def _header(message: dict[str, Any], name: str) -> str:
    headers = message.get("headers")
    for each in headers if isinstance(headers, list) else ():
        if isinstance(each, dict) and str(each.get("name")).lower() == name:
            return str(each.get("value"))
    return ""


def _host(entry: dict[str, Any]) -> str:
    return saml.host_of(entry["request"]["url"])


def _number(value: Any) -> float:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) else 0


def _status(entry: dict[str, Any]) -> int:
    status = _response(entry).get("status")
    if isinstance(status, str) and status.strip().isdigit():
        return int(status)
    return int(_number(status))


def _error(entry: dict[str, Any]) -> str:
    return str(entry.get("_error") or _response(entry).get("_error") or "")


def _is_failed(entry: dict[str, Any]) -> bool:
    return _status(entry) >= 400 or _status(entry) == 0 or _error(entry) != ""


def _counted(names: Any) -> list[tuple[str, int]]:
    return sorted(Counter(name for name in names if name).items(), key=lambda each: -each[1])


def _facts(log: dict[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    """What the recording itself tells and nobody has to ask."""
    timed = [(from_iso(each.get("startedDateTime")), _number(each.get("time"))) for each in entries]
    starts = [at for at, _ in timed if at is not None]
    ends = [at + spent / 1000 for at, spent in timed if at is not None]
    skews = sorted(each for each in map(_skew, entries) if each is not None)
    writer = log.get("browser") or log.get("creator") or {}
    writer = writer if isinstance(writer, dict) else {}
    versions = (str(_response(each).get("httpVersion") or "").lower() for each in entries)
    proxies = (name for each in entries for name in _PROXY_HEADERS if _header(_response(each), name))
    return {
        "entries": len(entries),
        "first": to_iso(min(starts)) if starts else None,
        "last": to_iso(max(ends)) if ends else None,
        "skew_seconds": math.floor(skews[len(skews) // 2] + 0.5) if skews else None,
        "browser": str(writer["name"]) + " " + str(writer.get("version") or "") if writer.get("name") else "",
        "blocked": sum("BLOCKED_BY_CLIENT" in _error(each) + " " + str(each.get("_blockedReason")) for each in entries),
        "extensions": sum(_EXTENSION.match(each["request"]["url"]) is not None for each in entries),
        "private_server": sum(_PRIVATE.match(str(each.get("serverIPAddress") or "")) is not None for each in entries),
        "proxy_headers": [name for name, _ in _counted(proxies)],
        "protocols": [name for name, _ in _counted(versions)[:4]],
    }


def _skew(entry: dict[str, Any]) -> float | None:
    """+: this computer is ahead. Cached answers carry an old Date; half a second is the rounding of that header."""
    date = from_header(_header(_response(entry), "date"))
    start = from_iso(entry.get("startedDateTime"))
    if date is None or start is None or _header(_response(entry), "age") or _status(entry) == 304:
        return None
    timings = entry.get("timings")
    timings = timings if isinstance(timings, dict) else {}
    before = sum(max(0, _number(timings.get(name))) for name in ("blocked", "dns", "connect", "send", "wait"))
    return start + before / 1000 - date - 0.5


def _has_host(recording: Recording, _: Any) -> Found:
    wanted = recording.context["hosts"]
    if not wanted:
        return None
    hosts = _counted(map(_host, recording.entries))
    if any(_matches(host, pattern) for host, _count in hosts for pattern in wanted):
        return _check("har.has_host", "ok")
    seen = ", ".join(str(count) + " × " + host for host, count in hosts[:3])
    return _check("har.has_host", "error", wanted=", ".join(wanted), seen=seen)


def _matches(host: str, pattern: str) -> bool:
    return host == pattern[2:] or host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _window(recording: Recording, _: Any) -> Found:
    window, facts = recording.context["window"], recording.facts
    if not window or not facts["first"]:
        return None
    start, end = from_iso(window["start"]), from_iso(window["end"])
    first, last, slack = from_iso(facts["first"]), from_iso(facts["last"]), recording.context["slack"]
    if start is None or end is None or first is None or last is None:
        return None
    if first <= end + slack and last >= start - slack:
        return _check("har.window", "ok")
    shown = {"first": facts["first"], "last": facts["last"], "start": window["start"], "end": window["end"]}
    return _check("har.window", "warn", **shown, zone=recording.context["zone"])


def _is_document(entry: dict[str, Any]) -> bool:
    return entry.get("_resourceType") == "document" or _header(entry["request"], "sec-fetch-dest") == "document"


def _is_code(entry: dict[str, Any]) -> bool:
    return re.search("[?&](?:code|error)=", entry["request"]["url"]) is not None


def _body(entry: dict[str, Any]) -> str:
    post = entry["request"].get("postData")
    text = post.get("text") if isinstance(post, dict) else ""
    return text if isinstance(text, str) else ""


def _preserve_log(recording: Recording, _: Any) -> Found:
    entries = recording.entries
    pages = recording.log.get("pages")
    documents = [each for each in entries if _is_document(each)]
    first = documents[0] if documents else entries[0]
    origin = saml.host_of(_header(first["request"], "referer"))
    is_cross = _header(first["request"], "sec-fetch-site") == "cross-site"
    came_from_elsewhere = is_cross and origin != "" and not any(_host(each) == origin for each in entries)
    begins_with_answer = _is_code(first) or "SAMLResponse=" in first["request"]["url"] + _body(first)
    has_asked = any(re.search("[?&]response_type=", each["request"]["url"]) for each in entries)
    never_asked = any(map(_is_code, documents)) and not has_asked
    is_redirect = [300 <= _status(each) < 400 for each in documents]
    navigations = [each for at, each in enumerate(documents) if at == 0 or not is_redirect[at - 1]]
    is_one_page = isinstance(pages, list) and len(pages) == 1
    lost_pages = is_one_page and len(navigations) > 1 and not _is_document(entries[0])
    is_cut = came_from_elsewhere or begins_with_answer or never_asked or lost_pages
    return _check("har.preserve_log", "warn" if is_cut else "ok")


def _has_failure(recording: Recording, _: Any) -> Found:
    count = sum(map(_is_failed, recording.entries))
    if count:
        return _check("har.has_failure", "ok", count=count)
    text = recording.context["error_text"]
    contents = (_response(each).get("content") for each in recording.entries)
    shown = (str(each.get("text") or "") for each in contents if isinstance(each, dict))
    if len(text) > 5 and any(text in each for each in shown):
        return _check("har.has_failure", "ok", problem="shown")
    return _check("har.has_failure", "warn", count=len(recording.entries))


def _sanitized(recording: Recording, _: Any) -> Found:
    has_any = any(
        _header(each["request"], "cookie")
        or _header(each["request"], "authorization")
        or _header(_response(each), "set-cookie")
        for each in recording.entries
    )
    return None if has_any or len(recording.entries) < 3 else _check("har.sanitized", "warn")


def _bodies(recording: Recording, _: Any) -> Found:
    contents = [_response(each).get("content") for each in recording.entries]
    sized = [each for each in contents if isinstance(each, dict) and _number(each.get("size")) > 0]
    return _check("har.bodies", "warn") if sized and not any(each.get("text") for each in sized) else None


def _flow(recording: Recording, parameters: Any) -> Found:
    entries = recording.entries
    asked, provider, answer, wanted = (_oidc if parameters.get("flow") == "oidc" else _saml)(entries)
    if answer >= 0:
        host = _host(entries[answer])
        if _is_failed(entries[answer]) or any(_host(each) == host for each in entries[answer + 1 :]):
            return _check("har.flow", "ok")
        return _check("har.flow", "warn", reached="answer")
    reached = ("provider_to" if wanted else "provider") if provider else "request" if asked else "none"
    return _check("har.flow", "warn", reached=reached, **({"wanted": wanted} if wanted else {}))


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.path or "/") if parts.scheme and parts.netloc else ""


def _saml(entries: list[dict[str, Any]]) -> tuple[bool, bool, int, str]:
    listed = saml.messages(entries)
    wanted = saml.asked_for(listed)
    requests = [each for each in listed if each["kind"] == "SAMLRequest"]
    answers = [each["entry"] for each in listed if each["kind"] == "SAMLResponse"]
    provider = any(_host(each) in wanted["hosts"] and _status(each) > 0 for each in entries)
    provider = provider or any(_status(each["entry"]) > 0 for each in requests)
    answer = next((at for at, each in enumerate(entries) if answers and each is answers[0]), -1)
    path = _path(wanted["answer_to"])
    return bool(requests), provider, answer, "POST " + path if path else ""


def _oidc(entries: list[dict[str, Any]]) -> tuple[bool, bool, int, str]:
    asked = next((each for each in entries if re.search("[?&]response_type=", each["request"]["url"])), None)
    back = re.search("[?&]redirect_uri=([^&#]+)", asked["request"]["url"]) if asked else None
    path = _path(unquote(back.group(1), True) or "") if back else ""
    answers = (
        at
        for at, each in enumerate(entries)
        if re.search("[?&#](?:code|error|id_token)=", each["request"]["url"])
        or re.search("(?:^|&)(?:code|id_token)=", _body(each))
    )
    return asked is not None, asked is not None and _status(asked) > 0, next(answers, -1), "GET " + path if path else ""


def _clock(recording: Recording, _: Any) -> Found:
    seconds = recording.facts["skew_seconds"]
    if seconds is None or abs(seconds) <= 120:
        return None
    direction = "ahead" if seconds > 0 else "behind"
    return _check("har.skew", "warn", minutes=math.floor(abs(seconds) / 60 + 0.5), direction=direction)


def _blocked(recording: Recording, _: Any) -> Found:
    if recording.facts["blocked"]:
        return _check("har.blocked", "warn", count=recording.facts["blocked"])
    return _check("har.blocked", "info", count=recording.facts["extensions"]) if recording.facts["extensions"] else None


def _browser(recording: Recording, _: Any) -> Found:
    stated, written = recording.context["browser"], recording.facts["browser"].lower()
    families = (("edg", "edge"), ("firefox", "firefox"), ("webinspector", "chrome"), ("chrom", "chrome"))
    families = (*families, ("webkit", "safari"), ("safari", "safari"))  # type: ignore[assignment]
    recorded = next((family for sign, family in families if sign in written), "")
    # Chrome and Edge write the same creator.
    is_same = recorded == stated or (recorded == "chrome" and stated == "edge")
    if not recorded or not stated or is_same:
        return None
    return _check("har.browser", "info", recorded=recorded.capitalize())


def _ids(recording: Recording, _: Any) -> Found:
    named = frozenset(recording.context["id_headers"])
    ids = []
    for entry in filter(_is_failed, recording.entries):
        lists = (_response(entry).get("headers"), entry["request"].get("headers"))
        headers = [each for listed in lists if isinstance(listed, list) for each in listed if isinstance(each, dict)]
        held = next((each for each in headers if str(each.get("name")).lower() in named and each.get("value")), None)
        if held is not None:
            time = str(entry.get("startedDateTime") or "")
            ids.append({"id": str(held["value"]), "time": time, "status": _status(entry)})
    return _check("ids.found", "ok", count=len(ids), ids=ids[:20]) if ids else None


_CHECKS = {
    "har.has_host": _has_host,
    "har.window": _window,
    "har.preserve_log": _preserve_log,
    "har.has_failure": _has_failure,
    "har.sanitized": _sanitized,
    "har.bodies": _bodies,
    "har.flow": _flow,
    "har.skew": _clock,
    "har.blocked": _blocked,
    "har.browser": _browser,
    "ids.found": _ids,
}


def for_har(document: dict[str, Any], wanted: list[Any], context: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Checks and facts of a recording."""
    recording = Recording(document, context)
    return recording.checks(wanted), recording.facts


def for_trace(document: dict[str, Any]) -> list[dict[str, Any]]:
    """SAML-tracer writes requests with their messages spelled out; a recording has the same under other names."""
    entries = []
    for each in document["requests"]:
        if isinstance(each, dict) and isinstance(each.get("url"), str):
            pairs = [pair for name in ("post", "get") for pair in (each.get(name) or ()) if isinstance(pair, list)]
            params = [{"name": pair[0], "value": pair[1]} for pair in pairs if len(pair) > 1]
            at = each.get("timestamp") or each.get("date") or ""
            entries.append({"startedDateTime": at, "request": {"url": each["url"], "postData": {"params": params}}})
    return [_check("har.parse", "info", problem="saml_trace"), *saml.run(entries, {})]


def for_log(text: str, wanted: list[Any], context: dict[str, Any]) -> list[dict[str, Any]]:
    """Checks of a log."""
    ends = [text[:_EDGE], text[-_EDGE:]] if len(text) > 2 * _EDGE else [text]
    stamps = [each for end in ends for each in _STAMP.finditer(end)]
    names = {name for name, _ in wanted}
    checks = [_check("log.read", "ok", lines=text.count("\n") + (0 if text.endswith("\n") else 1))]
    if not stamps:
        checks.append(_check("log.times", "info"))
    if "log.zone" in names and stamps:
        is_known = any(each.group(5) for each in stamps)
        checks.append(_check("log.zone", "ok") if is_known else _check("log.zone", "warn", zone=context["zone"]))
    if "log.window" in names and context["window"] and stamps:
        checks.append(_covered(stamps, context))
    if "log.ids" in names and context["ids"]:
        count = sum(each in text for each in context["ids"])
        checks.append(_check("log.ids", "ok", count=count) if count else _check("log.ids", "warn"))
    return checks


def _covered(stamps: list[Any], context: dict[str, Any]) -> dict[str, Any]:
    """A time without a zone is taken as this machine's."""
    written = ("-".join(each.group(1, 2, 3)) + "T" + each.group(4) + (each.group(5) or "") for each in stamps)
    times = [each for each in map(from_iso, written) if each is not None]
    start, end = from_iso(context["window"]["start"]), from_iso(context["window"]["end"])
    if not times or start is None or end is None:
        return _check("log.times", "info")
    if max(times) < start - context["slack"]:
        return _check("log.window", "warn", side="before", last=to_iso(max(times)))
    if min(times) > end + context["slack"]:
        return _check("log.window", "warn", side="after", first=to_iso(min(times)))
    return _check("log.window", "ok")
