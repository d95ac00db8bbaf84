"""Capture quality: what the recording lacks, and the sentence to send to the customer.

Enters: the `capture` facts of redacted HARs. Leaves: one finding for each.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import mapping, text
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.ref import EvidenceRef

FINDINGS: Final = {
    "har.truncated": "The file breaks off; entries before the break were read.",
    "har.has_host": "No request goes to a host that the case names.",
    "har.window": "The recording does not cover the incident.",
    "har.preserve_log": "The recording starts in the middle of a flow.",
    "har.has_failure": "Every request succeeded.",
    "har.sanitized": "Cookies and authorization were taken out when it was exported.",
    "har.bodies": "It was saved without the bodies of answers.",
    "har.bodies_cut": "Answers were cut when they were recorded.",
    "har.mid_session": "The recording starts inside a session.",
    "har.times": "No entry has a time.",
    "har.flow": "A sign-in was started and did not come back.",
    "har.extension": "A browser extension touched or blocked requests.",
    "har.browser": "Another browser than the case states.",
    "har.pages": "The recording names no pages.",
}
_LEVELS: Final = {"error": Level.WARNING, "warning": Level.WARNING, "info": Level.INFO}


class CaptureQuality:
    """See the module. The clock has its own rule."""

    info = RuleInfo(
        id="capture_quality",
        title="What the recording lacks",
        explanation="Judges the recording itself: host, time, flow, bodies, export mode. Each finding carries the "
        "sentence that asks for a better one.",
        findings=FINDINGS,
        source="HAR 1.2",
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for artifact in evidence.of_kind("har"):
            for each in artifact.facts.get("capture") or ():
                found = mapping(each)
                id = text(found.get("id"))
                if id in FINDINGS:
                    yield Finding(
                        id=id,
                        level=_LEVELS.get(text(found.get("level")), Level.INFO),
                        certainty=Certainty.PROVEN,
                        statement=text(found.get("message")),
                        refs=(EvidenceRef(artifact.id),),
                        means=FINDINGS[id],
                        ask=text(found.get("ask")),
                        rank=70,
                    )


RULE: Final[Rule] = CaptureQuality()
