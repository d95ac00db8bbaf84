"""Retry storms: a failing call that is repeated at once, again and again.

Enters: redacted captures. Leaves: one finding for each storm.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.model.capture import captures
from diagpack.model.evidence import EvidenceSet
from diagpack.model.failure import failures, groups
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo

MIN_CALLS: Final = 5
WITHIN_SECONDS: Final = 10


class RetryStorm:
    """See the module."""

    info = RuleInfo(
        id="retry_storm",
        title="Retry storm",
        explanation="The same call failed five times or more within ten seconds.",
        findings={"har.retry_storm": "A failing call is repeated without waiting."},
        source="RFC 9110, 10.2.3 (Retry-After)",
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for capture in captures(evidence):
            for group in groups(failures(capture.exchanges, capture.party)):
                starts = sorted(each.started for each in group.exchanges if each.started is not None)
                most = max(
                    (
                        sum(0 <= (each - start).total_seconds() <= WITHIN_SECONDS for each in starts)
                        for start in starts[:500]
                    ),
                    default=0,
                )
                if most < MIN_CALLS or not group.failure.is_first_party:
                    continue
                first = group.first
                yield Finding(
                    id="har.retry_storm",
                    level=Level.WARNING,
                    certainty=Certainty.PROVEN,
                    statement=f"{first.method} {first.host}{first.template} failed {most} times within "
                    f"{WITHIN_SECONDS} s ({group.failure.reason})",
                    refs=tuple(capture.ref(each) for each in group.exchanges[:10]),
                    means="The client repeats a failing call without waiting; that can cause rate limits and load.",
                    source="RFC 9110, 10.2.3",
                    rank=45,
                    data={"count": len(group.exchanges), "most_in_window": most},
                )


RULE: Final[Rule] = RetryStorm()
