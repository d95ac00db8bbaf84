"""The delivery statement: this package was filed as that issue.

Enters: an issue key and the zip's digest. Leaves: a small signed JSON file. The package is signed before its ticket
exists, so this second file ties the two together; `verify ZIP --issue KEY --delivery FILE` checks both offline.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final

from diagpack.errors import PackageError
from diagpack.sign import sshsig
from diagpack.sign.public_keys import PublicKey
from diagpack.sign.signer import Signer

DELIVERY_NAMESPACE: Final = "diagpack-delivery@v1"
SCHEMA: Final = "diagpack.delivery/1"
_MAXIMUM_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was filed where. `key` signed it; whether it is trusted is for the trust store."""

    issue: str
    package_id: str
    zip_sha256: str
    key: PublicKey


def statement(issue: str, package_id: str, zip_sha256: str) -> bytes:
    """The canonical bytes that are signed."""
    document = {"schema": SCHEMA, "issue": issue, "package": package_id, "zip_sha256": zip_sha256}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def sign_statement(content: bytes, signer: Signer) -> bytes:
    """The file to attach: the exact signed bytes and the signature over them, as JSON."""
    signature = signer.sign(content, DELIVERY_NAMESPACE)
    wrapped = {
        "schema": SCHEMA,
        "payload": base64.b64encode(content).decode(),
        "statement": json.loads(content),
        "signature": signature.decode("ascii"),
    }
    return (json.dumps(wrapped, sort_keys=True, indent=2, ensure_ascii=True) + "\n").encode()


def sign_delivery(issue: str, package_id: str, zip_sha256: str, signer: Signer) -> bytes:
    """Statement and signature in one step."""
    return sign_statement(statement(issue, package_id, zip_sha256), signer)


def verify_delivery(content: bytes) -> Delivery:
    """Check the signature and read the signed bytes (never the readable copy). Raises PackageError (DP457, DP451)."""
    wrapped = _object(content)
    payload, signature = wrapped.get("payload"), wrapped.get("signature")
    if not isinstance(payload, str) or not isinstance(signature, str):
        raise _refused("it has no payload or no signature")
    try:
        signed = base64.b64decode(payload, validate=True)
        armored = signature.encode("ascii")
    except (binascii.Error, ValueError):
        raise _refused("its payload is not base64") from None
    key = sshsig.verify(armored, signed, DELIVERY_NAMESPACE)
    document = _object(signed)
    if document.get("schema") != SCHEMA or wrapped.get("statement") != document:
        raise _refused("it is of another kind, or its readable copy differs from what was signed")
    fields = [document.get(name) for name in ("issue", "package", "zip_sha256")]
    issue, package_id, digest = (each if isinstance(each, str) else "" for each in fields)
    if not issue or not package_id or not digest:
        raise _refused("it does not name issue, package and digest")
    return Delivery(issue, package_id, digest, key)


def _object(content: bytes) -> dict[str, Any]:
    if len(content) > _MAXIMUM_BYTES:
        raise _refused("it is too long")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise _refused("it is not JSON") from None
    if not isinstance(document, dict):
        raise _refused("it is not a JSON object")
    return document


def _refused(reason: str) -> PackageError:
    return PackageError("DP457", f"the delivery statement is refused: {reason}", hint="ask for the file as attached")
