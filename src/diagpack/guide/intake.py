"""Intake keys: what customers encrypt to.

Enters: a path and a passphrase, or 32 bytes of the case key. Leaves: an RSA-3072 key on disk, encrypted with
AES-256-GCM (scrypt over a passphrase, RFC 7914), and a self-signed certificate beside it. PKCS#8's own encryption is
not used: its key derivation makes 2,048 rounds only.
"""

import base64
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from diagpack.errors import UsageError

SCHEMA: Final = "diagpack.intake-key/1"
_BITS: Final = 3072
_SCRYPT_N: Final = 1 << 17
_DOCUMENT_ENCRYPTION: Final = ObjectIdentifier("1.3.6.1.4.1.311.80.1")


@dataclass(frozen=True, slots=True)
class IntakeKey:
    """A private key and its certificate (PEM). Silent in repr."""

    private: RSAPrivateKey
    certificate: bytes

    def __repr__(self) -> str:
        return "IntakeKey(…)"


def certificate_path(path: Path) -> Path:
    """Where the certificate of a key file lies."""
    return path.with_suffix(".pem")


def new_intake_key(
    path: Path,
    passphrase: str | None = None,
    *,
    wrapping: bytes | None = None,
    name: str = "diagpack intake",
    days: int = 730,
    now: datetime | None = None,
) -> IntakeKey:
    """Make a key file (0600) and its certificate. Exactly one of `passphrase` and `wrapping` (32 bytes) protects it.

    Raises UsageError: DP720 when there is a file already, DP721 without a protection.
    """
    if path.exists():
        raise UsageError("DP720", "there is an intake key at this place", hint="name another file")
    if bool(passphrase) == bool(wrapping):
        raise UsageError("DP721", "an intake key needs a passphrase", hint="set DIAGPACK_INTAKE_PASSPHRASE")
    private = generate_private_key(public_exponent=65537, key_size=_BITS)
    certificate = _certificate(private, name, now or datetime.now(UTC), days)
    der = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    document: dict[str, Any] = {"schema": SCHEMA, "protection": "passphrase" if passphrase else "case key"}
    if passphrase:
        document |= {"kdf": "scrypt", "n": _SCRYPT_N, "salt": _text(salt)}
        wrapping = _stretch(passphrase, salt, _SCRYPT_N)
    document |= {"nonce": _text(nonce), "wrapped": _text(AESGCM(wrapping or b"").encrypt(nonce, der, SCHEMA.encode()))}
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_private(path, json.dumps(document, indent=1).encode() + b"\n")
    certificate_path(path).write_bytes(certificate)
    return IntakeKey(private, certificate)


def load_intake_key(path: Path, passphrase: str | None = None, *, wrapping: bytes | None = None) -> IntakeKey:
    """Open a key file. Raises UsageError: DP722 (missing or damaged), DP723 (the passphrase or case key is wrong)."""
    try:
        document = json.loads(path.read_bytes())
        if document["schema"] != SCHEMA:
            raise ValueError
        secret = wrapping if document["protection"] == "case key" else _from_passphrase(document, passphrase)
        if secret is None:
            raise UsageError("DP723", "the intake key needs its passphrase", hint="set DIAGPACK_INTAKE_PASSPHRASE")
        der = AESGCM(secret).decrypt(_bytes(document["nonce"]), _bytes(document["wrapped"]), SCHEMA.encode())
        private = serialization.load_der_private_key(der, None)
        certificate = certificate_path(path).read_bytes()
    except InvalidTag:
        raise UsageError("DP723", "the intake key does not open", hint="is the passphrase right?") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError("DP722", "the intake key cannot be read", hint="restore it from a backup") from None
    if not isinstance(private, RSAPrivateKey):
        raise UsageError("DP722", "the intake key is not an RSA key", hint="make a new one")
    return IntakeKey(private, certificate)


def recipient_of(certificate: bytes) -> dict[str, str]:
    """What the page needs of a certificate: the public key (base64 of its DER) and its id. Raises UsageError."""
    try:
        loaded = x509.load_pem_x509_certificate(certificate)
        public = loaded.public_key()
    except ValueError:
        raise UsageError("DP724", "an intake certificate cannot be read", hint="give a PEM file") from None
    if not isinstance(public, RSAPublicKey) or public.key_size < 2048:
        raise UsageError("DP724", "an intake certificate needs an RSA key of 2048 bits or more", hint="make a new key")
    return {"kid": key_id(public), "spki": base64.b64encode(_spki(public)).decode("ascii")}


def key_id(public: RSAPublicKey) -> str:
    """Base64url of the SHA-256 of the public key (SubjectPublicKeyInfo)."""
    return base64.urlsafe_b64encode(hashlib.sha256(_spki(public)).digest()).rstrip(b"=").decode("ascii")


def _spki(public: RSAPublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _certificate(private: RSAPrivateKey, name: str, now: datetime, days: int) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(False, False, True, True, False, False, False, False, False)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([_DOCUMENT_ENCRYPTION, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .sign(private, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM)


def _from_passphrase(document: dict[str, Any], passphrase: str | None) -> bytes | None:
    cost = document["n"]
    if type(cost) is not int or not 2 <= cost <= 1 << 20 or cost & (cost - 1):
        raise ValueError
    return _stretch(passphrase, _bytes(document["salt"]), cost) if passphrase else None


def _stretch(passphrase: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=cost, r=8, p=1, maxmem=256 * 8 * cost, dklen=32)


def _write_private(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
