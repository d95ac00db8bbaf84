"""Facts of one certificate, without its names (people's mail addresses occur in them)."""

import hashlib
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from diagpack.collectors.sso.clock import Clock, stamp
from diagpack.collectors.sso.report import Report

_SOON_DAYS = 30
_MIN_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Certificate:
    """`parsed` is None when the DER bytes are damaged; the fingerprints are of the bytes in either case."""

    der: bytes
    parsed: x509.Certificate | None
    not_before: datetime | None
    not_after: datetime | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def middle(self) -> datetime | None:
        """A moment inside the validity, so that a signature check does not judge dates."""
        if self.not_before is None or self.not_after is None:
            return None
        return self.not_before + (self.not_after - self.not_before) / 2

    def public_key(self) -> object | None:
        """The key, None when it cannot be read."""
        try:
            return None if self.parsed is None else self.parsed.public_key()
        except (ValueError, TypeError, NotImplementedError, UnsupportedAlgorithm):
            return None

    def key(self) -> tuple[str, int]:
        """Key type and size in bits; ("unknown", 0) when it cannot be read."""
        key = self.public_key()
        if key is None:
            return "unknown", 0
        for name, kind in (("RSA", rsa.RSAPublicKey), ("EC", ec.EllipticCurvePublicKey), ("DSA", dsa.DSAPublicKey)):
            if isinstance(key, kind):
                return name, int(getattr(key, "key_size", 0))
        return type(key).__name__.removesuffix("PublicKey").strip("_"), 0

    def summary(self) -> dict[str, Any]:
        """What goes into the package."""
        kind, size = self.key()
        return {
            "sha256": self.sha256,
            "sha1": hashlib.sha1(self.der, usedforsecurity=False).hexdigest(),
            "not_before": stamp(self.not_before),
            "not_after": stamp(self.not_after),
            "key_type": kind,
            "key_bits": size,
            "serial": _serial(self.parsed),
            "is_parsed": self.parsed is not None,
        }


def load(der: bytes) -> Certificate:
    """Read one certificate; a damaged one keeps its fingerprints."""
    try:
        with warnings.catch_warnings():
            # Zero and negative serial numbers occur in real certificates.
            warnings.simplefilter("ignore")
            parsed = x509.load_der_x509_certificate(der)
            return Certificate(der, parsed, parsed.not_valid_before_utc, parsed.not_valid_after_utc)
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm):
        return Certificate(der, None, None, None)


def _serial(parsed: x509.Certificate | None) -> str:
    if parsed is None:
        return ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return format(parsed.serial_number, "x")


def check_certificate(certificate: Certificate, role: str, clock: Clock, report: Report, path: str) -> None:
    """Dates at the event, and key size. `role` says whose certificate it is."""
    name = f"{role} certificate SHA-256 {certificate.sha256}"
    if certificate.parsed is None:
        report.add("saml.cert_unparseable", f"{role} certificate, {len(certificate.der)} bytes, cannot be parsed", path)
        return
    valid = f"valid {stamp(certificate.not_before)} to {stamp(certificate.not_after)}"
    kind, bits = certificate.key()
    if kind == "RSA" and bits < _MIN_RSA_BITS:
        report.add("saml.weak_alg", f"{name}: RSA key of {bits} bits", path)
    moment = clock.event
    if moment is None or certificate.not_after is None or certificate.not_before is None:
        return
    if moment > certificate.not_after:
        report.add("saml.cert_expired", f"{name}, {valid}; event {stamp(moment)}", path)
    elif moment < certificate.not_before:
        report.add("saml.cert_not_yet_valid", f"{name}, {valid}; event {stamp(moment)}", path)
    elif (certificate.not_after - moment).days < _SOON_DAYS:
        text = f"{name}, {valid}: expires {(certificate.not_after - moment).days} days after the event"
        report.add("saml.cert_expired", text, path, level="info")
