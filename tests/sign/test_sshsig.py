"""SSHSIG, both ways with `ssh-keygen`, and every refusal."""

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.errors import PackageError
from diagpack.sign import sshsig
from diagpack.sign.signer import FileSigner, throwaway_signer
from diagpack.sign.wire import string
from tests.sign.keys import KINDS, PRINCIPAL, keygen, require, security_key_signature

NAMESPACE = "diagpack-escalation@v1"
SIGNER = throwaway_signer(PRINCIPAL)
MESSAGE = b"0" * 64 + b"  manifest.json\n"
GOOD = SIGNER.sign(MESSAGE, NAMESPACE)


def allowed(tmp_path: Path, public_line: str) -> Path:
    path = tmp_path / "allowed_signers"
    path.write_text(f'{PRINCIPAL} namespaces="{NAMESPACE}" {public_line}\n')
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_ssh_keygen_accepts_what_is_signed_here(kind: str, tmp_path: Path) -> None:
    signer = FileSigner(keygen(tmp_path / "key", kind), PRINCIPAL)
    signature = tmp_path / "sig"
    signature.write_bytes(signer.sign(MESSAGE, NAMESPACE))
    command = ["ssh-keygen", "-Y", "verify", "-f", str(allowed(tmp_path, signer.public_line)), "-I", PRINCIPAL]

    good = subprocess.run([*command, "-n", NAMESPACE, "-s", str(signature)], input=MESSAGE, capture_output=True)
    changed = subprocess.run([*command, "-n", NAMESPACE, "-s", str(signature)], input=b"x", capture_output=True)

    assert good.returncode == 0
    assert b"Good" in good.stdout
    assert changed.returncode != 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_ssh_keygen_signs_is_accepted_here(kind: str, tmp_path: Path) -> None:
    key = keygen(tmp_path / "key", kind)
    message = tmp_path / "SHA256SUMS"
    message.write_bytes(MESSAGE)
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(message)],
        check=True,
        capture_output=True,
    )

    found = sshsig.verify((tmp_path / "SHA256SUMS.sig").read_bytes(), MESSAGE, NAMESPACE)

    assert found.blob == base64.b64decode((tmp_path / "key.pub").read_text().split()[1])
    with pytest.raises(PackageError, match="does not belong"):
        sshsig.verify((tmp_path / "SHA256SUMS.sig").read_bytes(), MESSAGE + b"\n", NAMESPACE)


def test_the_fingerprint_is_the_one_ssh_keygen_prints(tmp_path: Path) -> None:
    key = keygen(tmp_path / "key")

    printed = subprocess.run([require("ssh-keygen"), "-l", "-f", str(key)], capture_output=True, text=True).stdout

    line = FileSigner(key, PRINCIPAL).public_line
    assert sshsig.parse(base64.b64decode(line.split()[1])).fingerprint in printed


def test_another_namespace_is_refused() -> None:
    for namespace in ("git", "", "diagpack-escalation@v2"):
        with pytest.raises(PackageError, match="namespace"):
            sshsig.verify(GOOD, MESSAGE, namespace)


def test_an_empty_namespace_cannot_be_signed() -> None:
    with pytest.raises(ValueError, match="empty"):
        SIGNER.sign(MESSAGE, "")


def blob(
    *,
    magic: bytes = b"SSHSIG",
    version: int = 1,
    namespace: bytes = NAMESPACE.encode(),
    reserved: bytes = b"",
    hash_name: bytes = b"sha512",
    tail: bytes = b"",
) -> bytes:
    key = base64.b64decode(SIGNER.public_line.split()[1])
    parts = (key, namespace, reserved, hash_name, string(b"ssh-ed25519") + string(b"x" * 64))
    return magic + version.to_bytes(4, "big") + b"".join(map(string, parts)) + tail


def armored(content: bytes) -> bytes:
    return b"-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(content) + b"\n-----END SSH SIGNATURE-----\n"


