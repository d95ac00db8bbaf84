"""Should this be escalated at all, and as what?

Enters: the scene, a match with a known issue if there is one, and the criteria (`disposition.yaml`). Leaves: an outcome
with cited reasons, proposed until the analyst confirms or changes it in the case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from diagpack.assess.conditions import Scene, case_refs, faults, met
from diagpack.assess.documents import read_yaml, shipped
from diagpack.assess.severity import confirmed_by
from diagpack.errors import UsageError
from diagpack.model.assessment import Cited, Disposition, Outcome, SimilarCase
from diagpack.model.finding import Level
from diagpack.model.ref import EvidenceRef
from diagpack.model.story import chapters

SCHEMA: Final = "diagpack.disposition/1"
_NO_REASON: Final = ("ids.joined", "log.first-error")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row: the first that is met decides."""

    id: str
    outcome: Outcome
    because: str
    condition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Criteria:
    """All rows, and what holds when none is met."""

    rules: tuple[Criterion, ...]
    default: Criterion


def load_criteria(path: Path | None = None) -> Criteria:
    """The built-in criteria, or a team's own. Raises UsageError (DP304) when they have a fault."""
    document = shipped("disposition.yaml") if path is None else read_yaml(path, "DP304", "disposition criteria")
    try:
        if document["schema"] != SCHEMA:
            raise ValueError("schema")
        groups = document.get("groups", {})
        rules = tuple(_criterion(each, groups) for each in document["rules"])
        default = Criterion("default", Outcome(document["default"]["outcome"]), document["default"]["because"], {})
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UsageError("DP304", "the disposition criteria have a fault", hint="see docs/severity.md") from None
    return Criteria(rules, default)


def dispose(scene: Scene, criteria: Criteria, known: SimilarCase | None, refs: tuple[EvidenceRef, ...]) -> Disposition:
    """The outcome. `refs` cite the first failure, for a known issue and for the default."""
    chosen, reasons = _proposed(scene, criteria, known, refs)
    stated = scene.case.get("disposition")
    stated = stated if isinstance(stated, Mapping) else {}
    by = str(stated.get("by", "")) or confirmed_by(scene.case, "disposition")
    if not stated.get("outcome"):
        return Disposition(chosen, reasons, bool(by), by)
    try:
        outcome = Outcome(str(stated["outcome"]))
    except ValueError:
        unknown = Cited("The outcome stated in the case is not one of the six and was not used.")
        return Disposition(chosen, (*reasons, unknown))
    if outcome is chosen:
        return Disposition(chosen, reasons, bool(by), by)
    text = f"Set to {outcome.value} instead of {chosen.value}: {stated.get('reason') or 'no reason given'}"
    return Disposition(outcome, (Cited(text, case_refs(scene.evidence, "/disposition")), *reasons), bool(by), by)


def _proposed(
    scene: Scene, criteria: Criteria, known: SimilarCase | None, refs: tuple[EvidenceRef, ...]
) -> tuple[Outcome, tuple[Cited, ...]]:
    if known is not None:
        return Outcome.KNOWN_ISSUE, (Cited(f"Matches known issue {known.known_issue}: {known.why}", refs, True),)
    for rule in criteria.rules:
        found = met(rule.condition, scene)
        if found is not None:
            return rule.outcome, _reasons(rule, found, scene)
    return criteria.default.outcome, (Cited(f"{criteria.default.because.capitalize()}.", refs, True),)


def _reasons(rule: Criterion, found: tuple[EvidenceRef, ...], scene: Scene) -> tuple[Cited, ...]:
    """The rule's own reason, then the statements of the findings it rests on."""
    cited = set(found)
    # That both sides saw a request is no reason for any outcome.
    primary = [each.primary for each in chapters(scene.findings) if each.primary.level is not Level.INFO]
    statements = [each for each in primary if cited & set(each.refs) and each.id not in _NO_REASON][:2]
    own = Cited(f"{rule.because[:1].upper()}{rule.because[1:]} (rule {rule.id}).", found, True)
    return (own, *(Cited(each.statement, each.refs, True) for each in statements))


def _criterion(entry: Mapping[str, Any], groups: Mapping[str, Any]) -> Criterion:
    condition = _expanded(entry["by"], groups)
    if faults(condition):
        raise ValueError("condition")
    return Criterion(entry["id"], Outcome(entry["outcome"]), entry["because"], condition)


def _expanded(condition: Any, groups: Mapping[str, Any]) -> Any:
    """A finding condition may name a group of finding ids."""
    if isinstance(condition, list):
        return [_expanded(each, groups) for each in condition]
    if not isinstance(condition, Mapping):
        return condition
    return {
        key: groups[value]
        if key == "finding" and isinstance(value, str) and value in groups
        else _expanded(value, groups)
        for key, value in condition.items()
    }
