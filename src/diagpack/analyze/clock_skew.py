"""Clocks that contradict one another, and whose is wrong where that can be shown.

Enters: recordings, the Date headers in them, and logs with the same request IDs. Leaves: one finding for each recording
whose clocks are more than two minutes apart.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.analyze import _clock_words as words
from diagpack.model.capture import captures
from diagpack.model.clocks import CUSTOMER, PRODUCT, Verdict, judge, witnesses
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo

LIMIT_SECONDS: Final = 120
_MEANS: Final = {
    "har.clock_skew": "Signatures and tokens with a validity of minutes are refused by or from the customer's side.",
    "clock.product_off": "The product judges signatures and tokens by a wrong clock; others are affected too.",
    "clock.other_off": "Only what that host issues or judges by the minute is affected.",
    "clock.undecided": "Signatures and tokens that are valid for minutes can be refused; whose clock is wrong is open.",
}


class ClockSkew:
    """See the module."""

    info = RuleInfo(
        id="clock_skew",
        title="A clock is wrong",
        explanation="Compares the browser's clock with the Date header of every host (median; answers from caches are "
        "left out) and with log records that carry the same request ID. A clock is called wrong only where clocks of "
        "two independent parties agree against it; one against one stays open.",
        findings={
            "har.clock_skew": "A clock on the customer's side differs from those of independent parties that agree.",
            "clock.product_off": "The product's clock differs from those of independent parties that agree.",
            "clock.other_off": "The clock of another host differs from those of independent parties that agree.",
            "clock.undecided": "Two clocks contradict each other, and nothing in the evidence tells which is wrong.",
        },
        source="RFC 9110, 6.6.1 (Date); RFC 5905, 11.2 (selecting clocks by majority)",
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for capture in captures(evidence):
            if capture.kind != "har":
                continue
            verdict = judge(witnesses(capture, evidence))
            apart = words.seconds_apart(verdict)
            if apart > LIMIT_SECONDS:
                yield _finding(verdict, apart)


def _finding(verdict: Verdict, apart: float) -> Finding:
    id = _id(verdict)
    is_told = id != "clock.undecided"
    return Finding(
        id=id,
        level=Level.INFO if id == "clock.other_off" else Level.WARNING,
        certainty=Certainty.PROVEN,
        statement=f"{words.statement(verdict)}.",
        refs=words.refs(verdict),
        means=_MEANS[id],
        ask=words.ask(verdict),
        source="RFC 9110, 6.6.1",
        rank=30,
        data={"seconds": round(apart, 1), "wrong": list(verdict.parties), "is_told": is_told},
    )


def _id(verdict: Verdict) -> str:
    if not verdict.wrong:
        return "clock.undecided"
    if PRODUCT in verdict.parties:
        return "clock.product_off"
    return "har.clock_skew" if CUSTOMER in verdict.parties else "clock.other_off"


RULE: Final[Rule] = ClockSkew()