def short(content: bytes) -> bytes:
    """Wrapped as the format asks."""
    text = base64.b64encode(content)
    lines = b"\n".join(text[at : at + 70] for at in range(0, len(text), 70))
    return b"-----BEGIN SSH SIGNATURE-----\n" + lines + b"\n-----END SSH SIGNATURE-----\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "lines around"),
        (GOOD[:-1], "lines around"),
        (b"\n" + GOOD, "lines around"),
        (GOOD + b"\n", "lines around"),
        (GOOD.replace(b"\n", b"\r\n"), "lines around"),
        (GOOD.replace(b"BEGIN SSH", b"BEGIN PGP"), "lines around"),
        (GOOD + GOOD, "base64"),
        (GOOD.replace(b"U1NI", b"U1N!", 1), "base64"),
        (GOOD.replace(b"\nU1NI", b"\n U1NI", 1), "base64"),
        (GOOD.replace(b"\nU1NI", b"\n\nU1NI", 1), "base64"),
        (b"-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----\n", "base64"),
        (armored(blob()), "base64"),
        (short(b""), "base64"),
        (short(blob(magic=b"SSHSIX")), "start like one"),
        (short(blob(version=2)), "version"),
        (short(blob(version=0)), "version"),
        (short(blob(namespace=b"")), "namespace is empty"),
        (short(blob(namespace=b"\xff")), "not text"),
        (short(blob(reserved=b"x")), "reserved"),
        (short(blob(hash_name=b"sha1")), "hash"),
        (short(blob(hash_name=b"md5")), "hash"),
        (short(blob(tail=b"\0")), "after the end"),
        (short(blob()[:-1]), "cut short"),
        (short(blob()[:20]), "cut short"),
        (b"-----BEGIN SSH SIGNATURE-----\n" + b"A" * 40000 + b"\n-----END SSH SIGNATURE-----\n", "too long"),
    ],
)
def test_malformed_signatures_are_refused(content: bytes, why: str) -> None:
    with pytest.raises(PackageError, match=why) as caught:
        sshsig.verify(content, MESSAGE, NAMESPACE)

    assert caught.value.id == "DP451"


def test_base64_with_stray_bits_is_refused() -> None:
    text = base64.b64encode(b"SSHSIG\0")  # ends in "==": the last character has unused bits
    stray = text[:-3] + bytes([text[-3] + 1]) + b"=="
    assert base64.b64decode(stray) == base64.b64decode(text)

    with pytest.raises(PackageError, match="not canonical"):
        sshsig.parse_armor(b"-----BEGIN SSH SIGNATURE-----\n" + stray + b"\n-----END SSH SIGNATURE-----\n")


def test_a_touched_security_key_may_sign() -> None:
    public, signature = security_key_signature(sshsig.to_sign(MESSAGE, NAMESPACE))

    assert sshsig.verify(sshsig.armor(public, NAMESPACE, signature), MESSAGE, NAMESPACE).kind.startswith("sk-")


def test_an_untouched_security_key_may_not() -> None:
    public, signature = security_key_signature(sshsig.to_sign(MESSAGE, NAMESPACE), flags=0)

    with pytest.raises(PackageError, match="not touched"):
        sshsig.verify(sshsig.armor(public, NAMESPACE, signature), MESSAGE, NAMESPACE)


def test_a_sha256_signature_of_another_program_is_accepted() -> None:
    signed = sshsig._signed_bytes(NAMESPACE, b"sha256", MESSAGE)
    value = string(b"ssh-ed25519") + string(SIGNER._key.sign(signed))  # type: ignore[union-attr,call-arg]
    key = base64.b64decode(SIGNER.public_line.split()[1])
    parts = b"".join(map(string, (key, NAMESPACE.encode(), b"", b"sha256", value)))

    assert sshsig.verify(short(b"SSHSIG" + (1).to_bytes(4, "big") + parts), MESSAGE, NAMESPACE).blob == key


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_flipped_byte_of_a_signature_verifies(position: int, change: int) -> None:
    damaged = bytearray(GOOD)
    damaged[position] ^= change

    with pytest.raises(PackageError):
        sshsig.verify(bytes(damaged), MESSAGE, NAMESPACE)


@given(st.binary(max_size=200))
def test_only_the_signed_message_verifies(other: bytes) -> None:
    with pytest.raises(PackageError):
        sshsig.verify(GOOD, other, NAMESPACE)
