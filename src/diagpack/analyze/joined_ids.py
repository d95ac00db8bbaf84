"""Requests that are both in what the client recorded and in a log.

Enters: redacted `request-ids` and `log` artifacts. Leaves: one finding for each failing
request, with both citations, and one for all others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef, Lines, find_refs
from diagpack.model.request_ids import low_half

_FINDINGS_MAX: Final = 20
_REFS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class _Joined:
    """One ID with its places on both sides."""

    use: Mapping[str, Any]
    seen: tuple[EvidenceRef, ...]
    logged: tuple[EvidenceRef, ...]


class JoinedIds:
    """See the module."""

    info: Final = RuleInfo(
        id="joined-ids",
        title="Requests found on both sides",
        explanation="A request ID that the client saw and the server logged joins the two: what the customer met and "
        "what the program did are one event.",
        findings={"ids.joined": "A request ID is in the client's evidence and in a log."},
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        logged = _logged(evidence)
        if not logged:
            return
        joined = [each for artifact in evidence.of_kind("request-ids") for each in _joined(evidence, artifact, logged)]
        failing: dict[EvidenceRef, list[_Joined]] = {}
        for each in joined:
            if each.use.get("is_failing"):
                # One call often carries a request ID and a trace ID: that is one statement.
                failing.setdefault(each.seen[0], []).append(each)
        yield from (_finding(each) for each in list(failing.values())[:_FINDINGS_MAX])
        others = [each for each in joined if not each.use.get("is_failing")]
        if others:
            yield _others(others)


def _joined(
    evidence: EvidenceSet, artifact: RedactedArtifact, logged: Mapping[str, Sequence[EvidenceRef]]
) -> Iterator[_Joined]:
    for use in evidence.json(artifact).get("ids") or ():
        refs = [ref for form in _forms(use) for ref in logged.get(form, ())]
        seen = [ref for each in use.get("refs") or () for ref in find_refs(str(each))]
        if refs and seen:
            yield _Joined(use, tuple(seen), tuple(dict.fromkeys(refs)))


def _logged(evidence: EvidenceSet) -> dict[str, list[EvidenceRef]]:
    """Where each ID stands in the logs, by its folded form."""
    found: dict[str, list[EvidenceRef]] = {}
    for artifact in evidence.of_kind("log"):
        for record in evidence.records(artifact):
            line = record.get("line")
            for id in record.get("ids") or ():
                if isinstance(line, int):
                    place = Lines(line, line + max(1, int(record.get("lines", 1))) - 1)
                    folded = _folded(str(id))
                    for form in filter(None, (folded, low_half(folded))):
                        found.setdefault(form, []).append(EvidenceRef(artifact.id, place))
    return found


def _forms(use: Mapping[str, Any]) -> Iterator[str]:
    yield from dict.fromkeys(_folded(str(each)) for each in (use.get("id", ""), *(use.get("spellings") or ())))


def _folded(id: str) -> str:
    return id.replace("-", "").lower()


def _finding(group: Sequence[_Joined]) -> Finding:
    """One failing call under all of its IDs."""
    seen = tuple(dict.fromkeys(ref for each in group for ref in each.seen))
    logged = tuple(dict.fromkeys(ref for each in group for ref in each.logged))
    statuses = list(dict.fromkeys(status for each in group for status in each.use.get("statuses") or ()))
    answered = f" (status {', '.join(map(str, statuses))})" if statuses else ""
    ids = [str(each.use.get("id")) for each in group]
    records = "1 log record" if len(logged) == 1 else f"{len(logged)} log records"
    return Finding(
        "ids.joined",
        Level.WARNING,
        Certainty.PROVEN,
        f"Request {' / '.join(ids[:3])}{answered} is in the client's evidence and in {records}.",
        (*seen[:_REFS_MAX], *logged[:_REFS_MAX]),
        means="Both describe the same request.",
        rank=25,
        data={
            "request_id": ids[0],
            "request_ids": ids,
            "records": len(logged),
            "statuses": statuses,
            "is_failing": True,
        },
    )


def _others(joined: Sequence[_Joined]) -> Finding:
    """Requests that went well, counted: the log is that of the same system and time."""
    count = len({each.seen[0] for each in joined})
    words = "1 other request" if count == 1 else f"{count} other requests"
    return Finding(
        "ids.joined",
        Level.INFO,
        Certainty.PROVEN,
        f"{words} of the client's evidence {'is' if count == 1 else 'are'} in the logs too.",
        tuple(ref for each in joined[:_REFS_MAX] for ref in (each.seen[0], each.logged[0])),
        means="The logs belong to the same system and time.",
        rank=75,
        data={"request_ids": [each.use.get("id") for each in joined[:_FINDINGS_MAX]], "is_failing": False},
    )


RULE: Final[Rule] = JoinedIds()
