"""Errors in the logs, joined to the requests they belong to.

Enters: redacted log excerpts. Leaves: one finding for each kind of error, the first failing record named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from diagpack.analyze._stack import Thrown, thrown_in
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.ref import ArtifactId, EvidenceRef, Lines

_LEVELS: Final = ("error", "fatal")
_FINDINGS_MAX: Final = 10
_REFS_MAX: Final = 5


@dataclass(slots=True)
class _Kind:
    """Error records of one class, of requests of the case or of others."""

    thrown: Thrown | None
    is_joined: bool
    refs: list[EvidenceRef] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    request_ids: dict[str, None] = field(default_factory=dict)
    count: int = 0
    first_text: str = ""
    """First line of the first record."""


class LogErrors:
    """See the module."""

    info: Final = RuleInfo(
        id="log-errors",
        title="Errors in the logs",
        explanation="Groups error records by exception class and tells those that carry a request ID of the case "
        "from those that only lie in its window.",
        findings={
            "log.error-joined": "An error record carries a request ID of the case.",
            "log.error-nearby": "Error records lie in the window, but carry no request ID of the case.",
            "log.first-error": "The earliest error record that carries a request ID of the case.",
        },
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        kinds: dict[tuple[str, bool], _Kind] = {}
        first: tuple[str, EvidenceRef, Mapping[str, Any]] | None = None
        for artifact in evidence.of_kind("log"):
            for record in evidence.records(artifact):
                if record.get("level") not in _LEVELS or not isinstance(record.get("line"), int):
                    continue
                ref = _ref(artifact.id, record)
                _add(kinds, record, ref)
                at = str(record.get("time") or "")
                if record.get("ids") and at and (first is None or at < first[0]):
                    first = at, ref, record
        ranked = sorted(kinds.values(), key=lambda each: (not each.is_joined, -each.count, str(each.refs[0])))
        yield from map(_finding, ranked[:_FINDINGS_MAX])
        if first is not None:
            yield _first(*first)


def _ref(artifact: ArtifactId, record: Mapping[str, Any]) -> EvidenceRef:
    line = int(record["line"])
    return EvidenceRef(artifact, Lines(line, line + max(1, int(record.get("lines", 1))) - 1))


def _add(kinds: dict[tuple[str, bool], _Kind], record: Mapping[str, Any], ref: EvidenceRef) -> None:
    thrown = thrown_in(str(record.get("text", "")))
    ids = [str(each) for each in record.get("ids") or ()]
    kind = kinds.setdefault((thrown.name if thrown else "", bool(ids)), _Kind(thrown, bool(ids)))
    kind.count += 1
    if len(kind.refs) < _REFS_MAX:
        kind.refs.append(ref)
    kind.first_text = kind.first_text or str(record.get("text", "")).split("\n", 1)[0][:200]
    kind.request_ids.update(dict.fromkeys(ids))
    if record.get("time"):
        kind.times.append(str(record["time"]))


def _finding(kind: _Kind) -> Finding:
    what = kind.thrown.name if kind.thrown else "An error without an exception class"
    records = "1 log record" if kind.count == 1 else f"{kind.count} log records"
    ids = list(kind.request_ids)
    data = {
        "exception": kind.thrown.name if kind.thrown else "",
        "message": kind.thrown.message if kind.thrown else kind.first_text,
        "frames": list(kind.thrown.frames) if kind.thrown else [],
        "count": kind.count,
        "request_ids": ids,
        "first": min(kind.times, default=""),
        "last": max(kind.times, default=""),
    }
    place = f", thrown in {kind.thrown.frames[0]}" if kind.thrown and kind.thrown.frames else ""
    if kind.is_joined:
        of = f" of request {ids[0]}" if len(ids) == 1 else f" of {len(ids)} requests"
        return Finding(
            "log.error-joined",
            Level.ERROR,
            Certainty.PROVEN,
            f"{what} in {records}{of}{place}.",
            tuple(kind.refs),
            means="The server logged this error while it handled a request of the case.",
            rank=20,
            data=data,
        )
    return Finding(
        "log.error-nearby",
        Level.WARNING,
        Certainty.HINT,
        f"{what} in {records} without a request ID of the case{place}.",
        tuple(kind.refs),
        means="It happened in the same log, but nothing ties it to a request of the case.",
        rank=60,
        data=data,
    )


def _first(at: str, ref: EvidenceRef, record: Mapping[str, Any]) -> Finding:
    thrown = thrown_in(str(record.get("text", "")))
    what = thrown.name if thrown else "an error"
    request_ids = [str(each) for each in record["ids"]]
    return Finding(
        "log.first-error",
        Level.INFO,
        Certainty.PROVEN,
        f"The first error record of the case's requests is {what} at {_shown(at)}, request {request_ids[0]}.",
        (ref,),
        rank=15,
        data={"time": at, "request_ids": request_ids, "exception": thrown.name if thrown else ""},
    )


def _shown(at: str) -> str:
    """`2026-03-03 10:19:41.310 UTC`; the text itself when it is no time."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return at
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC" if moment.tzinfo else at


RULE: Final[Rule] = LogErrors()
