"""Who opens TLS connections on the way: names of gateways and security programs in a certificate's issuer.

Enters: the issuer of the certificate that a browser saw. Leaves: whether it is one that re-signs connections with a
certificate of its own. Source: the issuer check that Cato and Check Point publish for recognising their inspection.
"""

import re
from typing import Final

_INSPECTORS: Final = re.compile(
    r"\b(?:zscaler|netskope|blue ?coat|forcepoint|websense|fortinet|fortigate|palo alto|check ?point|sophos|umbrella|"
    r"mcafee|skyhigh|trend micro|barracuda|watchguard|sonicwall|untangle|squid|cato networks|iboss|menlo security|"
    r"avast|avg|kaspersky|eset|bitdefender|inspection|ssl proxy|mitmproxy|charles proxy|fiddler|portswigger)\b",
    re.ASCII | re.IGNORECASE,
)


def is_inspector(issuer: str) -> bool:
    """Whether this issuer is known to open and re-sign connections."""
    return _INSPECTORS.search(issuer[:500]) is not None
