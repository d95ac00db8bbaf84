"""Verified packages for tests of publishers: made by the real signer, verified by the real verifier."""

import hashlib
import json
from collections.abc import Mapping

from diagpack.model._seal import Sealer
from diagpack.model.package import VerifiedPackage
from diagpack.model.redacted import ScannedFiles, describe_files
from diagpack.sign.build import build
from diagpack.sign.signer import throwaway_signer
from diagpack.sign.trust import Trust
from diagpack.sign.verify import verify

SIGNER = throwaway_signer("tester@example.com")


def adf(text: str = "It fails.") -> dict[str, object]:
    return {
        "version": 1,
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


def verified_package(
    case: str = "CS-1",
    number: int = 1,
    files: Mapping[str, bytes] | None = None,
    text: str = "It fails.",
    labels: tuple[str, ...] = (),
) -> VerifiedPackage:
    """A small package with the ticket files a publisher reads."""
    package_id = f"{case}-esc{number}"
    manifest = {"schema": "diagpack.manifest/1", "id": package_id, "case": case}
    ticket = {
        "summary": "SSO login answers 500",
        "labels": ["diagpack", "sso saml", *labels],
        "description": adf(text),
        "severity": "S2",
    }
    contents = {
        "README.txt": b"read me\n",
        "manifest.json": json.dumps(manifest).encode(),
        "run.json": json.dumps({"case": case}).encode(),
        "ticket.md": b"# ticket\n",
        "ticket.adf.json": json.dumps(ticket).encode(),
        "ticket.wiki.txt": b"h1. ticket\n",
        **(files or {}),
    }
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in contents.items()}
    scanned = ScannedFiles(contents, Sealer(b"k" * 32).seal(describe_files(digests)))
    content = build(scanned, package_id, SIGNER)
    outcome = verify(content, Trust.from_lines([(SIGNER.principal, SIGNER.public_line)]))
    assert outcome.package is not None, outcome.steps
    return outcome.package
