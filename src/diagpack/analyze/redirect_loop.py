"""Redirect loops: the browser is sent in a circle.

Enters: redacted captures. Leaves: one finding for each loop.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.model.capture import Capture, captures
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo

MIN_VISITS: Final = 3
WITHIN_SECONDS: Final = 60


class RedirectLoop:
    """See the module."""

    info = RuleInfo(
        id="redirect_loop",
        title="Redirect loop",
        explanation="The same address (without its query) redirects three times or more within a minute.",
        findings={"har.redirect_loop": "The browser was redirected in a circle."},
        source="RFC 9110, 15.4 (a client should detect cyclical redirection)",
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for capture in captures(evidence):
            visits: dict[str, list[Exchange]] = {}
            for each in capture.exchanges:
                if each.status in (301, 302, 303, 307, 308):
                    visits.setdefault(f"{each.host}{each.path}", []).append(each)
            for found in visits.values():
                loop = _close(found)
                if len(loop) >= MIN_VISITS:
                    yield _finding(capture, loop)


def _close(visits: list[Exchange]) -> list[Exchange]:
    """The longest run of visits within the time."""
    best: list[Exchange] = []
    for first in range(len(visits)):
        start = visits[first].started
        run = [
            each
            for each in visits[first:]
            if start is None or each.started is None or (each.started - start).total_seconds() <= WITHIN_SECONDS
        ]
        best = run if len(run) > len(best) else best
    return best


def _finding(capture: Capture, loop: list[Exchange]) -> Finding:
    first = loop[0]
    between = [each for each in capture.exchanges if loop[0].index < each.index < loop[1].index and each.status >= 300]
    hosts = list(dict.fromkeys([first.host, *(each.host for each in between)]))
    return Finding(
        id="har.redirect_loop",
        level=Level.ERROR,
        certainty=Certainty.PROVEN,
        statement=f"{first.host}{first.template} redirected {len(loop)} times; "
        f"the circle goes over {', '.join(hosts[:4])}",
        refs=tuple(capture.ref(each) for each in loop[:10]),
        means="Two parties disagree: one sends the user to sign in, the other sends them back as signed in. Often a "
        "session cookie that is not kept (SameSite, domain, clock) or an assertion that is refused silently.",
        source="RFC 9110, 15.4",
        rank=23,
        data={"count": len(loop), "hosts": hosts, "entries": [each.index for each in loop]},
    )


RULE: Final[Rule] = RedirectLoop()
