"""Expired sessions: calls that worked are refused later.

Enters: redacted captures. Leaves: one finding for each host.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.model.capture import captures
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo


class SessionExpired:
    """See the module."""

    info = RuleInfo(
        id="session_expired",
        title="The session ended during the recording",
        explanation="A call with credentials succeeded, and a later call with credentials to the same host was "
        "answered 401. A 401 that is followed by success is a normal challenge and is left out.",
        findings={"har.session_expired": "Calls with credentials succeeded first and were refused later."},
        source="RFC 9110, 15.5.2",
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for capture in captures(evidence):
            worked: dict[str, Exchange] = {}
            told: set[str] = set()
            last_success = {each.host: each.index for each in capture.exchanges if _is_success(each)}
            for each in capture.exchanges:
                if _is_success(each):
                    worked.setdefault(each.host, each)
                elif (
                    each.status == 401
                    and each.host in worked
                    and each.host not in told
                    and _has_credentials(each)
                    and last_success[each.host] < each.index
                ):
                    told.add(each.host)
                    yield Finding(
                        id="har.session_expired",
                        level=Level.WARNING,
                        certainty=Certainty.PROVEN,
                        statement=f"{each.host} accepted the caller at first and answered 401 later",
                        refs=(capture.ref(worked[each.host]), capture.ref(each)),
                        means="The session or token ended, or was replaced, between these two calls.",
                        source="RFC 9110, 15.5.2",
                        rank=35,
                    )


def _is_success(exchange: Exchange) -> bool:
    return 200 <= exchange.status < 300 and exchange.is_call and _has_credentials(exchange)


def _has_credentials(exchange: Exchange) -> bool:
    return bool(exchange.request_header("authorization") or exchange.request_header("cookie"))


RULE: Final[Rule] = SessionExpired()
