"""Slow calls, measured against the capture's own median.

Enters: redacted captures. Leaves: at most five findings for each capture, the slowest first.
"""

from collections.abc import Iterator
from statistics import median
from typing import Final

from diagpack.model.capture import captures
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo

MIN_SECONDS: Final = 1.0
TIMES_MEDIAN: Final = 5
MAX_FINDINGS: Final = 5


class SlowCalls:
    """See the module."""

    info = RuleInfo(
        id="slow_calls",
        title="Slow calls",
        explanation="The server took more than a second and more than five times the median of the capture to answer. "
        "Event streams, WebSockets, long polls and answers from caches are left out.",
        findings={"har.slow": "The server took far longer to answer than for the other calls of the capture."},
        source="HAR 1.2, timings.wait",
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for capture in captures(evidence):
            waits = [each for each in capture.exchanges if _is_measured(each)]
            if len(waits) < 5:
                continue
            middle = median(each.wait_ms for each in waits) / 1000
            limit = max(MIN_SECONDS, TIMES_MEDIAN * middle)
            slowest: dict[tuple[str, str, str], Exchange] = {}
            for each in sorted(waits, key=lambda one: -one.wait_ms):
                if each.wait_ms / 1000 > limit and capture.party.includes(each.host):
                    slowest.setdefault((each.method, each.host, each.template), each)
            for each in list(slowest.values())[:MAX_FINDINGS]:
                yield Finding(
                    id="har.slow",
                    level=Level.WARNING,
                    certainty=Certainty.PROVEN,
                    statement=f"{each.method} {each.host}{each.template} took {each.wait_ms / 1000:.1f} s to answer; "
                    f"the median of {len(waits)} calls is {middle:.2f} s",
                    refs=(capture.ref(each),),
                    means="The time was spent on the server, or on the way to it, before the first byte came back.",
                    source="HAR 1.2, timings.wait",
                    rank=50,
                    data={"wait_seconds": round(each.wait_ms / 1000, 3), "median_seconds": round(middle, 3)},
                )


def _is_measured(exchange: Exchange) -> bool:
    is_stream = exchange.is_websocket or "event-stream" in exchange.response_mime
    return exchange.wait_ms >= 0 and exchange.status > 0 and not is_stream and not exchange.is_from_cache


RULE: Final[Rule] = SlowCalls()
