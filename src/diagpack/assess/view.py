"""Every call of a case in one shape, on one clock.

Enters: redacted HAR and API artifacts, and the first-party hosts. Leaves: `Call` values in time order, each with its
citation, its corrected time, and in words why it counts as failed (`model.failure` judges, as for the rules). Corrected
time = recorded time - skew, where a positive skew means that the customer's clock is ahead.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from diagpack.model.capture import Capture, captures
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange
from diagpack.model.failure import RANKS, Failure, Kind, failures
from diagpack.model.id_harvest import harvest
from diagpack.model.party import Party
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef, Pointer

_BODY_LIMIT: Final = 200_000
_NOISE: Final = ("/favicon.ico", "/robots.txt", "/apple-touch-icon")
_NO_FAILURE: Final = 999
# A failure of the product itself that is no missing page, picture or cancelled call.
SERIOUS_BELOW: Final = RANKS[Kind.NOT_FOUND]


@dataclass(frozen=True, slots=True)
class Call:
    """One request and its answer. `failure` says in words why it failed, and is empty when it did not; `rank` is that
    of `model.failure` (lower is graver)."""

    ref: EvidenceRef
    at: datetime | None
    skew_seconds: float
    method: str
    url: str
    host: str
    path: str
    template: str
    status: int
    mime: str
    resource: str
    duration_ms: float
    request_ids: tuple[tuple[str, str], ...]
    failure: str
    kind: str
    rank: int
    is_first_party: bool
    is_replay: bool
    user_agent: str
    posted: tuple[str, ...]
    response_headers: Mapping[str, str]
    reason: str

    @property
    def label(self) -> str:
        """`POST /saml/acs (login.example.com)`, cut to a readable length."""
        return f"{self.method} {short(self.path, 120)} ({short(self.host, 80)})"

    @property
    def outcome(self) -> str:
        """The status, or that there was none."""
        return str(self.status) if self.status > 0 else "no answer"


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


def when(text: str, limit: int = 60) -> str:
    """A time as people read it, in UTC; a date, and what is no time, as it is written."""
    at = moment(text) if len(text) > 10 else None
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else short(text, limit)


def first_party_hosts(case: Mapping[str, Any], profile_view: Mapping[str, Any]) -> list[str]:
    """The product's own hosts, from case and profile; when both are silent, the sites of the pages are guessed."""
    named = [*_texts(case.get("environment"), "hosts", "production"), *_texts(profile_view, "hosts", "production")]
    return list(dict.fromkeys(named))


def calls(evidence: EvidenceSet, hosts: Sequence[str] = ()) -> tuple[Call, ...]:
    """All exchanges of HAR and API artifacts in corrected time order; those without a time come last."""
    replays = _replays(evidence)
    found = [each for capture in captures(evidence) for each in _of_capture(capture, hosts, replays)]
    late = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(found, key=lambda each: each.at or late))


def skew_of(facts: Mapping[str, Any]) -> float:
    """Seconds by which this artifact's clock was ahead; 0 when it is unknown."""
    value = facts.get("skew_seconds")
    return float(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0.0


def detail_of(body: str) -> str:
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


def _of_capture(capture: Capture, hosts: Sequence[str], replays: frozenset[EvidenceRef]) -> Iterator[Call]:
    party = Party(hosts, capture.exchanges)
    failed = {exchange.index: failure for exchange, failure in failures(capture.exchanges, party)}
    skew = skew_of(capture.facts)
    for exchange in capture.exchanges:
        failure = failed.get(exchange.index) or _says_failed(exchange)
        if exchange.path.startswith(_NOISE) or exchange.path.endswith(".map"):
            failure = None
        ref = capture.ref(exchange)
        yield _call(exchange, ref, failure, skew, party.includes(exchange.host), ref in replays)


def _call(
    exchange: Exchange, ref: EvidenceRef, failure: Failure | None, skew: float, is_first_party: bool, is_replay: bool
) -> Call:
    seen = sorted(harvest(exchange, is_failing=failure is not None), key=lambda each: each.direction == "request")
    return Call(
        ref=ref,
        at=_corrected(exchange.started, skew),
        skew_seconds=skew,
        method=exchange.method,
        url=exchange.url,
        host=exchange.host,
        path=exchange.path,
        template=exchange.template,
        status=exchange.status,
        mime=exchange.response_mime.split(";")[0].strip(),
        resource=_resource(exchange),
        duration_ms=max(exchange.duration_ms, 0.0),
        request_ids=tuple({each.id: (each.name, each.id) for each in reversed(seen)}.values())[::-1],
        failure=_words(exchange, failure) if failure else "",
        kind=str(failure.kind) if failure else "",
        rank=failure.rank if failure else _NO_FAILURE,
        is_first_party=is_first_party,
        is_replay=is_replay,
        user_agent=exchange.request_header("user-agent"),
        posted=tuple(each.name for each in exchange.request_params)[:20],
        response_headers={name.lower(): value for name, value in reversed(exchange.response_headers)},
        reason=f"{exchange.error} {exchange.status_text}".strip(),
    )


def _words(exchange: Exchange, failure: Failure) -> str:
    """The reason, and the message of the error body where there is one."""
    detail = detail_of(exchange.response_text or "")
    return failure.reason + (f" ({detail})" if detail else "")


def _says_failed(exchange: Exchange) -> Failure | None:
    """A job that answers 2xx with `status: failed` did fail, though the call itself went well."""
    if not 200 <= exchange.status < 300 or "json" not in exchange.response_mime:
        return None
    document = _parsed(exchange.response_text or "")
    state = document.get("status", document.get("state")) if isinstance(document, Mapping) else None
    if str(state).lower() not in ("failed", "failure", "error"):
        return None
    return Failure(Kind.SAID_NO, RANKS[Kind.SAID_NO], f"{exchange.status}, but the answer says that it failed")


def _corrected(recorded: datetime | None, skew: float) -> datetime | None:
    try:
        return recorded.astimezone(UTC) - timedelta(seconds=skew) if recorded else None
    except OverflowError:
        return None


def _resource(exchange: Exchange) -> str:
    """The browser's resource type when the writer left one, else a guess."""
    if exchange.resource_type:
        return exchange.resource_type
    if exchange.is_document or exchange.response_mime.startswith(("text/html", "application/xhtml")):
        return "document"
    return "static" if exchange.is_static else "xhr"


def _replays(evidence: EvidenceSet) -> frozenset[EvidenceRef]:
    """Exchanges that are our own replays: their `run` says which."""
    return frozenset(
        EvidenceRef(artifact.id, Pointer(f"/exchanges/{index}"))
        for artifact in evidence.of_kind("api")
        for index, each in enumerate(_listed(evidence, artifact))
        if isinstance(each, Mapping) and each.get("run")
    )


def _listed(evidence: EvidenceSet, artifact: RedactedArtifact) -> Sequence[Any]:
    document = evidence.json(artifact)
    listed = document.get("exchanges") if isinstance(document, Mapping) else None
    return listed if isinstance(listed, list) else []


def _parsed(body: str) -> Any:
    try:
        return json.loads(body) if body and len(body) <= _BODY_LIMIT else None
    except (ValueError, RecursionError):
        return None


def _texts(section: Any, *keys: str) -> list[str]:
    values = [section.get(key) for key in keys] if isinstance(section, Mapping) else []
    return [str(each) for value in values if isinstance(value, list | tuple) for each in value]
