"""Signers from files, settings, and for one run."""

import pickle
import stat
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from diagpack.errors import UsageError
from diagpack.sign import sshsig
from diagpack.sign.signer import FileSigner, KeySigner, load_signer, new_key, throwaway_signer
from tests.sign.keys import PRINCIPAL, keygen


def signs(signer: KeySigner) -> bool:
    return bool(sshsig.verify(signer.sign(b"message", "ns@v1"), b"message", "ns@v1"))


def test_a_new_key_is_private_and_signs(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "sign"

    signer = new_key(path, PRINCIPAL)

    assert signs(signer)
    assert path.with_name("sign.pub").read_text() == signer.public_line + "\n"
    assert path.read_bytes().startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----")
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_key_with_a_passphrase_opens_with_it_only(tmp_path: Path) -> None:
    path = tmp_path / "sign"
    new_key(path, PRINCIPAL, "canary-passphrase")

    assert signs(FileSigner(path, PRINCIPAL, "canary-passphrase"))
    for wrong in (None, "another"):
        with pytest.raises(UsageError) as caught:
            FileSigner(path, PRINCIPAL, wrong)
        assert caught.value.id == "DP453"
        assert "canary" not in str(caught.value)


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    new_key(tmp_path / "sign", PRINCIPAL)
    before = (tmp_path / "sign").read_bytes()

    with pytest.raises(UsageError) as caught:
        new_key(tmp_path / "sign", PRINCIPAL)

    assert caught.value.id == "DP459"
    assert (tmp_path / "sign").read_bytes() == before


def test_keys_of_ssh_keygen_with_a_passphrase_are_read(tmp_path: Path) -> None:
    assert signs(FileSigner(keygen(tmp_path / "key", "ed25519", "canary-pass"), PRINCIPAL, "canary-pass"))


def test_a_passphrase_for_a_key_without_one_is_an_error(tmp_path: Path) -> None:
    new_key(tmp_path / "sign", PRINCIPAL)

    with pytest.raises(UsageError, match="no passphrase"):
        FileSigner(tmp_path / "sign", PRINCIPAL, "needless")


@pytest.mark.parametrize("content", [b"", b"canary-not-a-key", b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"])
def test_a_file_that_is_not_a_key_is_an_error_without_its_content(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)

    with pytest.raises(UsageError) as caught:
        FileSigner(path, PRINCIPAL)

    assert "canary" not in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        FileSigner(tmp_path / "nothing", PRINCIPAL)


def test_a_curve_that_is_not_accepted_is_an_error(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    (tmp_path / "key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    )

    with pytest.raises(UsageError, match="not accepted"):
        FileSigner(tmp_path / "key", PRINCIPAL)


def test_settings_choose_the_signer(tmp_path: Path) -> None:
    new_key(tmp_path / "sign", PRINCIPAL)

    signer = load_signer({"principal": PRINCIPAL, "key": str(tmp_path / "sign")})

    assert signer.principal == PRINCIPAL


@pytest.mark.parametrize("settings", [{}, {"principal": PRINCIPAL}, {"key": "/nowhere"}])
def test_settings_without_key_or_principal_are_an_error(settings: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        load_signer(settings)

    assert caught.value.id == "DP453"


def test_a_throwaway_key_is_another_one_each_time() -> None:
    assert throwaway_signer().public_line != throwaway_signer().public_line


def test_a_signer_is_never_pickled_or_shown() -> None:
    signer = throwaway_signer()

    with pytest.raises(TypeError):
        pickle.dumps(signer)
    assert repr(signer).startswith("KeySigner(SHA256:")
