"""What the customer did in the guided collector, read from the redacted answers.

Enters: evidence with artifacts of kind `guided` (their form: collectors/guided.py). Leaves: one `CustomerStep` per
step, a later file before an earlier one, and how each file was received.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.ref import ArtifactId, EvidenceRef, Pointer

# Why a step was skipped, in words; other reasons are no answer of the customer ("not reached", "not given").
SKIP_WORDS: Final = {
    "no_permission": "the customer has no permission",
    "cannot_reproduce": "the customer cannot make it happen again",
    "policy_forbids": "the customer's rules forbid it",
    "other": "the customer skipped it for another reason",
}


@dataclass(frozen=True, slots=True)
class CustomerStep:
    """One step. `status`: ok, warn, failed, skipped. `checks`: (id, level) of how the file was checked."""

    id: str
    title: str
    status: str
    reason: str
    attempts: int
    checks: tuple[tuple[str, str], ...]
    value: Any
    file: str
    ref: EvidenceRef

    @property
    def skipped_because(self) -> str:
        """The customer's reason in words; "" when the step was not skipped by the customer."""
        return SKIP_WORDS.get(self.reason, "") if self.status == "skipped" else ""


@dataclass(frozen=True, slots=True)
class Received:
    """How one file of the customer came in."""

    artifact: ArtifactId
    made_by: str
    is_authenticated: bool
    is_expired: bool
    opened_with: str
    sha256: str


def customer_steps(evidence: EvidenceSet) -> tuple[CustomerStep, ...]:
    """Every step once, in the order of the collector; the last file decides."""
    found: dict[str, CustomerStep] = {}
    for artifact in evidence.of_kind("guided"):
        document = evidence.json(artifact)
        for index, step in enumerate(document.get("steps", ()) if isinstance(document, Mapping) else ()):
            if isinstance(step, Mapping):
                found[str(step.get("id"))] = _step(step, EvidenceRef(artifact.id, Pointer(f"/steps/{index}")))
    return tuple(found.values())


def received(evidence: EvidenceSet) -> tuple[Received, ...]:
    """Every file of the customer, in the order of its artifact."""
    files = []
    for artifact in evidence.of_kind("guided"):
        document = evidence.json(artifact)
        held = document.get("received") if isinstance(document, Mapping) else None
        if isinstance(held, Mapping):
            files.append(
                Received(
                    artifact.id,
                    str(held.get("made_by", "")),
                    held.get("authenticated") is True,
                    held.get("expired") is True,
                    str(held.get("opened_with", "")),
                    str(held.get("sha256", "")),
                )
            )
    return tuple(files)


def _step(step: Mapping[str, Any], ref: EvidenceRef) -> CustomerStep:
    checks = step.get("checks")
    return CustomerStep(
        id=str(step.get("id")),
        title=str(step.get("title") or step.get("id")),
        status=str(step.get("status")),
        reason=str(step.get("reason") or ""),
        attempts=step["attempts"] if isinstance(step.get("attempts"), int) else 0,
        checks=tuple(
            (str(each.get("id")), str(each.get("level")))
            for each in (checks if isinstance(checks, list) else ())
            if isinstance(each, Mapping)
        ),
        value=step.get("value"),
        file=str(step.get("file") or ""),
        ref=ref,
    )
