"""HTTP exchanges of the evidence as people read them.

Enters: redacted HAR and API artifacts. Leaves: exchanges in order of capture, bodies decoded, times on the corrected
clock, and which of them failed. Odd or missing fields become empty ones; nothing here raises on hostile content.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl

from diagpack.model.capture import Capture, captures
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange, Pairs, mapping, number
from diagpack.model.failure import failures
from diagpack.model.ref import EvidenceRef
from diagpack.model.request_ids import is_id_header

PHASES: Final = ("blocked", "dns", "connect", "ssl", "send", "wait", "receive")
# Headers that an engineer reads first; the short form of an exchange shows these and the request IDs.
_TELLING: Final = frozenset(
    "content-type content-length location retry-after www-authenticate server via date x-cache origin host".split()
)
# An encoded message (SAMLResponse, a token) says nothing to a reader of a short transcript.
_RUN: Final = re.compile(r"[A-Za-z0-9+/=%_-]{160,}", re.ASCII)
_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|\s+|"')


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request and its response as shown.

    `started` is corrected UTC; `status` is 0 when no response came; `failure` says why it counts as failed (empty when
    it does not), `rank` orders failures, the most important first. `parsed` is the exchange without shortening.
    """

    ref: EvidenceRef
    path: str
    method: str
    url: str
    status: int
    status_text: str
    started: datetime | None
    duration_ms: float
    phases: tuple[tuple[str, float], ...]
    request_body: str
    response_body: str
    request_ids: Pairs
    failure: str
    rank: int
    parsed: Exchange

    @property
    def is_failing(self) -> bool:
        return bool(self.failure)

    @property
    def status_line(self) -> str:
        """`500 Internal Server Error`, or what went wrong instead of an answer."""
        if self.status <= 0:
            return self.failure or "no response"
        return f"{self.status} {self.status_text}".strip()


# Six renderers ask for the same evidence in turn.
@lru_cache(maxsize=1)
def recorded(evidence: EvidenceSet) -> tuple[Recorded, ...]:
    """Every exchange of every HAR and API artifact, in id order and order of capture."""
    return tuple(each for capture in captures(evidence) for each in _of_capture(evidence, capture))


def most_important(calls: tuple[Recorded, ...]) -> Recorded | None:
    """The failing exchange that matters most: own product before third parties, server errors before the rest."""
    return min((each for each in calls if each.is_failing), key=lambda each: each.rank, default=None)


def http_text(call: Recorded, *, body_lines: int = 12, width: int = 400) -> str:
    """The exchange as a short HTTP transcript: telling headers and the first lines of both bodies."""
    lines = [f"{call.method} {call.url}"]
    lines += _short_headers(call.parsed.request_headers)
    lines += _short_body(call.request_body, body_lines)
    spent = f" (after {call.duration_ms / 1_000:.1f} s)" if call.duration_ms >= 1_000 else ""
    lines += ["", f"HTTP {call.status_line}{spent}" if call.status > 0 else f"{call.status_line}{spent}"]
    lines += _short_headers(call.parsed.response_headers)
    lines += _short_body(call.response_body, body_lines)
    lines = [_RUN.sub(lambda run: f"{run[0][:60]}… ({len(run[0])} characters)", line) for line in lines]
    return "\n".join(line if len(line) <= width else line[: width - 1] + "…" for line in lines)


def indented_json(text: str) -> str:
    """JSON with line breaks, every token as it was written; anything else unchanged."""
    stripped = text.strip()
    if stripped[:1] not in ("{", "[") or "\n" in stripped or len(stripped) > 500_000:
        return text
    out: list[str] = []
    depth = 0
    marks = [each for each in _JSON_TOKEN.findall(stripped) if not each.isspace()]
    for at, mark in enumerate(marks):
        if mark in ("{", "["):
            depth += 1
            out.append(mark + ("" if marks[at + 1 : at + 2] in (["}"], ["]"]) else _indent(depth)))
        elif mark in ("}", "]"):
            depth -= 1
            out.append(mark if at and marks[at - 1] in ("{", "[") else _indent(depth) + mark)
        else:
            out.append({",": "," + _indent(depth), ":": ": "}.get(mark, mark))
    return "".join(out)


def form_lines(body: str, mime: str) -> str:
    """A form body as decoded `name = value` lines; any other body unchanged."""
    if "x-www-form-urlencoded" not in mime.lower() or "=" not in body or len(body) > 100_000:
        return body
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return body
    return "\n".join(f"{name} = {value}" for name, value in pairs)


def _indent(depth: int) -> str:
    return "\n" + "  " * max(0, min(depth, 40))


def _of_capture(evidence: EvidenceSet, capture: Capture) -> Iterator[Recorded]:
    artifact = evidence.get(capture.artifact)
    path = artifact.package_path if artifact else ""
    skew = timedelta(seconds=number(capture.facts.get("skew_seconds"), 0.0)) if capture.kind == "har" else timedelta()
    failed = {each.index: failure for each, failure in failures(capture.exchanges, capture.party)}
    timings = _timings(evidence, capture)
    for each in capture.exchanges:
        failure = failed.get(each.index)
        headers = (*each.response_headers, *each.request_headers)
        yield Recorded(
            ref=capture.ref(each),
            path=path,
            method=each.method,
            url=each.url,
            status=max(0, each.status),
            status_text=each.status_text,
            started=_corrected(each.started, skew),
            duration_ms=max(0.0, each.duration_ms),
            phases=timings.get(each.index, ()),
            request_body=_request_body(each),
            response_body=each.response_text or "",
            request_ids=tuple(dict.fromkeys(pair for pair in headers if is_id_header(pair[0]) and pair[1])),
            failure=failure.reason if failure else "",
            rank=failure.rank if failure else 1_000,
            parsed=each,
        )


def _timings(evidence: EvidenceSet, capture: Capture) -> dict[int, tuple[tuple[str, float], ...]]:
    """Phases of each entry. -1 means "does not apply" (HAR 1.2, timings)."""
    artifact = evidence.get(capture.artifact)
    if artifact is None or capture.kind != "har":
        return {}
    entries = evidence.entries(artifact)
    found = {}
    for entry, each in zip(entries, capture.exchanges, strict=False):
        spent = mapping(entry.get("timings"))
        phases = ((name, number(spent.get(name), -1.0)) for name in PHASES)
        found[each.index] = tuple((name, length) for name, length in phases if length > 0)
    return found


def _corrected(moment: datetime | None, skew: timedelta) -> datetime | None:
    try:
        return None if moment is None else moment - skew
    except OverflowError:
        return moment


def _request_body(exchange: Exchange) -> str:
    if exchange.request_body:
        return exchange.request_body
    return "\n".join(f"{each.name}={each.value}" for each in exchange.request_params)


def _short_headers(headers: Pairs) -> list[str]:
    return [f"{name}: {value}" for name, value in headers if name.lower() in _TELLING or is_id_header(name)][:10]


def _short_body(body: str, limit: int) -> list[str]:
    if not body:
        return []
    lines = indented_json(body[:20_000]).splitlines()
    rest = len(lines) - limit
    return ["", *lines[:limit], *([f"… {rest} more lines"] if rest > 0 else [])]
