"""The delivery statement: this package was filed as that issue.

Enters: an issue key and the zip's digest. Leaves: a small signed JSON file. The package is signed before its ticket
exists, so this second file ties the two together; `verify ZIP --issue KEY --delivery FILE` checks both offline.
"""

from dataclasses import dataclass
from typing import Final

from diagpack.sign import statements
from diagpack.sign.public_keys import PublicKey
from diagpack.sign.signer import Signer

DELIVERY_NAMESPACE: Final = "diagpack-delivery@v1"
SCHEMA: Final = "diagpack.delivery/1"
_WHAT: Final = "delivery statement"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was filed where. `key` signed it; whether it is trusted is for the trust store."""

    issue: str
    package_id: str
    zip_sha256: str
    key: PublicKey


def statement(issue: str, package_id: str, zip_sha256: str) -> bytes:
    """The canonical bytes that are signed."""
    return statements.canonical({"schema": SCHEMA, "issue": issue, "package": package_id, "zip_sha256": zip_sha256})


def sign_statement(content: bytes, signer: Signer) -> bytes:
    """The file to attach: the exact signed bytes and the signature over them, as JSON."""
    return statements.signed_file(content, schema=SCHEMA, namespace=DELIVERY_NAMESPACE, signer=signer)


def sign_delivery(issue: str, package_id: str, zip_sha256: str, signer: Signer) -> bytes:
    """Statement and signature in one step."""
    return sign_statement(statement(issue, package_id, zip_sha256), signer)


def verify_delivery(content: bytes) -> Delivery:
    """Check the signature and read the signed bytes (never the readable copy). Raises PackageError (DP457, DP451)."""
    document, key = statements.read_signed(content, schema=SCHEMA, namespace=DELIVERY_NAMESPACE, what=_WHAT)
    fields = [document.get(name) for name in ("issue", "package", "zip_sha256")]
    issue, package_id, digest = (each if isinstance(each, str) else "" for each in fields)
    if not issue or not package_id or not digest:
        raise statements.refused(_WHAT, "it does not name issue, package and digest")
    return Delivery(issue, package_id, digest, key)
