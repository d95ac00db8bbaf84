"""Requests that are both in what the client recorded and in a log.

Enters: redacted `request-ids` and `log` artifacts. Leaves: one finding for each request, with both citations.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.ref import EvidenceRef, Lines, find_refs

_FINDINGS_MAX: Final = 20
_REFS_MAX: Final = 3


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
        made = 0
        for artifact in evidence.of_kind("request-ids"):
            for use in evidence.json(artifact).get("ids") or ():
                refs = [ref for form in _forms(use) for ref in logged.get(form, ())]
                seen = [ref for each in use.get("refs") or () for ref in find_refs(str(each))]
                if refs and seen and made < _FINDINGS_MAX:
                    made += 1
                    yield _finding(use, seen, list(dict.fromkeys(refs)))


def _logged(evidence: EvidenceSet) -> dict[str, list[EvidenceRef]]:
    """Where each ID stands in the logs, by its folded form."""
    found: dict[str, list[EvidenceRef]] = {}
    for artifact in evidence.of_kind("log"):
        for record in evidence.records(artifact):
            line = record.get("line")
            for id in record.get("ids") or ():
                if isinstance(line, int):
                    place = Lines(line, line + max(1, int(record.get("lines", 1))) - 1)
                    found.setdefault(_folded(str(id)), []).append(EvidenceRef(artifact.id, place))
    return found


def _forms(use: Mapping[str, Any]) -> Iterator[str]:
    yield from dict.fromkeys(_folded(str(each)) for each in (use.get("id", ""), *(use.get("spellings") or ())))


def _folded(id: str) -> str:
    return id.replace("-", "").lower()


def _finding(use: Mapping[str, Any], seen: list[EvidenceRef], logged: list[EvidenceRef]) -> Finding:
    is_failing = bool(use.get("is_failing"))
    statuses = ", ".join(str(each) for each in use.get("statuses") or ())
    answered = f" (status {statuses})" if statuses else ""
    records = "1 log record" if len(logged) == 1 else f"{len(logged)} log records"
    return Finding(
        "ids.joined",
        Level.WARNING if is_failing else Level.INFO,
        Certainty.PROVEN,
        f"Request {use.get('id')}{answered} is in the client's evidence and in {records}.",
        (*seen[:_REFS_MAX], *logged[:_REFS_MAX]),
        means="Both describe the same request.",
        rank=25 if is_failing else 75,
        data={
            "request_id": use.get("id"),
            "records": len(logged),
            "statuses": list(use.get("statuses") or ()),
            "is_failing": is_failing,
        },
    )


RULE: Final[Rule] = JoinedIds()
