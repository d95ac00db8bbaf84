"""Public keys as JSON Web Keys: from certificates and PEM, for users who have no key set at hand."""

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from diagpack.collectors.sso import certificates


def from_certificates(ders: tuple[bytes, ...]) -> Iterator[Mapping[str, Any]]:
    """Keys of certificates; one that cannot be read gives none."""
    for der in ders:
        yield from _from_key(certificates.load(der).public_key())


def from_pem(content: bytes) -> Iterator[Mapping[str, Any]]:
    """The key of a `PUBLIC KEY` block."""
    try:
        key = load_pem_public_key(content)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return
    yield from _from_key(key)


def _from_key(key: object) -> Iterator[Mapping[str, Any]]:
    from joserfc.jwk import ECKey, RSAKey

    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        kind = RSAKey if isinstance(key, rsa.RSAPublicKey) else ECKey
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # short keys warn
            found = dict(kind.import_key(pem).as_dict(private=False))
        yield found
