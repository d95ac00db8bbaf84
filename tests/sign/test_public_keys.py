"""Which keys are accepted, and what they accept."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from diagpack.sign.public_keys import parse
from diagpack.sign.wire import mpint, string
from tests.sign.keys import blob_of, security_key_signature

ED25519 = ed25519.Ed25519PrivateKey.generate()
P256 = ec.generate_private_key(ec.SECP256R1())


def test_a_security_key_that_was_touched_verifies() -> None:
    blob, signature = security_key_signature(b"message", flags=0x05)

    parse(blob).verify(signature, b"message")


def test_a_security_key_that_was_not_touched_is_refused() -> None:
    """`ssh-keygen -Y verify` accepts it."""
    blob, signature = security_key_signature(b"message", flags=0x04)

    with pytest.raises(ValueError, match="not touched"):
        parse(blob).verify(signature, b"message")


def test_a_changed_counter_is_refused() -> None:
    blob, signature = security_key_signature(b"message")

    with pytest.raises(ValueError, match="does not belong"):
        parse(blob).verify(signature[:-1] + b"\x09", b"message")


@pytest.mark.parametrize(
    ("blob", "why"),
    [
        (b"", "cut short"),
        (string(b"ssh-dss") + string(b"x"), "type"),
        (string(b"ecdsa-sha2-nistp384") + string(b"nistp384"), "type"),
        (string(b"ssh-ed25519-cert-v01@openssh.com") + string(b"x"), "type"),
        (string(b"ssh-ed25519") + string(b"x" * 31), ""),
        (blob_of(ED25519) + b"\0", "after the end"),
        (blob_of(ED25519)[:-1], "cut short"),
        (string(b"ecdsa-sha2-nistp256") + string(b"nistp384") + string(b"\4" + b"x" * 64), "curve"),
        (string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(b"\2" + b"x" * 32), "uncompressed"),
        (string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(b"\4" + b"x" * 64), ""),
        (string(b"sk-ssh-ed25519@openssh.com") + string(b"x" * 32) + string(b""), ""),
        (string(b"ssh-rsa") + mpint(65537) + mpint((1 << 2048) + 1), "3072"),
        (string(b"ssh-rsa") + mpint(65537) + mpint((1 << 20000) + 1), "unusual"),
        (string(b"ssh-rsa") + mpint(4) + mpint((1 << 3072) + 1), ""),
    ],
)
def test_keys_that_are_refused(blob: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why or None):
        parse(blob)


def test_a_small_rsa_key_is_refused() -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    with pytest.raises(ValueError, match="3072"):
        parse(blob_of(small))


def test_a_signature_of_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="another type"):
        parse(blob_of(ED25519)).verify(string(b"ecdsa-sha2-nistp256") + string(b"x"), b"message")


@pytest.mark.parametrize("change", [lambda pair: pair + b"\0", lambda pair: pair[:-1], lambda pair: b""])
def test_bytes_around_an_ecdsa_pair_are_refused(change: object) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    r, s = decode_dss_signature(P256.sign(b"message", ec.ECDSA(SHA256())))
    pair = mpint(r) + mpint(s)
    key = parse(blob_of(P256))
    key.verify(string(b"ecdsa-sha2-nistp256") + string(pair), b"message")

    with pytest.raises(ValueError):
        key.verify(string(b"ecdsa-sha2-nistp256") + string(change(pair)), b"message")  # type: ignore[operator]


def test_zero_numbers_in_an_ecdsa_pair_are_refused() -> None:
    with pytest.raises(ValueError):
        parse(blob_of(P256)).verify(string(b"ecdsa-sha2-nistp256") + string(mpint(0) + mpint(0)), b"message")


def test_bytes_after_a_signature_are_refused() -> None:
    signature = string(b"ssh-ed25519") + string(ED25519.sign(b"message"))

    with pytest.raises(ValueError, match="after the end"):
        parse(blob_of(ED25519)).verify(signature + b"\0", b"message")


def test_the_sha1_signature_type_of_rsa_is_refused() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)

    for kind in (b"ssh-rsa", b"rsa-sha2-256"):
        with pytest.raises(ValueError, match="another type"):
            parse(blob_of(key)).verify(string(kind) + string(b"x" * 384), b"message")


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_and_never_crash(junk: bytes) -> None:
    with pytest.raises(ValueError):
        parse(junk)
