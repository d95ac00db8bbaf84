"""Every exchange of a case in one shape, on one clock.

Enters: redacted HAR and API artifacts, and the first-party hosts. Leaves: `Exchange` values in time order, each with
its citation, its corrected time, and in words why it counts as failed. Corrected time = recorded time - skew, where a
positive skew means that the customer's clock is ahead.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from diagpack.model.evidence import EvidenceSet
from diagpack.model.expression import matches
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef, HarEntry, Pointer
from diagpack.model.request_ids import is_id_field, is_id_header

_BODY_LIMIT = 200_000
_NOISE = ("/favicon.ico", "/robots.txt", "/apple-touch-icon")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `failure` says in words why it failed, and is empty when it did not."""

    ref: EvidenceRef
    at: datetime | None
    skew_seconds: float
    method: str
    url: str
    host: str
    path: str
    status: int
    mime: str
    resource: str
    duration_ms: float
    request_ids: tuple[tuple[str, str], ...]
    failure: str
    is_first_party: bool
    is_replay: bool
    user_agent: str
    posted: tuple[str, ...]
    location: str
    response_headers: Mapping[str, str]
    reason: str = ""

    @property
    def label(self) -> str:
        """`POST /saml/acs (login.example.com)`, cut to a readable length."""
        return f"{self.method} {short(self.path, 120)} ({short(self.host, 80)})"

    @property
    def outcome(self) -> str:
        """The status in words, with the transport's own reason when there was no answer."""
        return str(self.status) if self.status else f"no answer ({short(self.reason or 'status 0', 80)})"


def short(text: str, limit: int) -> str:
    """Text cut to `limit` characters, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def moment(text: Any) -> datetime | None:
    """An ISO 8601 time as an aware UTC datetime; without a zone it is taken as UTC. None when unreadable."""
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def first_party_hosts(case: Mapping[str, Any], profile_view: Mapping[str, Any], evidence: EvidenceSet) -> list[str]:
    """Patterns of the product's own hosts: from case and profile, else the host of the first page in the capture."""
    named = [*_texts(case.get("environment", {}), "hosts"), *_texts(profile_view, "hosts", "production")]
    if named:
        return list(dict.fromkeys(named))
    for artifact in evidence.of_kind("har"):
        for entry in evidence.entries(artifact):
            host = _host(str(_of(entry, "request").get("url", "")))
            if host:
                return [host]
    return []


def exchanges(evidence: EvidenceSet, hosts: Sequence[str] = ()) -> tuple[Exchange, ...]:
    """All exchanges of HAR and API artifacts in corrected time order; those without a time come last."""
    found = [each for artifact in evidence.of_kind("har", "api") for each in _of_artifact(evidence, artifact, hosts)]
    late = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(found, key=lambda each: each.at or late))


