"""Base64 of something binary goes where it holds a mail address or a token."""

import base64
import datetime
import random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from diagpack.redact.binary import holds_shape, is_certificate
from tests.redact.planting import engine


@pytest.mark.parametrize(
    "content",
    [
        b"\n\x10jo@corp.example.com\x12\x02x",
        b"\x00\x01Bearer abcdefgh1\x00",
        b"\xff\xfeeyJhbGciOiJub25l.e30.\x00",
    ],
)
def test_a_mail_address_or_token_between_other_bytes_is_seen(content: bytes) -> None:
    assert holds_shape(base64.b64encode(content).decode())
    assert holds_shape(base64.urlsafe_b64encode(content).decode().rstrip("="))


def test_random_bytes_and_short_runs_hold_none() -> None:
    noise = random.Random(7).randbytes(1 << 20)  # noqa: S311 - reproducible

    assert not holds_shape(base64.b64encode(noise).decode())
    assert not holds_shape("YUBi")
    assert not holds_shape("A" * 41)


def _certificate() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.com"),
         x509.NameAttribute(NameOID.EMAIL_ADDRESS, "info@vendor.test")]
    )  # fmt: skip
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + datetime.timedelta(days=9))
    der = built.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    return base64.b64encode(der).decode()


def test_the_certificate_of_a_saml_message_stays_with_the_address_in_it() -> None:
    certificate = _certificate()
    folded = "\n".join(certificate[at : at + 64] for at in range(0, len(certificate), 64))
    assert holds_shape(certificate)

    for shown in (certificate, folded):
        message = (
            '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
            f"<ds:X509Certificate>{shown}</ds:X509Certificate><a>{certificate[:-8]}AAAAAAA=</a></samlp:Response>"
        )
        new = engine().value(message)
        assert f"<ds:X509Certificate>{shown}</ds:X509Certificate>" in new
        assert "<a>dp-" in new


def test_only_a_whole_certificate_is_one() -> None:
    certificate = _certificate()

    assert is_certificate(certificate)
    assert not is_certificate(certificate[:-40])
    assert not is_certificate(base64.b64encode(b"\x30\x82info@vendor.test and more").decode())
    assert not is_certificate("no base64 at all \u00e9")
