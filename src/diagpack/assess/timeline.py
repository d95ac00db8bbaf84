"""One timeline on one corrected clock, and the first thing that failed.

Enters: the scene. Leaves: events in time order (at most `LIMIT`, failing ones kept first, the number left out said),
and the first failing event with its request IDs. A capture's recorded times are corrected by its skew. SSO messages
carry the identity provider's time, corrected where its clock is known to be off; log records carry the server's,
corrected where the log states a skew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from diagpack.assess.conditions import Scene, log_ref
from diagpack.assess.impact import is_error
from diagpack.assess.traces import headline
from diagpack.assess.view import SERIOUS_BELOW, Call, moment, short, skew_of
from diagpack.model.assessment import Cited, TimelineEvent
from diagpack.model.capture import capture_of
from diagpack.model.clocks import AGREE_SECONDS, provider_host, witnesses
from diagpack.model.finding import Level
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef, Pointer
from diagpack.model.request_ids import spellings

LIMIT: Final = 400
_STATIC: Final = frozenset(
    ["image", "font", "stylesheet", "script", "media", "manifest", "texttrack", "ping", "static"]
)
_SSO_TIMES: Final = ("issue_instant", "IssueInstant", "issued_at", "issued", "iat", "time", "at", "started")
_WEIGHT: Final = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class FirstFailure:
    """The first failing event in words, its request IDs, and the exchange behind it when there is one.

    `core` is the part of the words that names the same problem in another case; empty when all of them do.
    """

    cited: Cited
    request_ids: tuple[str, ...]
    exchange: Call | None = None
    core: str = ""


def timeline(scene: Scene) -> tuple[tuple[TimelineEvent, ...], int]:
    """Events in time order, and how many were left out."""
    events = [*_exchange_events(scene.exchanges), *_sso_events(scene), *_log_events(scene)]
    ranked = sorted(events, key=lambda each: (_WEIGHT.get(each.level, 2), each.at))[:LIMIT]
    kept = sorted(ranked, key=lambda each: (each.at, each.source, " ".join(map(str, each.refs))))
    return tuple(kept), len(events) - len(kept)


def first_failure(scene: Scene, window: tuple[datetime, datetime] | None = None) -> FirstFailure | None:
    """The first failing first-party exchange (inside the window when one lies there), else the first error record.

    Without either, the first finding of level error. Log records that share its request ID are cited with it.
    """
    failing = [each for each in scene.exchanges if each.failure and not each.is_replay]
    own = _gravest([each for each in failing if each.is_first_party] or failing)
    if own:
        chosen = next((each for each in own if _inside(each.at, window)), own[0])
        return _failed_exchange(chosen, scene)
    return _failed_record(scene, window) or _failed_finding(scene)


def records_with(scene: Scene, ids: Sequence[str]) -> list[tuple[RedactedArtifact, Mapping[str, Any]]]:
    """Log records that carry one of these IDs in any spelling."""
    wanted = {form for each in ids for form in spellings(each)}
    return [
        (artifact, record)
        for artifact, record in _records(scene)
        if not wanted.isdisjoint(map(str, record.get("ids") or ()))
    ]


def led_to(scene: Scene, ids: Sequence[str]) -> tuple[str, ...]:
    """IDs that stand beside these in a log record and led the search further: the trace of a request."""
    known = {form for each in ids for form in spellings(each)}
    hops = {str(id) for artifact in scene.evidence.of_kind("log") for id in _hops(artifact)}
    beside = [str(id) for _, record in records_with(scene, ids) for id in record.get("ids") or ()]
    return tuple(dict.fromkeys(id for id in beside if id in hops and id not in known))


def _hops(artifact: RedactedArtifact) -> Sequence[str]:
    query = artifact.facts.get("query")
    hops = query.get("hops") if isinstance(query, Mapping) else None
    return tuple(hops) if isinstance(hops, Mapping) else ()


def _failed_exchange(exchange: Call, scene: Scene) -> FirstFailure:
    own = tuple(id for _, id in exchange.request_ids)
    ids = (*own, *led_to(scene, own))
    joined = records_with(scene, ids)
    joined.sort(key=lambda pair: (_WEIGHT[_level(pair[1])], pair[1]["line"]))
    text = f"{exchange.method} {short(exchange.path, 160)} on {short(exchange.host, 80)}: {exchange.failure}"
    refs = [exchange.ref]
    # A line that only says that the request came tells nothing more than the call itself.
    if joined and _level(joined[0][1]) != "info":
        artifact, record = joined[0]
        # The ID under which the server logged its error leads further than that of a call which asked for the state.
        logged = {form for each in record.get("ids") or () for form in spellings(str(each))}
        ids = tuple(sorted(ids, key=lambda each: each not in logged and each not in own[:1]))
        text += f"; the log says: {short(headline(str(record.get('text', ''))), 160)}"
        refs.append(log_ref(artifact.id, record))
    return FirstFailure(Cited(text, tuple(refs)), ids, exchange)


def _failed_record(scene: Scene, window: tuple[datetime, datetime] | None) -> FirstFailure | None:
    errors = [(artifact, record) for artifact, record in _records(scene) if is_error(record.get("level"))]
    if not errors:
        return None
    late = datetime.max.replace(tzinfo=UTC)
    errors.sort(key=lambda pair: moment(pair[1].get("time")) or late)
    inside = (pair for pair in errors if _inside(moment(pair[1].get("time")), window))
    artifact, record = next(inside, errors[0])
    text = f"The log records: {short(headline(str(record.get('text', ''))), 240)}"
    return FirstFailure(Cited(text, (log_ref(artifact.id, record),)), tuple(map(str, record.get("ids") or ())))


def _failed_finding(scene: Scene) -> FirstFailure | None:
    found = next((each for each in scene.findings if each.level is Level.ERROR and each.refs), None)
    found = found or next((each for each in scene.findings if each.level is Level.WARNING and each.refs), None)
    if found is None:
        return None
    cited = {each.ref: each for each in scene.exchanges}
    exchange = next((cited[ref] for ref in found.refs if ref in cited), None)
    ids = tuple(id for _, id in exchange.request_ids) if exchange else ()
    text, refs = short(found.statement, 300), found.refs[:3]
    # What else is wrong with the same call stands beside it: a slow page, and who opened its connection.
    also = next(
        (each for each in scene.findings if each.level is Level.WARNING and each is not found and refs[0] in each.refs),
        None,
    )
    if also is not None:
        refs = (*refs, *(ref for ref in also.refs[:3] if ref not in refs))
        return FirstFailure(Cited(f"{text.rstrip('.')}. {short(also.statement, 200)}", refs), ids, exchange, text)
    return FirstFailure(Cited(text, refs), ids, exchange)


def _gravest(failing: list[Call]) -> list[Call]:
    """What counts as the failure: not a missing picture or a cancelled call, when something graver failed too.

    A page that asks "who am I?" before the sign-in gets a 401 by design, so it counts only when nothing else failed.
    """
    serious = [each for each in failing if each.rank < SERIOUS_BELOW or each.status >= 500] or failing
    return [each for each in serious if each.status != 401 or each.method != "GET"] or serious


def _inside(at: datetime | None, window: tuple[datetime, datetime] | None) -> bool:
    return window is None or (at is not None and window[0] <= at <= window[1])


def _exchange_events(exchanges: Sequence[Call]) -> Iterator[TimelineEvent]:
    for each in exchanges:
        if each.at is None or (each.resource in _STATIC and not each.failure):
            continue
        suffix = f" - {each.failure}" if each.failure else ""
        yield TimelineEvent(
            at=each.at,
            source="replay" if each.is_replay else "har" if each.ref.artifact.startswith("har") else "api",
            text=f"{each.label} → {each.outcome}, {each.duration_ms:.0f} ms{suffix}",
            refs=(each.ref,),
            level="info" if not each.failure else "error" if each.is_first_party else "warning",
            skew_seconds=each.skew_seconds,
            request_ids=tuple(id for _, id in each.request_ids),
        )


def _sso_events(scene: Scene) -> Iterator[TimelineEvent]:
    for artifact in scene.evidence.of_kind("saml", "oidc"):
        document = scene.evidence.json(artifact)
        if not isinstance(document, Mapping):
            continue
        har = str(document.get("har", ""))
        off = _provider_skew(scene, har)
        for index, message in enumerate(document.get("messages", ())):
            at = _sso_time(message)
            if at is None:
                continue
            kind = short(str(message.get("kind", "message")), 60)
            ref = EvidenceRef(artifact.id, Pointer(f"/messages/{index}"))
            # A request comes from the service provider, through the browser; what answers it from the other side.
            if "request" in kind.lower():
                text = f"{artifact.kind.upper()} {kind} issued (the service provider's clock)"
                yield TimelineEvent(at, artifact.kind, text, (ref,))
                continue
            clock = f"the identity provider's clock{', corrected' if off else ''}"
            text = f"{artifact.kind.upper()} {kind} issued ({clock})"
            corrected = _not_after(at - timedelta(seconds=off), scene, har, message) if off else at
            yield TimelineEvent(corrected, artifact.kind, text, (ref,), "info", off)


def _provider_skew(scene: Scene, har: str) -> float:
    """Seconds by which the identity provider's clock is ahead of the servers'; 0 when that is unknown or little."""
    artifact = scene.evidence.get(har)
    capture = capture_of(scene.evidence, har)
    if artifact is None or capture is None:
        return 0.0
    provider = next((each for each in witnesses(capture, scene.evidence) if each.name == provider_host(capture)), None)
    off = provider.ahead_seconds + skew_of(artifact.facts) if provider else 0.0
    return round(off, 1) if abs(off) > AGREE_SECONDS else 0.0


def _not_after(at: datetime, scene: Scene, har: str, message: Mapping[str, Any]) -> datetime:
    """A message was issued before the call that carried it: a Date header is exact to a second only."""
    carried = [
        each.at
        for each in scene.exchanges
        if each.at is not None and str(each.ref) == f"[{har} #{message.get('har_entry')}]"
    ]
    return min(at, carried[0] - timedelta(milliseconds=1)) if carried else at


def _sso_time(message: Any) -> datetime | None:
    if not isinstance(message, Mapping):
        return None
    fields = message.get("fields")
    for place in (message, fields if isinstance(fields, Mapping) else {}):
        for name in _SSO_TIMES:
            value = place.get(name)
            if isinstance(value, int | float) and 0 < value < 1e11:
                return datetime.fromtimestamp(value, UTC)
            found = moment(value)
            if found is not None:
                return found
    return None


def _log_events(scene: Scene) -> Iterator[TimelineEvent]:
    known = {form for each in scene.exchanges for _, id in each.request_ids for form in spellings(id)}
    for artifact, record in _records(scene):
        at = moment(record.get("time"))
        ids = tuple(map(str, record.get("ids") or ()))
        level = _level(record)
        if at is None or (level == "info" and known.isdisjoint(ids)):
            continue
        skew = skew_of(artifact.facts)
        text = short(headline(str(record.get("text", ""))), 240)
        ref = log_ref(artifact.id, record)
        yield TimelineEvent(at - timedelta(seconds=skew), artifact.kind, text, (ref,), level, skew, ids)


def _level(record: Mapping[str, Any]) -> str:
    if is_error(record.get("level")):
        return "error"
    return "warning" if str(record.get("level") or "").lower() in ("warning", "warn") else "info"


def _records(scene: Scene) -> Iterator[tuple[RedactedArtifact, Mapping[str, Any]]]:
    for artifact in scene.evidence.of_kind("log", "console"):
        for record in scene.evidence.records(artifact):
            if isinstance(record.get("line"), int) and not record.get("gap"):
                yield artifact, record
