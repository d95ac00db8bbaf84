"""TLS inspection: something on the way opened the connection and signed it anew.

Enters: redacted captures that hold the certificate's issuer (Playwright, WebPageTest). Leaves: one finding for each
product host and issuer.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.model.capture import captures
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import mapping
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.inspectors import is_inspector
from diagpack.model.ref import EvidenceRef

_MEANS: Final = "A gateway or security program on the customer's side opens the connection and can slow or change it."


class TlsInspection:
    """See the module."""

    info = RuleInfo(
        id="tls_inspection",
        title="Connections that are opened on the way",
        explanation="Compares the issuer of the certificate that the browser saw with the makers of gateways and "
        "security programs that re-sign connections.",
        findings={"har.tls_inspected": _MEANS},
        source="HAR, _securityDetails (Playwright)",
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for capture in captures(evidence):
            artifact = evidence.get(capture.artifact)
            if capture.kind != "har" or artifact is None:
                continue
            issuers = {
                each.get("_dpEntry"): str(mapping(each.get("_securityDetails")).get("issuer") or "")
                for each in evidence.entries(artifact)
            }
            seen: dict[tuple[str, str], list[EvidenceRef]] = {}
            for each in capture.exchanges:
                issuer = issuers.get(each.index, "")
                if is_inspector(issuer) and capture.party.includes(each.host):
                    seen.setdefault((each.host, issuer[:160]), []).append(capture.ref(each))
            for (host, issuer), refs in seen.items():
                yield Finding(
                    id="har.tls_inspected",
                    level=Level.WARNING,
                    certainty=Certainty.PROVEN,
                    statement=f"The certificate of {host} was issued by {issuer} in {len(refs)} of "
                    f"{len(capture.exchanges)} calls: the connection is inspected on the way",
                    refs=tuple(refs[:3]),
                    means=_MEANS,
                    ask="Please try once without the proxy, for example over a mobile hotspot.",
                    rank=55,
                    data={"issuer": issuer, "host": host, "calls": len(refs)},
                )


RULE: Final[Rule] = TlsInspection()
