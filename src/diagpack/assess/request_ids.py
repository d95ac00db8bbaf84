"""Every request and trace ID of the case: where it was seen, and which artifacts it joins.

Enters: the scene, and optionally a maker of ready log queries. Leaves: `RequestIdUse` values, failing and joining ones
first. Spellings of one ID count as one; an "ID" that stands on most calls identifies none and is left out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from diagpack.assess.conditions import Scene, log_ref
from diagpack.assess.impact import is_error
from diagpack.assess.view import moment
from diagpack.model.assessment import RequestIdUse
from diagpack.model.ref import EvidenceRef
from diagpack.model.request_ids import low_half, spellings, trace_id_of

QueryMaker = Callable[[str, datetime, datetime], Mapping[str, str]]
LIMIT: Final = 200
_MAX_REFS: Final = 10
_COMMON_FROM: Final = 10
_AROUND: Final = timedelta(minutes=5)


@dataclass(slots=True)
class _Seen:
    id: str
    name: str
    refs: dict[EvidenceRef, None] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)
    is_failing: bool = False


def request_id_uses(scene: Scene, queries: QueryMaker | None = None) -> tuple[RequestIdUse, ...]:
    """Failing IDs first, then those that join most artifacts, then by time."""
    seen: dict[str, _Seen] = {}
    for id, name, ref, at, is_failing in (*_of_exchanges(scene), *_of_records(scene), *_of_lists(scene)):
        each = seen.setdefault(_key(id), _Seen(id, name))
        each.refs[ref] = None
        each.times += [at] if at else []
        each.is_failing = each.is_failing or is_failing
    _merge_halves(seen)
    total = len(scene.exchanges)
    found = [each for each in seen.values() if not _is_common(each, total)]
    # Whoever reads the report looks for the failing ones; queries for every other call would bury them.
    has_failing = any(each.is_failing for each in found)
    uses = [_use(each, queries if each.is_failing or not has_failing else None) for each in found]
    late = datetime.max.replace(tzinfo=UTC)
    uses.sort(key=lambda use: (not use.is_failing, -len({ref.artifact for ref in use.refs}), use.first or late, use.id))
    return tuple(uses[:LIMIT])


def _key(id: str) -> str:
    """One key for every spelling of an ID."""
    key = (trace_id_of(id) or id).lower().replace("-", "")
    if key.isdigit():
        # Datadog writes 64 bits in decimal where others write 16 hexadecimal digits.
        key = next((form for form in spellings(key) if len(form) == 16 and not form.isdigit()), key)
    return key


def _merge_halves(seen: dict[str, _Seen]) -> None:
    """A 64-bit trace ID and the 128-bit one whose low half it is are one ID."""
    whole = {low_half(key): key for key in seen if low_half(key)}
    for key in [each for each in seen if each in whole]:
        half, into = seen.pop(key), seen[whole[key]]
        into.refs.update(half.refs)
        into.times += half.times
        into.is_failing = into.is_failing or half.is_failing


def _is_common(each: _Seen, total: int) -> bool:
    entries = sum(1 for ref in each.refs if not ref.artifact.startswith("log"))
    return entries > _COMMON_FROM and entries * 2 > total


def _use(each: _Seen, queries: QueryMaker | None) -> RequestIdUse:
    first, last = (min(each.times), max(each.times)) if each.times else (None, None)
    # One event has no duration, and the log of another host has another clock.
    ready = queries(each.id, first - _AROUND, last + _AROUND) if queries and first and last else {}
    refs = _spread(tuple(each.refs))
    return RequestIdUse(each.id, each.name, refs, first, last, each.is_failing, ready)


def _spread(refs: tuple[EvidenceRef, ...]) -> tuple[EvidenceRef, ...]:
    """At most ten citations, at least one of each artifact that the ID joins."""
    first_of_each = {ref.artifact: ref for ref in reversed(refs)}
    ordered = dict.fromkeys([*reversed(first_of_each.values()), *refs])
    return tuple(ordered)[:_MAX_REFS]


_Hit = tuple[str, str, EvidenceRef, datetime | None, bool]


def _of_exchanges(scene: Scene) -> Iterator[_Hit]:
    for each in scene.exchanges:
        for name, id in each.request_ids:
            yield id, name, each.ref, each.at, bool(each.failure)


def _of_records(scene: Scene) -> Iterator[_Hit]:
    for artifact in scene.evidence.of_kind("log", "console"):
        for record in scene.evidence.records(artifact):
            if not isinstance(record.get("line"), int):
                continue
            ref, at = log_ref(artifact.id, record), moment(record.get("time"))
            for id in record.get("ids") or ():
                yield str(id), "log", ref, at, is_error(record.get("level"))


def _of_lists(scene: Scene) -> Iterator[_Hit]:
    """The collector's own list; its citations count only where they resolve."""
    for artifact in scene.evidence.of_kind("request-ids"):
        document = scene.evidence.json(artifact)
        for entry in document.get("ids", ()) if isinstance(document, Mapping) else ():
            if isinstance(entry, Mapping) and entry.get("id"):
                yield from _of_entry(scene, entry, EvidenceRef(artifact.id))


def _of_entry(scene: Scene, entry: Mapping[str, Any], own: EvidenceRef) -> Iterator[_Hit]:
    refs = []
    for text in entry.get("refs") or ():
        try:
            ref = EvidenceRef.parse(str(text))
        except ValueError:
            continue
        if scene.evidence.resolve(ref) is not None:
            refs.append(ref)
    for ref in refs or [own]:
        yield (
            str(entry["id"]),
            str(entry.get("name", "")),
            ref,
            moment(entry.get("first")),
            bool(entry.get("is_failing")),
        )
