"""Public keys in SSH form, and what each accepts as a signature.

Enters: the key blob of a signature or a trust store. Leaves: a `PublicKey` of a kind we accept, or ValueError.
Accepted: Ed25519, ECDSA P-256, RSA of 3072 bits and more with SHA-512, and the two security-key kinds (their user
presence bit is required: `ssh-keygen` itself does not insist on it). Sources: RFC 8709, RFC 5656, RFC 8332, OpenSSH
PROTOCOL.u2f.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from diagpack.sign.wire import Reader

ED25519: Final = "ssh-ed25519"
P256: Final = "ecdsa-sha2-nistp256"
RSA: Final = "ssh-rsa"
RSA_SIGNATURE: Final = "rsa-sha2-512"
SK_ED25519: Final = "sk-ssh-ed25519@openssh.com"
SK_P256: Final = "sk-ecdsa-sha2-nistp256@openssh.com"
RSA_MINIMUM_BITS: Final = 3072
_USER_PRESENT = 0x01

_Check = Callable[[bytes, bytes], None]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key. `application` is set for security keys only."""

    blob: bytes
    kind: str
    check: _Check
    application: bytes = b""

    @property
    def signature_kind(self) -> str:
        """The one signature type this key may carry."""
        return RSA_SIGNATURE if self.kind == RSA else self.kind

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.blob)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check an SSH signature (type, value, and for security keys flags and counter). Raises ValueError."""
        reader = Reader(signature)
        kind = reader.string()
        if kind != self.signature_kind.encode():
            raise ValueError("the signature is of another type than the key")
        value = reader.string()
        if self.application:
            flags, counter = reader.take(1), reader.take(4)
            if not flags[0] & _USER_PRESENT:
                raise ValueError("the security key was not touched")
            message = hashlib.sha256(self.application).digest() + flags + counter + hashlib.sha256(message).digest()
        reader.end()
        try:
            self.check(value, message)
        except InvalidSignature:
            raise ValueError("the signature does not belong to these bytes and this key") from None


def fingerprint(blob: bytes) -> str:
    """`SHA256:…` as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def parse(blob: bytes) -> PublicKey:
    """A key blob of an accepted kind. Raises ValueError."""
    reader = Reader(blob)
    kind = reader.string().decode("ascii", "replace")
    if kind in (ED25519, SK_ED25519):
        check = _ed25519(reader.string())
    elif kind in (P256, SK_P256):
        check = _p256(reader)
    elif kind == RSA:
        check = _rsa(reader)
    else:
        raise ValueError("a key of this type is not accepted")
    application = reader.string() if kind in (SK_ED25519, SK_P256) else b""
    reader.end()
    if kind in (SK_ED25519, SK_P256) and not application:
        raise ValueError("a security key without application")
    return PublicKey(blob, kind, check, application)


def _ed25519(raw: bytes) -> _Check:
    key = ed25519.Ed25519PublicKey.from_public_bytes(raw)

    def check(value: bytes, message: bytes) -> None:
        if len(value) != 64:
            raise ValueError("an Ed25519 signature has 64 bytes")
        key.verify(value, message)

    return check


def _p256(reader: Reader) -> _Check:
    if reader.string() != b"nistp256":
        raise ValueError("the curve does not match the key type")
    point = reader.string()
    if len(point) != 65 or point[0] != 4:
        raise ValueError("the point is not in its uncompressed form")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)

    def check(value: bytes, message: bytes) -> None:
        pair = Reader(value)
        r, s = pair.mpint(), pair.mpint()
        pair.end()
        key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))

    return check


def _rsa(reader: Reader) -> _Check:
    exponent, modulus = reader.mpint(), reader.mpint()
    if modulus.bit_length() < RSA_MINIMUM_BITS:
        raise ValueError(f"an RSA key needs at least {RSA_MINIMUM_BITS} bits")
    if modulus.bit_length() > 16384 or exponent.bit_length() > 64:
        raise ValueError("an RSA key of unusual size")
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()

    def check(value: bytes, message: bytes) -> None:
        key.verify(value, message, padding.PKCS1v15(), SHA512())

    return check
