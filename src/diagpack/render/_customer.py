"""What the customer's own collector says: answered, skipped and why, how the file was checked.

Enters: the evidence. Leaves: short rows for page, Markdown and manifest.
"""

from typing import Any, Final

from diagpack.model.customer import CustomerStep, Received, customer_steps, received
from diagpack.model.evidence import EvidenceSet

_TEXT: Final = 300


def step_words(step: CustomerStep) -> str:
    """`skipped: the customer's rules forbid it`, `2 attempts; har.flow warn, har.parse ok`."""
    parts = []
    if step.status == "skipped":
        parts.append(step.skipped_because or step.reason or "no reason given")
    elif step.reason:
        parts.append(step.reason)
    if isinstance(step.value, str) and step.value:
        parts.append(step.value[:_TEXT])
    if isinstance(step.value, dict):
        parts.append(" to ".join(str(step.value[name]) for name in ("start", "end") if step.value.get(name)))
    if step.attempts > 1:
        parts.append(f"{step.attempts} attempts")
    if step.checks:
        parts.append(", ".join(f"{id} {level}" for id, level in step.checks[:20]))
    return "; ".join(parts)


def received_words(file: Received) -> str:
    """How one file came in."""
    origin = "an encrypted file of the page" if file.made_by == "page" else "a file of the terminal program"
    words = f"{file.artifact}: {origin}, " + ("authenticated" if file.is_authenticated else "not authenticated")
    words += ", made after its collector had expired" if file.is_expired else ""
    words += ", opened with the team's recovery key" if file.opened_with == "recovery key" else ""
    return f"{words}, SHA-256 {file.sha256[:16]}…"


def described(evidence: EvidenceSet) -> dict[str, Any]:
    """For the manifest; empty lists when no collector was used."""
    return {
        "files": [
            {
                "artifact": each.artifact,
                "made_by": each.made_by,
                "authenticated": each.is_authenticated,
                "expired": each.is_expired,
                "opened_with": each.opened_with,
                "sha256": each.sha256,
            }
            for each in received(evidence)
        ],
        "steps": [
            {
                "id": each.id,
                "status": each.status,
                "reason": each.reason,
                "attempts": each.attempts,
                "checks": [{"id": id, "level": level} for id, level in each.checks],
                "ref": str(each.ref),
            }
            for each in customer_steps(evidence)
        ],
    }
