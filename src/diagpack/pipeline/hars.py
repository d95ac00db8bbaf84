"""Reading one HAR, or two side by side, without a case: `diagpack har`.

Enters: paths. Leaves: redacted values only: what failed, ranked and cited, what else the rules notice, what the capture
lacks. Nothing is written anywhere.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from diagpack.analyze.capture_quality import FINDINGS as LACKS
from diagpack.analyze.compare_har import compare
from diagpack.analyze.failing_calls import MEANS as FAILURES
from diagpack.analyze.failing_calls import request_ids_of
from diagpack.analyze.run import analyze
from diagpack.collectors.har.inspect import inspect
from diagpack.collectors.request_ids import is_common
from diagpack.model.capture import Capture, captures
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange, exchanges_of
from diagpack.model.failure import Failure, failures, groups
from diagpack.model.finding import Finding
from diagpack.model.id_harvest import harvest
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import ArtifactId
from diagpack.model.said import said
from diagpack.pipeline.standalone import redactor, regular
from diagpack.plugins import discover
from diagpack.team.profile import Profile

_BEFORE: Final = 3
_EXPLAINED: Final = 200


@dataclass(frozen=True, slots=True)
class _Shown:
    """What rules ask of an artifact. It was redacted in memory, carries no seal and can never be packaged."""

    id: ArtifactId
    kind: str
    facts: Mapping[str, Any]


class _OneHar(EvidenceSet):
    """One redacted HAR as the rules see a case's evidence."""

    def __init__(self, document: Mapping[str, Any], facts: Mapping[str, Any], hosts: Sequence[str]) -> None:
        shown = (_Shown(ArtifactId("har-1"), "har", facts), _Shown(ArtifactId("case-1"), "case", {}))
        super().__init__(cast("tuple[RedactedArtifact, ...]", shown))
        self._parsed = {shown[0].id: document, shown[1].id: {"environment": {"hosts": list(hosts)}}}


def read_har(path: Path, profile: Profile) -> dict[str, Any]:
    """What `diagpack har FILE --json` prints. `failing` is ranked, `request_ids` begins with those of failing calls."""
    view = inspect(regular(path), hosts=profile.hosts)
    redact = redactor(profile)
    document = redact.har(json.loads(b"".join(view.content())))
    facts = redact.marked(view.facts)
    evidence = _OneHar(document, facts, profile.hosts)
    capture = next(captures(evidence))
    ranked = [
        (each, group.failure, number, position == 0 and number < _EXPLAINED)
        for number, group in enumerate(groups(failures(capture.exchanges, capture.party)))
        for position, each in enumerate(group.exchanges)
    ]
    rules = [each.plugin for each in discover("diagpack.analyze", "RULE", profile.plugins.items())]
    findings = analyze(evidence, rules)
    return {
        "entries": facts["entries_total"],
        "writer": facts["writer"],
        "browser": facts["browser"],
        "failing": [_failing(capture, *each) for each in ranked],
        "request_ids": _request_ids(capture.exchanges, [each[0] for each in ranked]),
        "findings": [_finding(each) for each in findings if not _is_told_elsewhere(each)],
        "capture": facts["capture"],
        "dropped": facts["dropped"],
        "skew_seconds": facts["skew_seconds"],
        "skew_samples": facts["skew_samples"],
        "first": facts["first"],
        "last": facts["last"],
        "truncated": facts["truncated"],
        "damaged": facts["damaged"],
        "notes": list(view.notes),
    }


def _failing(capture: Capture, exchange: Exchange, failure: Failure, group: int, is_explained: bool) -> dict[str, Any]:
    """One failing call. What led to it is looked for at the first of its kind: repeats have the same story."""
    return {
        "entry": exchange.index,
        "method": exchange.method,
        "url": exchange.url,
        "status": exchange.status,
        "why": failure.reason,
        "says": said(exchange),
        "kind": str(failure.kind),
        "group": group,
        "first_party": failure.is_first_party,
        "started": exchange.started.isoformat() if exchange.started else None,
        "offset_seconds": capture.offset_seconds(exchange),
        "duration_ms": exchange.duration_ms,
        "request_ids": list(request_ids_of((exchange,))),
        "initiator": exchange.initiator_function,
        "initiator_url": exchange.initiator_url,
        "cause": [each.index for each in capture.causes(exchange)] if is_explained else [],
        "before": _before(capture, exchange) if is_explained else [],
    }


def _before(capture: Capture, exchange: Exchange) -> list[int]:
    """The calls of the product right before, in order."""
    found: list[int] = []
    for each in reversed(capture.exchanges):
        if each.index < exchange.index and not each.is_static and capture.party.includes(each.host):
            found.append(each.index)
        if len(found) == _BEFORE:
            break
    return found[::-1]


def _request_ids(exchanges: Sequence[Exchange], failing: Sequence[Exchange]) -> list[str]:
    """Each ID once, those of failing calls first; one that stands on most calls names no call."""
    places: dict[str, int] = {}
    for exchange in exchanges:
        for id in {each.id for each in harvest(exchange, is_failing=False)}:
            places[id] = places.get(id, 0) + 1
    of_failing = dict.fromkeys(id for each in failing for id in request_ids_of((each,)))
    in_order = dict.fromkeys(each.id for one in exchanges for each in harvest(one, is_failing=False))
    return [id for id in {**of_failing, **in_order} if not is_common(places.get(id, 0), len(exchanges))]


def _is_told_elsewhere(finding: Finding) -> bool:
    """Failing calls and what the capture lacks have lists of their own."""
    return finding.id in FAILURES or finding.id in LACKS


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "level": finding.level.value,
        "certainty": finding.certainty.value,
        "statement": finding.statement,
        "evidence": [str(each) for each in finding.refs],
        "means": finding.means,
        "ask": finding.ask,
    }


def compare_hars(working: Path, failing: Path, profile: Profile) -> dict[str, Any]:
    """Two captures side by side; what differs first comes first."""
    redact = redactor(profile)
    sides = [
        exchanges_of(redact.har(json.loads(b"".join(inspect(regular(path)).content())))) for path in (working, failing)
    ]
    found = compare(sides[0], sides[1])
    return {
        "paired": found.paired,
        "is_failing": found.is_failing,
        "first": found.first.text if found.first else None,
        "differences": [
            {"kind": each.kind, "text": each.text, "working": each.working, "failing": each.failing}
            for each in found.differences
        ],
    }
