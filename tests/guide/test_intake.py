"""Intake keys: encrypted at rest, opened by what made them, useful to openssl and the page."""

from pathlib import Path

import pytest
from cryptography import x509

from diagpack.errors import UsageError
from diagpack.guide.intake import certificate_path, load_intake_key, new_intake_key, recipient_of


def test_a_key_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    made = new_intake_key(tmp_path / "team.key", "canary passphrase")

    assert (
        load_intake_key(tmp_path / "team.key", "canary passphrase").private.private_numbers()
        == made.private.private_numbers()
    )
    with pytest.raises(UsageError, match="does not open"):
        load_intake_key(tmp_path / "team.key", "other")
    with pytest.raises(UsageError, match="needs its passphrase"):
        load_intake_key(tmp_path / "team.key")
    assert (tmp_path / "team.key").stat().st_mode & 0o077 == 0
    assert b"PRIVATE" not in (tmp_path / "team.key").read_bytes()
    assert "canary" not in repr(made)


def test_the_certificate_is_for_encryption_with_rsa_3072(tmp_path: Path) -> None:
    new_intake_key(tmp_path / "case.key", wrapping=b"w" * 32)

    loaded = x509.load_pem_x509_certificate(certificate_path(tmp_path / "case.key").read_bytes())

    assert loaded.public_key().key_size == 3072  # type: ignore[union-attr]
    assert loaded.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment
    assert len(recipient_of(certificate_path(tmp_path / "case.key").read_bytes())["kid"]) == 43


def test_a_key_is_never_overwritten_nor_made_without_protection(tmp_path: Path) -> None:
    (tmp_path / "there.key").write_text("x")

    with pytest.raises(UsageError, match="there is an intake key"):
        new_intake_key(tmp_path / "there.key", "passphrase")
    with pytest.raises(UsageError, match="needs a passphrase"):
        new_intake_key(tmp_path / "new.key")
    assert not (tmp_path / "new.key").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"schema": "diagpack.intake-key/1"}', b"\xff"])
def test_a_damaged_key_file_is_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.key").write_bytes(content)

    with pytest.raises(UsageError, match="cannot be read"):
        load_intake_key(tmp_path / "bad.key", "passphrase")


def test_a_certificate_that_is_none_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        recipient_of(b"no certificate")