def skew_of(artifact: RedactedArtifact) -> float:
    """Seconds this capture's clock was ahead; 0 when it is unknown."""
    value = artifact.facts.get("skew_seconds")
    return float(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0.0


def _texts(section: Any, *keys: str) -> list[str]:
    values = [section.get(key) for key in keys] if isinstance(section, Mapping) else []
    return [str(each) for value in values if isinstance(value, list | tuple) for each in value]


def _of_artifact(evidence: EvidenceSet, artifact: RedactedArtifact, hosts: Sequence[str]) -> Iterator[Exchange]:
    skew = skew_of(artifact)
    if artifact.kind == "har":
        for entry in evidence.entries(artifact):
            ref = EvidenceRef(artifact.id, HarEntry(int(entry.get("_dpEntry", 0))))
            yield _exchange(ref, entry, skew, hosts)
        return
    listed = _of(evidence.json(artifact)).get("exchanges", ())
    for index, each in enumerate(listed):
        if isinstance(each, Mapping):
            yield _exchange(EvidenceRef(artifact.id, Pointer(f"/exchanges/{index}")), each, skew, hosts)


def _exchange(ref: EvidenceRef, entry: Mapping[str, Any], skew: float, hosts: Sequence[str]) -> Exchange:
    request, response = _of(entry, "request"), _of(entry, "response")
    url = str(request.get("url", ""))
    host, path = _host(url), urlsplit_path(url)
    sent, received = _headers(request), _headers(response)
    status = _number(response.get("status"))
    mime = str(_of(response, "content").get("mimeType") or received.get("content-type", "")).split(";")[0].strip()
    body = _body(response)
    recorded = moment(entry.get("startedDateTime") or entry.get("started"))
    is_first = any(matches(host, each) for each in hosts)
    reason = str(entry.get("_error") or response.get("_error") or response.get("statusText") or "")
    failure = "" if _is_noise(path) else why_failed(int(status), mime, body, reason)
    return Exchange(
        ref=ref,
        at=recorded - timedelta(seconds=skew) if recorded else None,
        skew_seconds=skew,
        method=str(request.get("method", "GET")),
        url=url,
        host=host,
        path=path,
        status=int(status),
        mime=mime,
        resource=_resource(entry, mime, str(request.get("method", ""))),
        duration_ms=_number(entry.get("time", entry.get("duration_ms"))),
        request_ids=_request_ids(sent, received, body, mime),
        failure=failure,
        is_first_party=is_first,
        is_replay=bool(entry.get("run")),
        user_agent=sent.get("user-agent", ""),
        posted=_posted(request),
        location=str(response.get("redirectURL") or received.get("location", "")),
        response_headers=received,
        reason=reason,
    )


def why_failed(status: int, mime: str, body: str, reason: str) -> str:
    """In words why an exchange failed; empty when it did not. A 401 or 403 counts, a redirect does not."""
    if status >= 400:
        detail = _detail(body) if "json" in mime else ""
        return f"answered {status}" + (f": {detail}" if detail else "")
    if status == 0:
        return f"got no answer ({short(reason, 80)})" if reason else "got no answer"
    if "json" in mime and status < 300:
        inner = _inner_error(body)
        return f"answered {status} with an error inside: {inner}" if inner else ""
    return ""


def _inner_error(body: str) -> str:
    """The error inside a 2xx answer: GraphQL `errors`, `success: false`, `status: failed`."""
    document = _parsed(body)
    if not isinstance(document, Mapping):
        return ""
    says_no = document.get("success") is False or document.get("ok") is False
    state = str(document.get("status", document.get("state", ""))).lower()
    errors = document.get("errors")
    if not (says_no or state in ("failed", "error", "failure") or (isinstance(errors, list) and errors)):
        return ""
    return _detail(body) or "the body reports a failure"


def _detail(body: str) -> str:
    """The message of problem+json, GraphQL and common error bodies, at most 160 characters."""
    document = _parsed(body)
    for _ in range(3):
        if isinstance(document, list) and document:
            document = document[0]
        if not isinstance(document, Mapping):
            break
        for key in ("detail", "message", "error_description", "title", "reason"):
            if isinstance(document.get(key), str) and document[key]:
                return short(document[key], 160)
        document = document.get("error") or document.get("errors")
    return short(document, 160) if isinstance(document, str) else ""


def _parsed(body: str) -> Any:
    try:
        return json.loads(body) if body and len(body) <= _BODY_LIMIT else None
    except (ValueError, RecursionError):
        return None


def _of(value: Any, key: str = "") -> Mapping[str, Any]:
    inner = value.get(key) if key and isinstance(value, Mapping) else value
    return inner if isinstance(inner, Mapping) else {}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else 0.0


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def urlsplit_path(url: str) -> str:
    """The path of a URL, `/` when empty, the text itself when it is not a URL."""
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return short(url, 120)


def _headers(message: Mapping[str, Any]) -> dict[str, str]:
    headers = message.get("headers") or ()
    if isinstance(headers, Mapping):
        return {str(name).lower(): str(value) for name, value in headers.items()}
    found: dict[str, str] = {}
    for each in headers:
        if isinstance(each, Mapping):
            found.setdefault(str(each.get("name", "")).lower(), str(each.get("value", "")))
        elif isinstance(each, list | tuple) and len(each) == 2:
            found.setdefault(str(each[0]).lower(), str(each[1]))
    return found


def _body(response: Mapping[str, Any]) -> str:
    text = _of(response, "content").get("text", response.get("body", ""))
    if isinstance(text, Mapping | list):
        return json.dumps(text)
    return text if isinstance(text, str) else ""


def _posted(request: Mapping[str, Any]) -> tuple[str, ...]:
    params = _of(request, "postData").get("params") or ()
    return tuple(str(each.get("name", "")) for each in params if isinstance(each, Mapping))[:20]


def _request_ids(
    sent: Mapping[str, str], received: Mapping[str, str], body: str, mime: str
) -> tuple[tuple[str, str], ...]:
    """(name, id): the answer's headers first, then its body, then the request's own."""
    found = [(name, value) for name, value in received.items() if is_id_header(name) and value]
    document = _parsed(body) if "json" in mime else None
    inner = document.get("error") if isinstance(document, Mapping) else None
    for level in (document, inner):
        if isinstance(level, Mapping):
            found += [(key, value) for key, value in level.items() if is_id_field(key) and _is_id(value)]
    found += [(name, value) for name, value in sent.items() if is_id_header(name) and value]
    return tuple({value: (name, value) for name, value in reversed(found)}.values())[::-1]


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 6 <= len(value) <= 200 and "/" not in value and " " not in value


def _is_noise(path: str) -> bool:
    return path.startswith(_NOISE) or path.endswith(".map")


def _resource(entry: Mapping[str, Any], mime: str, method: str) -> str:
    """Chrome's resource type when the writer left one, else a guess from the media type."""
    stated = entry.get("_resourceType")
    if isinstance(stated, str) and stated:
        return stated
    if mime in ("text/html", "application/xhtml+xml"):
        return "document"
    for part, name in (("javascript", "script"), ("css", "stylesheet"), ("image/", "image"), ("font", "font")):
        if part in mime:
            return name
    return "xhr" if "json" in mime or "xml" in mime or method not in ("GET", "") else "other"
