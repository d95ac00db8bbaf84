"""Runs every rule over the evidence.

Enters: redacted evidence and rules. Leaves: findings in one order for every run. A rule that raises does not stop the
others: it leaves the finding `rule.failed`, which names the rule and nothing from the evidence.
"""

import logging
from collections.abc import Iterator, Sequence

from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level, Rule, sort_key

FAILED = "rule.failed"
_log = logging.getLogger(__name__)


def analyze(evidence: EvidenceSet, rules: Sequence[Rule]) -> tuple[Finding, ...]:
    """Findings of all rules, sorted by `sort_key`; what a rule found before it failed is kept."""
    return tuple(sorted((finding for rule in rules for finding in _safely(rule, evidence)), key=sort_key))


def _safely(rule: Rule, evidence: EvidenceSet) -> Iterator[Finding]:
    try:
        yield from rule.check(evidence)
    except Exception as error:
        # The message of the exception may hold a value, so only its type is told.
        _log.warning("rule %s failed: %s", rule.info.id, type(error).__name__)
        yield Finding(
            id=FAILED,
            level=Level.INFO,
            certainty=Certainty.HINT,
            statement=f"The rule {rule.info.id} could not judge this evidence ({type(error).__name__}).",
            means="Its findings are missing from this package; the others are complete.",
            rank=99,
            data={"rule": rule.info.id},
        )
