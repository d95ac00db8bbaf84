"""What the terminal collector saw of the network: inspected TLS, hosts that cannot be reached.

Enters: redacted `guided` artifacts with a `network` part (the probe of the `.pyz`). Leaves: one finding for each host
whose certificate another issuer signed than the one recorded when the collector was built, and one for each host that
did not answer.
"""

from collections.abc import Iterator
from typing import Any, Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import mapping
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.ref import EvidenceRef, Pointer

_INSPECTED: Final = (
    "A gateway or security program on the customer's side opens the connection and can slow or change it."
)
_UNREACHED: Final = "Something between the customer and the host stops the connection: name look-up, firewall or proxy."


class CustomerNetwork:
    """See the module."""

    info = RuleInfo(
        id="customer_network",
        title="The network as the customer's collector saw it",
        explanation="Reads the probe of the terminal collector: the issuer of each host's certificate against the one "
        "recorded when the collector was built, and whether the host answered.",
        findings={"network.tls_inspected": _INSPECTED, "network.unreachable": _UNREACHED},
        source="guided collector, network probe",
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for artifact in evidence.of_kind("guided"):
            listed = mapping(mapping(evidence.json(artifact)).get("network")).get("hosts")
            for index, host in enumerate(listed if isinstance(listed, list) else ()):
                ref = EvidenceRef(artifact.id, Pointer(f"/network/hosts/{index}"))
                yield from _judged(mapping(host), ref)


def _judged(host: Any, ref: EvidenceRef) -> Iterator[Finding]:
    name = str(host.get("host", ""))[:200]
    issuer, error = str(host.get("inspected_by") or "")[:160], str(host.get("error") or "")[:80]
    if issuer:
        yield Finding(
            id="network.tls_inspected",
            level=Level.WARNING,
            certainty=Certainty.PROVEN,
            statement=f"On the customer's network the certificate of {name} is issued by {issuer}, not by the issuer "
            "recorded on our side: the connection is inspected on the way",
            refs=(ref,),
            means=_INSPECTED,
            ask="Please try once without the proxy, for example over a mobile hotspot.",
            rank=55,
            data={"issuer": issuer, "host": name},
        )
    elif error:
        yield Finding(
            id="network.unreachable",
            level=Level.WARNING,
            certainty=Certainty.PROVEN,
            statement=f"The customer's machine cannot reach {name} ({error})",
            refs=(ref,),
            means=_UNREACHED,
            ask="Please ask your network team whether connections to this host are allowed from that machine.",
            rank=56,
            data={"host": name, "error": error},
        )


RULE: Final[Rule] = CustomerNetwork()
