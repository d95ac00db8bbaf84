"""What a customer's collector leaves in a case, as a redacted artifact."""

from typing import Any

from diagpack.model.redacted import RedactedArtifact
from tests.support.evidence import make_artifact

RECEIVED: dict[str, Any] = {
    "sha256": "ab" * 32,
    "made_by": "page",
    "authenticated": True,
    "expired": False,
    "collector": "cd" * 32,
    "opened_with": "case key",
}


def step(id: str, **changes: Any) -> dict[str, Any]:
    base = {"id": id, "kind": "text", "title": id.title(), "status": "ok", "reason": "", "attempts": 0, "checks": []}
    return {**base, **changes}


def guided(*steps: dict[str, Any], number: int = 1, **received: Any) -> RedactedArtifact:
    return make_artifact("guided", {"received": {**RECEIVED, **received}, "steps": list(steps)}, number=number)
