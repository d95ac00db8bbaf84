"""The SSO collector: SAML messages and tokens, pasted, saved or inside a HAR, explained and summarised.

Enters: any form in which people send a login message. Leaves: artifacts `saml` and `oidc`, allow-list summaries with
findings.
"""

from typing import Final

from diagpack.collectors.sso.collector import SsoCollector
from diagpack.collectors.sso.diagnose import diagnose
from diagpack.model.collector import Collector

__all__ = ["COLLECTOR", "diagnose"]

COLLECTOR: Final[Collector] = SsoCollector()
