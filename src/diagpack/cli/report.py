"""How an outcome of `collect` and `demo` is shown: one JSON document, or a screen that ends with the next command."""

from typing import TYPE_CHECKING, Any

from diagpack.cli.output import emit, say, show
from diagpack.model.assessment import ItemStatus
from diagpack.model.story import chapters

if TYPE_CHECKING:
    from diagpack.model.escalation import Escalation
    from diagpack.pipeline.run import Outcome


def outcome_json(outcome: "Outcome") -> dict[str, Any]:
    """The stable shape: case, package, severity, disposition, collected, missing, findings."""
    assessment = outcome.assessment
    return {
        "case": outcome.case,
        "package": str(outcome.package),
        "severity": assessment.severity.level,
        "disposition": assessment.disposition.outcome.value,
        "checklist": assessment.checklist,
        "collected": [
            {"id": each.id, "kind": each.kind, "path": each.package_path, "redactions": sum(each.tally.values())}
            for each in outcome.escalation.evidence
        ],
        "missing": [
            *(
                {"item": each.label, "reason": each.reason, "question": each.question, "id": each.id}
                for each in outcome.missing
            ),
            *(
                {"item": each.item, "reason": each.reason, "question": each.question, "id": ""}
                for each in assessment.items
                if each.status in (ItemStatus.MISSING, ItemStatus.PARTLY)
            ),
        ],
        "findings": [
            {
                "id": each.id,
                "level": each.level.value,
                "certainty": each.certainty.value,
                "statement": each.statement,
                "evidence": [str(ref) for ref in each.refs],
                "means": each.means,
                "ask": each.ask,
            }
            for each in outcome.findings
        ],
        "credentials": list(outcome.live_credentials),
        "signer": outcome.signer,
        "ready": assessment.readiness.is_ready,
    }


def print_outcome(outcome: "Outcome", *, as_json: bool, next_steps: bool = True) -> None:
    """The result on stdout; advice on stderr."""
    if as_json:
        emit("collect/1", outcome_json(outcome))
        return
    assessment = outcome.assessment
    if assessment.first_failure is not None:
        show(f"First failure   {assessment.first_failure}")
    show(
        f"Severity        {assessment.severity.level} (proposed)"
        if not assessment.severity.is_confirmed
        else f"Severity        {assessment.severity.level}"
    )
    show(f"Disposition     {assessment.disposition.outcome.value}")
    told = chapters(outcome.findings)
    for finding in [each.primary for each in told[:6]]:
        show(f"  {finding.level.value:8}{finding.statement} {' '.join(map(str, finding.refs[:3]))}")
    shown = len(told[:6])
    if len(outcome.findings) > shown:
        show(f"  … {len(outcome.findings) - shown} more findings in the report")
    open_items = [each for each in assessment.items if each.status in (ItemStatus.MISSING, ItemStatus.PARTLY)]
    if open_items:
        show("Still missing")
        for item in open_items:
            show(f"  {item.title}: {item.question or item.reason}")
    for sentence in outcome.live_credentials:
        say(f"Tell the customer: {sentence}")
    show(f"Package         {outcome.package}")
    if next_steps:
        say(f"Next: diagpack open {outcome.package}    then: diagpack submit {outcome.case}")


def status_json(escalation: "Escalation") -> dict[str, Any]:
    """The state of a case for machines."""
    assessment = escalation.assessment
    readiness = assessment.readiness
    return {
        "case": escalation.case_id,
        "severity": assessment.severity.level,
        "priority": assessment.severity.priority,
        "disposition": assessment.disposition.outcome.value,
        "checklist": assessment.checklist,
        "checklist_reason": assessment.checklist_reason,
        "score": readiness.score,
        "parts": dict(readiness.parts),
        "ready": readiness.is_ready,
        "lint": [
            {
                "id": each.id,
                "message": each.message,
                "fix": each.fix,
                "blocking": each.is_blocking,
                "deferred": each.is_deferred,
            }
            for each in readiness.results
        ],
        "items": [{"item": each.item, "status": each.status.value, "reason": each.reason} for each in assessment.items],
        "customer_message": assessment.customer_message,
        "credentials": list(assessment.extra.get("credentials", ())),
        "lines": list(assessment.extra.get("status", ())),
    }
