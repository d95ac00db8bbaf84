"""Is the escalation ready to be sent? All rules, and a score whose parts can be seen.

Enters: a `LintView`, and how strict the matrix is. Leaves: the rules that are not met, each with its fix, and a score
of 0 to 100. A milder severity makes some rules warn only; urgent mode, for the gravest ones, keeps symptom, impact,
window and environment, and defers the rest to open asks with an owner. Redaction and signature never relax.
"""

from collections.abc import Mapping
from typing import Final

from diagpack.assess.explain import LINT
from diagpack.assess.lint_errors import ERRORS
from diagpack.assess.lint_view import LintView
from diagpack.assess.lint_warnings import WARNINGS
from diagpack.assess.strictness import Strictness
from diagpack.model.assessment import Cited, LintResult, Readiness

MAX_PROMPTS: Final = 5
# The parts of the score: weight and rules. A part gives its weight times the share of its rules that are met.
PARTS: Final[Mapping[str, tuple[int, tuple[str, ...]]]] = {
    "symptom": (10, ("E01",)),
    "steps": (15, ("E02", "E10", "W09")),
    "expected and actual": (15, ("E03", "E04", "E05")),
    "evidence": (15, ("E11", "E12", "W07", "W08", "W15")),
    "impact and severity": (15, ("E06", "E07", "E09")),
    "environment": (10, ("E08", "W04")),
    "history": (5, ("W01", "W02", "W03")),
    "ask": (5, ("E16", "W10", "W11")),
    "wording": (5, ("W05", "W06", "W12", "W13", "W14")),
    "confirmed": (5, ("E17", "E18")),
}
# Prompts come in this order: what a person can answer fastest and engineers miss most.
_PROMPT_ORDER: Final = ("E01", "E07", "E08", "E09", "E04", "E03", "E06", "E02", "E17", "E18", "E16", "E10", "E11")


def lint(view: LintView, strictness: Strictness, *, is_urgent: bool = False) -> Readiness:
    """Every rule that is not met, in the order of the ids, and the score."""
    results = []
    for id, check in {**ERRORS, **WARNINGS}.items():
        message = check(view)
        if message:
            results.append(_result(id, message, view.assessment.severity.level, strictness, is_urgent))
    parts = _parts({each.id for each in results})
    return Readiness(tuple(results), sum(parts.values()), parts)


def prompts(readiness: Readiness, *, limit: int = MAX_PROMPTS) -> tuple[LintResult, ...]:
    """Blocking rules to ask about, the most useful first."""
    still_open = [each for each in readiness.results if each.is_blocking and not each.is_deferred]
    order = {id: position for position, id in enumerate(_PROMPT_ORDER)}
    return tuple(sorted(still_open, key=lambda each: (order.get(each.id, 99), each.id))[:limit])


def deferred_asks(readiness: Readiness, owner: str) -> tuple[Cited, ...]:
    """What urgent mode put off, as open asks with an owner."""
    who = owner or "the analyst of this case"
    return tuple(
        Cited(f"Open ({each.id}): {LINT[each.id][0]}. Owner: {who}.", (), True)
        for each in readiness.results
        if each.is_deferred
    )


def _result(id: str, message: str, level: str, strictness: Strictness, is_urgent: bool) -> LintResult:
    is_blocking = strictness.blocks(id, level)
    is_deferred = is_blocking and is_urgent and strictness.may_wait(id, level)
    return LintResult(id, message, LINT[id][2], is_blocking, is_deferred)


def _parts(failed: set[str]) -> dict[str, int]:
    return {
        name: round(weight * sum(each not in failed for each in rules) / len(rules))
        for name, (weight, rules) in PARTS.items()
    }
