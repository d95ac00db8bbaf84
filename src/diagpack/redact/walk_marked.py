"""Documents that our own collectors write: marks decide, names of keys do not.

Enters: a summary (SSO messages, request IDs, environment facts, the list of gaps) in which a collector marked every
value it knows to be sensitive. Leaves: the same document with marks replaced. Text detectors and learned values still
apply to every string, so a value that a collector forgot is found like anywhere else. Key names such as `signatures`,
`assertion` or `certificates` head diagnoses here, not secrets.
"""

from typing import Any, Final

from diagpack.redact.walk_json import JsonWalker

KINDS: Final = frozenset({"saml", "oidc", "request-ids", "environment", "collection", "guided"})


class MarkedWalker(JsonWalker):
    """See the module."""

    def class_of(self, key: str, value: Any) -> str:
        return "keep" if self.engine.policy.classify(key) == "keep" and isinstance(value, str) else ""

    def _pair_class(self, value: dict[str, Any]) -> str:
        return ""
