"""HTTP exchanges of the evidence as people read them.

Enters: redacted HAR and API artifacts. Leaves: exchanges in order of capture, bodies decoded, times on the corrected
clock, and which of them failed. Odd or missing fields become empty ones; nothing here raises on hostile content.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef, HarEntry, Pointer
from diagpack.model.request_ids import is_id_header

Headers = tuple[tuple[str, str], ...]

PHASES: Final = ("blocked", "dns", "connect", "ssl", "send", "wait", "receive")
# Headers that an engineer reads first; the short form of an exchange shows these and the request IDs.
_TELLING: Final = frozenset(
    "content-type content-length location retry-after www-authenticate server via date x-cache origin host".split()
)
_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|\s+|"')


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response. `started` is corrected UTC; `status` is 0 when no response came."""

    ref: EvidenceRef
    path: str
    method: str
    url: str
    version: str
    status: int
    status_text: str
    started: datetime | None
    duration_ms: float
    phases: tuple[tuple[str, float], ...]
    request_headers: Headers
    response_headers: Headers
    request_body: str
    response_body: str
    request_ids: Headers
    error: str

    @property
    def is_failing(self) -> bool:
        return self.status >= 400 or self.status == 0

    @property
    def status_line(self) -> str:
        """`500 Internal Server Error`, or what went wrong instead of an answer."""
        if self.status == 0:
            return f"no response ({self.error})" if self.error else "no response"
        return f"{self.status} {self.status_text}".strip()


def exchanges(evidence: EvidenceSet) -> tuple[Exchange, ...]:
    """Every exchange of every HAR and API artifact, in id order and order of capture."""
    found: list[Exchange] = []
    for artifact in evidence.of_kind("har"):
        skew = timedelta(seconds=_number(artifact.facts.get("skew_seconds")))
        for entry in _entries(evidence, artifact):
            index = entry.get("_dpEntry")
            if isinstance(index, int):
                found.append(_exchange(entry, EvidenceRef(artifact.id, HarEntry(index)), artifact, skew))
    for artifact in evidence.of_kind("api"):
        for number, each in enumerate(_list(_mapping(evidence.json(artifact)).get("exchanges"))):
            ref = EvidenceRef(artifact.id, Pointer(f"/exchanges/{number}"))
            found.append(_exchange(_as_entry(_mapping(each)), ref, artifact, timedelta()))
    return tuple(found)


def http_text(exchange: Exchange, *, body_lines: int = 12, width: int = 400) -> str:
    """The exchange as a short HTTP transcript: telling headers and the first lines of both bodies."""
    lines = [f"{exchange.method} {exchange.url} {exchange.version}".rstrip()]
    lines += _short_headers(exchange.request_headers)
    lines += _short_body(exchange.request_body, body_lines)
    lines += ["", f"{exchange.version} {exchange.status_line}".strip()]
    lines += _short_headers(exchange.response_headers)
    lines += _short_body(exchange.response_body, body_lines)
    return "\n".join(line if len(line) <= width else line[: width - 1] + "…" for line in lines)


def indented_json(text: str) -> str:
    """JSON with line breaks, every token as it was written; anything else unchanged."""
    stripped = text.strip()
    if stripped[:1] not in ("{", "[") or "\n" in stripped or len(stripped) > 500_000:
        return text
    out: list[str] = []
    depth = 0
    marks = [each for each in _JSON_TOKEN.findall(stripped) if not each.isspace()]
    for number, mark in enumerate(marks):
        if mark in ("{", "["):
            depth += 1
            out.append(mark + ("" if marks[number + 1 : number + 2] in (["}"], ["]"]) else _indent(depth)))
        elif mark in ("}", "]"):
            depth -= 1
            out.append(mark if number and marks[number - 1] in ("{", "[") else _indent(depth) + mark)
        else:
            out.append({",": "," + _indent(depth), ":": ": "}.get(mark, mark))
    return "".join(out)


