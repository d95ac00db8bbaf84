"""Slow calls, measured against the capture's own median.

Enters: redacted captures. Leaves: at most five findings for each capture, the slowest first.
"""

import re
from collections.abc import Iterator
from statistics import median
from typing import Final

from diagpack.model.capture import Capture, captures
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange, mapping, number
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo

MIN_SECONDS: Final = 1.0
TIMES_MEDIAN: Final = 5
MAX_FINDINGS: Final = 5
_SHOWN_SECONDS: Final = 0.5
# The first metric with a duration. Source: W3C Server Timing.
_SERVER_TIME: Final = re.compile(r";\s*dur=(\d{1,9}(?:\.\d{1,6})?)", re.ASCII)


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
                    f"the median of {len(waits)} calls is {middle:.2f} s{_phases(evidence, capture, each)}",
                    refs=(capture.ref(each),),
                    means="The time was spent on the server, or on the way to it, before the first byte came back.",
                    source="HAR 1.2, timings.wait",
                    rank=50,
                    data={"wait_seconds": round(each.wait_ms / 1000, 3), "median_seconds": round(middle, 3)},
                )


def _phases(evidence: EvidenceSet, capture: Capture, exchange: Exchange) -> str:
    """Where the rest of the time went, when connecting or receiving took a good part; and what the server reports."""
    artifact = evidence.get(capture.artifact)
    entries = evidence.entries(artifact) if artifact is not None and capture.kind == "har" else ()
    entry = next((each for each in entries if each.get("_dpEntry") == exchange.index), {})
    timings = mapping(entry.get("timings"))
    spent = {name: number(timings.get(name), 0.0) / 1000 for name in ("blocked", "dns", "connect", "ssl", "receive")}
    # HAR 1.2: `connect` includes `ssl`.
    parts = [
        f"{words} {spent[name]:.1f} s"
        for name, words in (("blocked", "queued"), ("dns", "name look-up"), ("connect", "connecting"))
        if spent[name] >= _SHOWN_SECONDS
    ]
    if parts and spent["ssl"] >= _SHOWN_SECONDS:
        parts[-1] += f" (TLS {spent['ssl']:.1f} s)"
    if spent["receive"] >= _SHOWN_SECONDS:
        parts.append(f"receiving {spent['receive']:.1f} s")
    reported = _SERVER_TIME.search(exchange.response_header("server-timing"))
    total = f"; {exchange.duration_ms / 1000:.1f} s in all, with {', '.join(parts)}" if parts else ""
    return total + (f"; the server reports {float(reported[1]) / 1000:.2f} s of work" if reported else "")


def _is_measured(exchange: Exchange) -> bool:
    is_stream = exchange.is_websocket or "event-stream" in exchange.response_mime
    return exchange.wait_ms >= 0 and exchange.status > 0 and not is_stream and not exchange.is_from_cache


RULE: Final[Rule] = SlowCalls()
