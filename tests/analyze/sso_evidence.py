"""Sealed artifacts for the tests of the SSO rules."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diagpack.model._seal import Sealer
from diagpack.model.redacted import RedactedArtifact, describe
from diagpack.model.ref import ArtifactId


def artifact(
    folder: Path, id: str, kind: str, document: Any, facts: Mapping[str, Any] | None = None
) -> RedactedArtifact:
    """One redacted artifact with this JSON content."""
    content = json.dumps(document).encode()
    path = folder / f"{id}.json"
    path.write_bytes(content)
    described = {
        "id": ArtifactId(id),
        "kind": kind,
        "media_type": "application/har+json" if kind == "har" else "application/json",
        "folder": "har" if kind == "har" else "sso",
        "suffix": ".json",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "facts": facts or {},
        "tally": {},
        "policy_sha256": "0" * 64,
    }
    seal = Sealer(b"k" * 32).seal(describe(**described))
    return RedactedArtifact(**described, path=path, seal=seal)


def har_artifact(folder: Path, status: int = 302, **facts: Any) -> RedactedArtifact:
    """A HAR whose entry 3 is the POST to the ACS."""
    post = {
        "_dpEntry": 3,
        "request": {"method": "POST", "postData": {"params": [{"name": "SAMLResponse", "value": "dp-secret-x"}]}},
        "response": {"status": status},
    }
    return artifact(folder, "har-1", "har", {"log": {"entries": [post]}}, facts)


def saml_artifact(
    folder: Path, findings: list[dict[str, Any]], har: str = "", id: str = "saml-1", name: str = "", form: str = ""
) -> RedactedArtifact:
    """A summary with one message and these findings."""
    message = {
        "issuer": "https://idp.example.test",
        "conditions": {},
        "subject": {"name_id": {"pseudonym": name, "format": form}},
    }
    document: dict[str, Any] = {"messages": [message], "findings": findings, "flow": [{}, {}, {}, {}]}
    if har:
        document["har"] = har
    return artifact(folder, id, "saml", document)
