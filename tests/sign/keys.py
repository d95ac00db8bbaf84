"""Keys for the tests of this room, and the programs of OpenSSH."""

import base64
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from diagpack.sign.wire import string

PRINCIPAL = "analyst@vendor.example"
KINDS = {"ed25519": ["-t", "ed25519"], "p256": ["-t", "ecdsa", "-b", "256"], "rsa": ["-t", "rsa", "-b", "3072"]}


def require(tool: str) -> str:
    """The path of a program; the test is skipped by name without it, and fails where tools are required."""
    found = shutil.which(tool)
    if found is None:
        if os.environ.get("DIAGPACK_REQUIRE_TOOLS"):
            pytest.fail(f"{tool} is required and not installed")
        pytest.skip(f"needs {tool}")
    return found


def keygen(path: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    """A key made by `ssh-keygen`."""
    command = [require("ssh-keygen"), "-q", *KINDS[kind], "-N", passphrase, "-C", PRINCIPAL, "-f", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def security_key_signature(signed: bytes, *, flags: int = 1) -> tuple[bytes, bytes]:
    """Public blob and signature of an emulated Ed25519 security key."""
    key = ed25519.Ed25519PrivateKey.generate()
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    kind = string(b"sk-ssh-ed25519@openssh.com")
    counter = bytes([flags]) + (7).to_bytes(4, "big")
    inner = hashlib.sha256(b"ssh:").digest() + counter + hashlib.sha256(signed).digest()
    return kind + string(raw) + string(b"ssh:"), kind + string(key.sign(inner)) + counter


def blob_of(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """The SSH public key blob."""
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return base64.b64decode(line.split()[1])
