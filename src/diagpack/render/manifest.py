"""manifest.json: what the package is, holds and lacks, for machines.

Enters: the escalation. Leaves: one JSON file of schema `diagpack.manifest/1`. Facts of the run (who, when) are not in
here but in `run.json`, which the pipeline writes.
"""

from collections.abc import Iterator
from typing import Any, Final

from diagpack.model.escalation import Escalation, Renderer
from diagpack.model.finding import Finding
from diagpack.render._customer import described as customer
from diagpack.render._json import pretty
from diagpack.render.redaction_report import by_class


class _Manifest:
    id = "manifest"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        yield "manifest.json", pretty(described(escalation))


def described(escalation: Escalation) -> dict[str, Any]:
    """The manifest as plain data."""
    assessment = escalation.assessment
    return {
        "schema": "diagpack.manifest/1",
        "id": escalation.package_id,
        "case": escalation.case_id,
        "versions": dict(sorted(escalation.versions.items())),
        "policy_sha256": escalation.redaction.policy_sha256,
        "signature": assessment.signature.value,
        # With `case` and `signature`, what the search for similar cases compares.
        "parts": dict(sorted(assessment.signature.parts.items())),
        "tokens": sorted(map(str, assessment.extra.get("words") or ())),
        "checklist": {
            "id": assessment.checklist,
            "reason": assessment.checklist_reason,
            "items": [
                {
                    "item": each.item,
                    "title": each.title,
                    "status": each.status.value,
                    "required": each.is_required,
                    "reason": each.reason,
                    "refs": [str(ref) for ref in each.refs],
                }
                for each in assessment.items
            ],
        },
        "disposition": {
            "outcome": assessment.disposition.outcome.value,
            "confirmed": assessment.disposition.is_confirmed,
        },
        "severity": {
            "level": assessment.severity.level,
            "rule": assessment.severity.rule,
            "confirmed": assessment.severity.is_confirmed,
        },
        # Kept with every package, so that the rubric can be compared with what engineers made of it.
        "readiness": {
            "score": assessment.readiness.score,
            "parts": dict(sorted(assessment.readiness.parts.items())),
            "open": [each.id for each in assessment.readiness.results],
        },
        "collected": [
            {
                "id": each.id,
                "kind": each.kind,
                "path": each.package_path,
                "media_type": each.media_type,
                "bytes": each.size_bytes,
                "sha256": each.sha256,
            }
            for each in escalation.evidence
        ],
        "missing": [
            {
                "label": each.label,
                "id": each.id,
                "reason": each.reason,
                "question": each.question,
                "fault": each.is_fault,
            }
            for each in escalation.evidence.missing
        ],
        # What the customer's own collector says; empty where none was used.
        "customer": customer(escalation.evidence),
        "findings": [_finding(each) for each in escalation.findings],
        "request_ids": [each.id for each in assessment.request_ids],
        "redaction": by_class(escalation.redaction.counts),
        "limitations": list(escalation.limitations),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "level": finding.level.value,
        "certainty": finding.certainty.value,
        "statement": finding.statement,
        "refs": [str(ref) for ref in finding.refs],
    }


RENDERER: Final[Renderer] = _Manifest()
