"""Clock skew: how far the customer's clock is from the servers'.

Enters: facts of redacted HARs. Leaves: a finding when the clocks are more than two minutes apart.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import number
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.ref import EvidenceRef

LIMIT_SECONDS: Final = 120
MIN_SAMPLES: Final = 3


class ClockSkew:
    """See the module."""

    info = RuleInfo(
        id="clock_skew",
        title="The customer's clock is wrong",
        explanation="Compares the time the browser noted for each answer with the server's Date header; the median "
        "of all samples decides, answers from caches are left out.",
        findings={"har.clock_skew": "The recording computer's clock differs from the servers' by more than 2 minutes."},
        source="RFC 9110, 6.6.1 (Date)",
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for artifact in evidence.of_kind("har"):
            skew = number(artifact.facts.get("skew_seconds"), 0.0)
            samples = int(number(artifact.facts.get("skew_samples"), 0))
            if abs(skew) <= LIMIT_SECONDS or samples < 1:
                continue
            direction = "ahead of" if skew > 0 else "behind"
            yield Finding(
                id="har.clock_skew",
                level=Level.WARNING,
                certainty=Certainty.PROVEN if samples >= MIN_SAMPLES else Certainty.HINT,
                statement=f"The customer's clock is {round(abs(skew) / 60, 1):g} min {direction} the servers' "
                f"(median of {samples} Date headers)",
                refs=(EvidenceRef(artifact.id),),
                means="Signatures and tokens with a validity of minutes are refused by or from this computer.",
                ask="Please switch on automatic time on the computer that was used, then try again.",
                source="RFC 9110, 6.6.1",
                rank=30,
                data={"skew_seconds": skew, "samples": samples},
            )


RULE: Final[Rule] = ClockSkew()
