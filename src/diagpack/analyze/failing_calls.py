"""Failing calls: which requests of the capture failed, the most important first, repeats folded.

Enters: redacted HAR and API artifacts. Leaves: one finding for each group of failed exchanges.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from diagpack.model.capture import Capture, captures
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange
from diagpack.model.failure import Group, Kind, failures, groups
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.id_harvest import harvest

MAX_FINDINGS: Final = 40

# What each kind means, and what to ask. Words only; figures are in the statement.
MEANS: Final = {
    Kind.SERVER_ERROR: "The service failed while it handled this call; its log has the reason under the request ID.",
    Kind.CONNECTION: "The connection to the service broke or was refused before an answer came.",
    Kind.DNS: "The customer's computer could not resolve the host name.",
    Kind.TLS: "The TLS connection was refused by the browser: a certificate or an inspecting proxy.",
    Kind.CLIENT_NETWORK: "The fault lies in the customer's network or proxy; the service did not see this call.",
    Kind.BLOCKED: "Something on the customer's computer blocked the call; the service did not see it.",
    Kind.ABORTED: "The page was left or the call was cancelled; often harmless.",
    Kind.NO_RESPONSE: "No answer was recorded; the capture does not say why.",
    Kind.CORS: "The browser kept the answer from the page because of its cross-origin rules.",
    Kind.MIXED_CONTENT: "A secure page asked for an insecure address; browsers refuse that.",
    Kind.UNAUTHORIZED: "The service did not accept who the caller says to be: no session, or an expired one.",
    Kind.FORBIDDEN: "The service knows the caller but does not allow this.",
    Kind.TOO_MANY: "The caller was rate limited.",
    Kind.CLIENT_ERROR: "The service refused the request as sent.",
    Kind.GRAPHQL: "The call failed although its status is 200.",
    Kind.SAID_NO: "The call failed although its status says success.",
    Kind.HTML_FOR_JSON: "A proxy, gateway or sign-in page answered in place of the API.",
    Kind.BROKEN_JSON: "The answer is incomplete; the page cannot read it.",
    Kind.SAML_STATUS: "The identity provider refused the sign-in.",
    Kind.WEBSOCKET: "The live connection could not be opened or did not stay open, often because of a proxy.",
    Kind.STREAM: "The stream of events was opened and then reported an error.",
    Kind.NOT_FOUND: "A page or file does not exist at this address.",
}
_LEVELS: Final = {
    Kind.ABORTED: Level.INFO,
    Kind.NOT_FOUND: Level.WARNING,
    Kind.BLOCKED: Level.WARNING,
    Kind.NO_RESPONSE: Level.WARNING,
}
# These are read from what the browser did not record.
_HINTS: Final = frozenset({Kind.CORS, Kind.MIXED_CONTENT, Kind.NO_RESPONSE, Kind.HTML_FOR_JSON})


class FailingCalls:
    """See the module."""

    info = RuleInfo(
        id="failing_calls",
        title="Calls that failed",
        explanation="Ranks failed exchanges: first-party server errors first, then calls without an answer, refused "
        "calls, errors inside a 200, and third parties last. Repeats of one call are one finding.",
        findings={str(kind): sentence for kind, sentence in MEANS.items()},
        source="RFC 9110; RFC 9457; HAR 1.2",
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for capture in captures(evidence):
            found = groups(failures(capture.exchanges, capture.party))
            for group in found[:MAX_FINDINGS]:
                yield _finding(capture, group)


def _finding(capture: Capture, group: Group) -> Finding:
    first, failure = group.first, group.failure
    ids = request_ids_of(group.exchanges)
    count = len(group.exchanges)
    repeated = f", {count} times" if count > 1 else ""
    named = f"; request ID {ids[0]}" if ids else ""
    is_ours = failure.is_first_party
    return Finding(
        id=str(failure.kind),
        level=_LEVELS.get(failure.kind, Level.ERROR) if is_ours else Level.INFO,
        certainty=Certainty.HINT if failure.kind in _HINTS else Certainty.PROVEN,
        statement=f"{first.method} {first.host}{first.template}: {failure.reason}{repeated}{named}",
        refs=tuple(capture.ref(each) for each in group.exchanges[:10]),
        means=MEANS[failure.kind],
        source="RFC 9110" if first.status >= 400 else "",
        rank=min(failure.rank, 99) if is_ours else 99,
        data=_data(capture, group, ids),
    )


def _data(capture: Capture, group: Group, ids: Sequence[str]) -> dict[str, Any]:
    first = group.first
    started = [each.started for each in group.exchanges if each.started is not None]
    return {
        "method": first.method,
        "url": first.url,
        "template": first.template,
        "host": first.host,
        "status": first.status,
        "why": group.failure.reason,
        "request_ids": list(ids),
        "count": len(group.exchanges),
        "first": min(started).isoformat() if started else None,
        "last": max(started).isoformat() if started else None,
        "offset_seconds": capture.offset_seconds(first),
        "is_first_party": group.failure.is_first_party,
        "cause": [str(capture.ref(each)) for each in capture.causes(first)],
        "initiator": first.initiator_function or first.initiator_url,
        "entries": [each.index for each in group.exchanges[:200]],
    }


def request_ids_of(exchanges: Sequence[Exchange], limit: int = 20) -> tuple[str, ...]:
    """IDs of these exchanges, those of responses first."""
    seen = [each for exchange in exchanges for each in harvest(exchange, is_failing=True)]
    seen.sort(key=lambda each: each.direction == "request")
    return tuple(dict.fromkeys(each.id for each in seen))[:limit]


RULE: Final[Rule] = FailingCalls()
