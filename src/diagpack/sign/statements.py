"""Small signed JSON files beside a package: what was filed where, what was recalled.

Enters: a document, a namespace, a signer; or such a file. Leaves: the file (exact signed bytes, a readable copy, the
signature), or the document that was signed. The readable copy is never believed: it must equal what was signed.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

from diagpack.errors import PackageError
from diagpack.sign import sshsig
from diagpack.sign.public_keys import PublicKey
from diagpack.sign.signer import Signer

_MAXIMUM_BYTES: Final = 64 * 1024


def canonical(document: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def signed_file(content: bytes, *, schema: str, namespace: str, signer: Signer) -> bytes:
    """The file for these canonical bytes."""
    signature = signer.sign(content, namespace)
    wrapped = {
        "schema": schema,
        "payload": base64.b64encode(content).decode(),
        "statement": json.loads(content),
        "signature": signature.decode("ascii"),
    }
    return (json.dumps(wrapped, sort_keys=True, indent=2, ensure_ascii=True) + "\n").encode()


def read_signed(content: bytes, *, schema: str, namespace: str, what: str) -> tuple[dict[str, Any], PublicKey]:
    """What was signed, and with which key; whether that key is trusted is for the trust store.

    Raises PackageError (DP457, DP451).
    """
    wrapped = _object(content, what)
    payload, signature = wrapped.get("payload"), wrapped.get("signature")
    if not isinstance(payload, str) or not isinstance(signature, str):
        raise refused(what, "it has no payload or no signature")
    try:
        signed = base64.b64decode(payload, validate=True)
        armored = signature.encode("ascii")
    except (binascii.Error, ValueError):
        raise refused(what, "its payload is not base64") from None
    key = sshsig.verify(armored, signed, namespace)
    document = _object(signed, what)
    if document.get("schema") != schema or wrapped.get("statement") != document:
        raise refused(what, "it is of another kind, or its readable copy differs from what was signed")
    return document, key


def refused(what: str, reason: str) -> PackageError:
    """Why such a file is not used."""
    return PackageError("DP457", f"the {what} is refused: {reason}", hint="ask for the file as attached")


def _object(content: bytes, what: str) -> dict[str, Any]:
    if len(content) > _MAXIMUM_BYTES:
        raise refused(what, "it is too long")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise refused(what, "it is not JSON") from None
    if not isinstance(document, dict):
        raise refused(what, "it is not a JSON object")
    return document
