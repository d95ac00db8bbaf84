"""How an outcome of `collect` and `demo` is shown: one JSON document, or a screen that ends with the next command."""

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any

from diagpack.cli.output import emit, say, show
from diagpack.model.assessment import ItemStatus
from diagpack.model.story import chapters
from diagpack.model.terminal import escape

if TYPE_CHECKING:
    from diagpack.model.assessment import Assessment
    from diagpack.model.escalation import Escalation
    from diagpack.pipeline.run import Outcome

_FINDINGS = 6
_LABEL = 16


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
        _row("First failure", str(assessment.first_failure))
    if assessment.first_failure_request_ids:
        _row("Request ID", ", ".join(assessment.first_failure_request_ids[:3]))
    severity, disposition = assessment.severity, assessment.disposition
    _row("Severity", severity.level + ("" if severity.is_confirmed else " (proposed)"))
    _row("Disposition", disposition.outcome.value + ("" if disposition.is_confirmed else " (proposed)"))
    told = chapters(outcome.findings)[:_FINDINGS]
    for each in told:
        cites = " ".join(map(str, each.primary.refs[:3]))
        _row(f"  {each.primary.level.value}", f"{each.primary.statement} {cites}".strip())
    if len(outcome.findings) > len(told):
        _row("", f"{len(outcome.findings) - len(told)} more findings are in the report")
    _print_missing(outcome.case, assessment)
    for sentence in outcome.live_credentials:
        say(f"Tell the customer: {sentence}")
    show(f"Package         {outcome.package}")
    if next_steps:
        then = "submit" if assessment.readiness.is_ready else "status"
        say(f"Next: diagpack open {outcome.package}    then: diagpack {then} {outcome.case}")


def _print_missing(case: str, assessment: "Assessment") -> None:
    """What is still asked: what is needed with its question, what is optional by name."""
    still_open = [each for each in assessment.items if each.status in (ItemStatus.MISSING, ItemStatus.PARTLY)]
    needed = [each for each in still_open if each.is_required]
    if needed:
        show("Still missing")
    for item in needed:
        _row("", f"{item.title}: {item.question or item.reason}")
    if needed:
        say(f"As one message to the customer: diagpack status {case} --message")
    if len(still_open) > len(needed):
        _row("Optional", ", ".join(each.title for each in still_open if not each.is_required))


def _row(label: str, text: str) -> None:
    """A labelled line; on a terminal it is wrapped below itself, in a pipe it stays one line."""
    if not sys.stdout.isatty():
        show(f"{label:<{_LABEL}}{text}")
        return
    # Escaped before it is wrapped: what is measured is what is shown.
    width = max(shutil.get_terminal_size().columns, 40)
    lines = textwrap.wrap(
        escape(text, limit=2_000), width - _LABEL, break_long_words=False, break_on_hyphens=False
    ) or [""]
    for number, line in enumerate(lines):
        show(f"{label if number == 0 else '':<{_LABEL}}{line}")


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
