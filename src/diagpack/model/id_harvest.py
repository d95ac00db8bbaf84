"""Finds request and trace IDs in one exchange or a piece of text.

Enters: an exchange, or text. Leaves: `Seen` values: the ID in the form to search for, under which name, in which
direction. Sources: vendor documentation of each header family (docs of AWS, Azure, Google, Cloudflare, Datadog,
Sentry, Zipkin B3, W3C Trace Context); RFC 9457 for problem+json.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from diagpack.model.exchange import Exchange, Pairs
from diagpack.model.request_ids import is_id_header, trace_id_of

REQUEST, RESPONSE, BODY = "request", "response", "body"

# These say where a call went, not which call it was.
_NO_IDS: Final = frozenset(
    """
    x-served-by x-timer x-gitlab-meta x-ms-ags-diagnostic x-dynatrace x-newrelic-id x-b3-spanid x-b3-parentspanid
    ot-tracer-spanid x-datadog-parent-id x-ot-span-context grpc-trace-bin x-linkedin-id
    """.split()
)
_GENERIC_NAME: Final = re.compile(r"(?:.*[-_.])?(?:request|correlation|trace|transaction|debug)[-_]?id", re.IGNORECASE)
# Keys that name one call in any body; the second set counts only inside an error.
_BODY_FIELDS: Final = frozenset("requestid correlationid traceid awsrequestid clientrequestid ddtraceid rayid".split())
_ERROR_FIELDS: Final = frozenset("errorid debugid hostid operationid transactionid invocationid eventid".split())
_SEPARATORS: Final = str.maketrans("", "", "-_. ")
_VALUE: Final = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9_:.=+/@~-]{5,199}", re.ASCII)
_DESCRIPTION: Final = re.compile(r"traceparent\s*;\s*desc\s*=\s*\"?([0-9a-f-]{55})", re.ASCII | re.IGNORECASE)
_XML: Final = re.compile(
    r"<(?:\w+:)?(RequestId|HostId|RequestID|TraceId|CorrelationId)>\s*([^<\s]{6,200})\s*</", re.ASCII
)
_PAGE: Final = re.compile(
    r"\b(Ray ID|Request ID|Trace ID|Correlation ID|Error ID|Reference)(?:\s|<[^>]{0,80}>|&nbsp;)*[:#]"
    r"(?:\s|<[^>]{0,80}>|&nbsp;)*([A-Za-z0-9][A-Za-z0-9.-]{7,80})",
    re.IGNORECASE,
)
_ASSIGNED: Final = re.compile(
    r"([A-Za-z][\w.-]{2,40})[\"']?\s{0,3}[:=]\s{0,3}[\"']?([A-Za-z0-9][A-Za-z0-9_:.=+/@~-]{7,199})", re.ASCII
)
_MAX_TEXT: Final = 200_000
_MAX_NODES: Final = 5_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One ID at one place."""

    id: str
    name: str
    direction: str


def harvest(exchange: Exchange, *, is_failing: bool) -> Iterator[Seen]:
    """Every ID of an exchange, each (id, name, direction) once."""
    found = [
        *_in_headers(exchange.request_headers, REQUEST),
        *_in_headers(exchange.response_headers, RESPONSE),
        *_in_body(exchange.response_text or "", is_failing),
    ]
    yield from dict.fromkeys(found)


def harvest_text(text: str) -> Iterator[Seen]:
    """IDs in free text or a console line: `requestId=…`, `"trace_id": "…"`, `Ray ID: …`."""
    text = text[:_MAX_TEXT]
    found = [
        Seen(match[2].rstrip(".,"), match[1], BODY)
        for match in _ASSIGNED.finditer(text)
        if _folded(match[1]) in _BODY_FIELDS | _ERROR_FIELDS and _VALUE.fullmatch(match[2])
    ]
    found += [
        Seen(match[2].rstrip("."), match[1], BODY) for match in _PAGE.finditer(text) if _VALUE.fullmatch(match[2])
    ]
    yield from dict.fromkeys(found)


def is_id_name(name: str) -> bool:
    """Whether a header carries the ID of a call: a known vendor's, or one named like it."""
    lowered = name.lower()
    return lowered not in _NO_IDS and (is_id_header(lowered) or _GENERIC_NAME.fullmatch(lowered) is not None)


def _in_headers(headers: Pairs, direction: str) -> Iterator[Seen]:
    for name, value in headers:
        lowered, value = name.lower(), value.strip()
        if lowered == "server-timing":
            for match in _DESCRIPTION.finditer(value[:8000]):
                yield from _one(trace_id_of(match[1]) or "", lowered, direction)
        elif lowered == "baggage":
            for member in value.split(",")[:100]:
                key, _, content = member.strip().partition("=")
                if key == "sentry-trace_id":
                    yield from _one(content, "baggage sentry-trace_id", direction)
        elif is_id_name(lowered):
            yield from _one(_core(lowered, value), lowered, direction)


def _core(name: str, value: str) -> str:
    """The part of a composite header that other systems log."""
    if name in ("traceparent", "traceresponse", "elastic-apm-traceparent"):
        return trace_id_of(value) or value
    if name in ("b3", "sentry-trace"):
        return value.split("-")[0]
    if name == "uber-trace-id":
        return value.replace("%3A", ":").replace("%3a", ":").split(":")[0]
    if name == "x-cloud-trace-context":
        return value.split("/")[0]
    if name == "x-amzn-trace-id":
        roots = [part.strip()[5:] for part in value.split(";") if part.strip().lower().startswith("root=")]
        return roots[0] if roots else value
    if name == "x-msedge-ref":
        return value.removeprefix("Ref A:").strip().split(" ")[0]
    return value


def _one(id: str, name: str, direction: str) -> Iterator[Seen]:
    if _VALUE.fullmatch(id) and set(id) - set("0-"):
        yield Seen(id, name, direction)


def _in_body(body: str, is_failing: bool) -> Iterator[Seen]:
    start = body[:200].lstrip()[:1]
    if start in ("{", "[") and len(body) <= _MAX_TEXT * 5:
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            yield from harvest_text(body) if is_failing else ()
            return
        yield from _in_json(document, is_failing)
    elif start == "<":
        for match in _XML.finditer(body[:_MAX_TEXT]):
            yield from _one(match[2], match[1], BODY)
        if is_failing:
            yield from (each for each in harvest_text(body) if " " in each.name or each.name == "Reference")
    elif body and is_failing:
        yield from harvest_text(body)


def _in_json(document: Any, is_failing: bool) -> Iterator[Seen]:
    waiting: list[tuple[Any, bool]] = [(document, is_failing)]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node, is_error = waiting.pop(0)
        if isinstance(node, list):
            waiting += [(each, is_error) for each in node[:200]]
        if not isinstance(node, dict):
            continue
        for key, value in node.items():
            folded = _folded(str(key))
            if isinstance(value, str | int) and not isinstance(value, bool):
                wanted = _BODY_FIELDS | _ERROR_FIELDS if is_error else _BODY_FIELDS
                if folded in wanted:
                    yield from _one(str(value), str(key), BODY)
                elif folded == "requestlogurl":
                    # Stripe's error carries a link whose last segment is the ID.
                    yield from _one(str(value).rstrip("/").rsplit("/", 1)[-1].split("?")[0], str(key), BODY)
            elif isinstance(value, dict | list):
                waiting.append((value, is_error or folded in ("error", "errors", "extensions", "innererror")))


def _folded(name: str) -> str:
    return name.lower().translate(_SEPARATORS)
