"""The recall notice: this package must not be used any more, and why.

Enters: a package's id and digest, a redacted reason, the time. Leaves: a small signed JSON file that travels apart from
the package; `verify ZIP --recall FILE` refuses the package offline when someone trusted signed the notice.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from diagpack.sign import statements
from diagpack.sign.public_keys import PublicKey
from diagpack.sign.signer import Signer

RECALL_NAMESPACE: Final = "diagpack-recall@v1"
SCHEMA: Final = "diagpack.recall/1"
_WHAT: Final = "recall notice"


@dataclass(frozen=True, slots=True)
class Recall:
    """What was recalled, why and when. `key` signed it; whether it is trusted is for the trust store."""

    package_id: str
    zip_sha256: str
    reason: str
    recalled_at: str
    key: PublicKey


def sign_recall(package_id: str, zip_sha256: str, reason: str, at: datetime, signer: Signer) -> bytes:
    """The notice. `reason` is already redacted; `at` is aware."""
    content = statements.canonical(
        {
            "schema": SCHEMA,
            "package": package_id,
            "zip_sha256": zip_sha256,
            "reason": reason,
            "recalled_at": at.astimezone(UTC).isoformat(timespec="seconds"),
        }
    )
    return statements.signed_file(content, schema=SCHEMA, namespace=RECALL_NAMESPACE, signer=signer)


def verify_recall(content: bytes) -> Recall:
    """Check the signature and read the signed bytes (never the readable copy). Raises PackageError (DP457, DP451)."""
    document, key = statements.read_signed(content, schema=SCHEMA, namespace=RECALL_NAMESPACE, what=_WHAT)
    fields = [document.get(name) for name in ("package", "zip_sha256", "reason", "recalled_at")]
    package_id, digest, reason, at = (each if isinstance(each, str) else "" for each in fields)
    if not package_id or not digest or not reason:
        raise statements.refused(_WHAT, "it does not name package, digest and reason")
    return Recall(package_id, digest, reason, at, key)