def _indent(depth: int) -> str:
    return "\n" + "  " * max(0, min(depth, 40))


def _entries(evidence: EvidenceSet, artifact: RedactedArtifact) -> Iterator[Mapping[str, Any]]:
    log = _mapping(_mapping(evidence.json(artifact)).get("log"))
    yield from (each for each in _list(log.get("entries")) if isinstance(each, Mapping))


def _exchange(entry: Mapping[str, Any], ref: EvidenceRef, artifact: RedactedArtifact, skew: timedelta) -> Exchange:
    request, response = _mapping(entry.get("request")), _mapping(entry.get("response"))
    request_headers, response_headers = _headers(request), _headers(response)
    timings = _mapping(entry.get("timings"))
    ids = [each for each in (*response_headers, *request_headers) if is_id_header(each[0]) and each[1]]
    return Exchange(
        ref=ref,
        path=artifact.package_path,
        method=str(request.get("method") or "GET"),
        url=str(request.get("url") or ""),
        version=str(response.get("httpVersion") or request.get("httpVersion") or ""),
        status=int(_number(response.get("status"))),
        status_text=str(response.get("statusText") or ""),
        started=_started(entry.get("startedDateTime"), skew),
        duration_ms=max(0.0, _number(entry.get("time"))),
        # -1 means "does not apply" (HAR 1.2, timings); ssl is part of connect there.
        phases=tuple((name, _number(timings.get(name))) for name in PHASES if _number(timings.get(name)) > 0),
        request_headers=request_headers,
        response_headers=response_headers,
        request_body=_request_body(_mapping(request.get("postData"))),
        response_body=_body(_mapping(response.get("content"))),
        request_ids=tuple(dict.fromkeys(ids)),
        error=str(response.get("_error") or entry.get("_error") or ""),
    )


def _as_entry(exchange: Mapping[str, Any]) -> Mapping[str, Any]:
    """An exchange of an API artifact, under the names a HAR uses."""
    request, response = _mapping(exchange.get("request")), _mapping(exchange.get("response"))
    return {
        "request": request,
        "response": response,
        "startedDateTime": exchange.get("started"),
        "time": exchange.get("duration_ms"),
        "timings": {},
    }


def _headers(message: Mapping[str, Any]) -> Headers:
    headers = message.get("headers")
    if isinstance(headers, Mapping):
        return tuple((str(name), str(value)) for name, value in headers.items())
    pairs = [each for each in _list(headers) if isinstance(each, Mapping)]
    return tuple((str(each.get("name", "")), str(each.get("value", ""))) for each in pairs)


def _request_body(post: Mapping[str, Any]) -> str:
    if post.get("text"):
        return str(post["text"])
    pairs = [each for each in _list(post.get("params")) if isinstance(each, Mapping)]
    return "\n".join(f"{each.get('name', '')}={each.get('value', '')}" for each in pairs)


def _body(content: Mapping[str, Any]) -> str:
    text = content.get("text")
    if not isinstance(text, str) or not text:
        return ""
    if content.get("encoding") != "base64":
        return text
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return f"({len(text) * 3 // 4} bytes that are not text)"


def _started(value: Any, skew: timedelta) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC) - skew
    except (ValueError, OverflowError):
        return None


def _short_headers(headers: Headers) -> list[str]:
    return [f"{name}: {value}" for name, value in headers if name.lower() in _TELLING or is_id_header(name)][:10]


def _short_body(body: str, limit: int) -> list[str]:
    if not body:
        return []
    lines = indented_json(body[:20_000]).splitlines()
    rest = len(lines) - limit
    return ["", *lines[:limit], *([f"… {rest} more lines"] if rest > 0 else [])]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    # A year in milliseconds is beyond any exchange; NaN fails the comparison and becomes 0 too.
    return float(value) if -3.2e10 < value < 3.2e10 else 0.0
