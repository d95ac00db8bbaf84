"""Who signs: a key file, an ssh-agent, or a key that is thrown away.

Enters: settings of the team profile or the command line. Leaves: a `Signer`, whose `sign` gives an armored SSHSIG.
A signing key is never printed; errors name the file, not its content (DP453, DP454, DP459).
"""

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from diagpack.errors import UsageError
from diagpack.sign import agent, sshsig
from diagpack.sign.public_keys import ED25519, P256, RSA_SIGNATURE, PublicKey, parse
from diagpack.sign.wire import mpint, string

_PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Signer(Protocol):
    """`principal` is who the signer says they are; who they are to the reader is decided by the trust store."""

    @property
    def principal(self) -> str: ...

    @property
    def public_line(self) -> str:
        """The public key on one line, as in an `id_ed25519.pub`."""

    def sign(self, message: bytes, namespace: str) -> bytes:
        """An armored SSHSIG."""


class KeySigner:
    """Signs with a private key held in memory."""

    def __init__(self, key: _PrivateKey, principal: str) -> None:
        self.principal = principal
        self._key = key
        self._public = parse(_blob_of(key))

    @property
    def public_line(self) -> str:
        return public_line(self._public, self.principal)

    def sign(self, message: bytes, namespace: str) -> bytes:
        return sshsig.armor(self._public.blob, namespace, _signature(self._key, sshsig.to_sign(message, namespace)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._public.fingerprint})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signing key is never pickled")


class FileSigner(KeySigner):
    """A private key in OpenSSH form, encrypted or not."""

    def __init__(self, path: Path, principal: str, passphrase: str | None = None) -> None:
        super().__init__(_read_key(path, passphrase), principal)


class AgentSigner:
    """A key inside an ssh-agent (also one that stands for a hardware token)."""

    def __init__(self, principal: str, *, public_key: str = "", socket_path: str | None = None) -> None:
        """`public_key` chooses one of several: its line, its fingerprint, or its comment in the agent."""
        self.principal = principal
        self._agent = agent.Agent(socket_path or os.environ.get("SSH_AUTH_SOCK", ""))
        self._public = _choose(self._agent.identities(), public_key)

    @property
    def public_line(self) -> str:
        return public_line(self._public, self.principal)

    def sign(self, message: bytes, namespace: str) -> bytes:
        raw = self._agent.sign(self._public, sshsig.to_sign(message, namespace))
        armored = sshsig.armor(self._public.blob, namespace, raw)
        # The agent is another program: what it returned is checked before anything is built on it.
        sshsig.verify(armored, message, namespace)
        return armored

    def __repr__(self) -> str:
        return f"AgentSigner({self._public.fingerprint})"


def throwaway_signer(principal: str = "demo@example.invalid") -> KeySigner:
    """A new Ed25519 key that exists in this process only, for the demo."""
    return KeySigner(ed25519.Ed25519PrivateKey.generate(), principal)


def load_signer(settings: Mapping[str, Any]) -> Signer:
    """The signer of a team profile.

    Settings: `principal` (required); `key` (path) with `passphrase`, or `agent` (true, or which key: a public key
    line, a fingerprint, a comment). Raises UsageError (DP453, DP454).
    """
    principal = str(settings.get("principal") or "")
    if not principal:
        raise UsageError("DP453", "the signing settings name no principal", hint="set signing.principal, an address")
    if settings.get("key"):
        return FileSigner(Path(str(settings["key"])).expanduser(), principal, settings.get("passphrase"))
    if settings.get("agent"):
        wanted = settings["agent"] if isinstance(settings["agent"], str) else ""
        return AgentSigner(principal, public_key=wanted)
    raise UsageError(
        "DP453", "no signing key is set up", hint="run diagpack keys new, or set signing.key or signing.agent"
    )


def new_key(path: Path, principal: str, passphrase: str | None = None) -> FileSigner:
    """Make an Ed25519 key in OpenSSH form (0600) and its `.pub` beside it. Never replaces a file (DP459)."""
    key = ed25519.Ed25519PrivateKey.generate()
    encryption = (
        serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
    )
    content = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_new(path, content, 0o600)
    signer = FileSigner(path, principal, passphrase)
    _write_new(path.with_name(path.name + ".pub"), (signer.public_line + "\n").encode(), 0o644)
    return signer


def public_line(key: PublicKey, comment: str) -> str:
    """`ssh-ed25519 AAAA… comment`."""
    return f"{key.kind} {base64.b64encode(key.blob).decode()} {comment}".rstrip()


def _write_new(path: Path, content: bytes, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    except FileExistsError:
        raise UsageError(
            "DP459", f"{path} exists already", hint="choose another name; a key is never replaced"
        ) from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _read_key(path: Path, passphrase: str | None) -> _PrivateKey:
    secret = passphrase.encode() if passphrase else None
    try:
        key = serialization.load_ssh_private_key(path.read_bytes(), secret)
    except OSError as error:
        raise UsageError("DP453", f"the signing key {path} cannot be read: {error.strerror}") from None
    except TypeError:
        hint = "this key has a passphrase" if secret is None else "this key has no passphrase"
        raise UsageError("DP453", f"the signing key {path} cannot be opened", hint=hint) from None
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(
            "DP453",
            f"the signing key {path} cannot be opened",
            hint="is it an OpenSSH private key, and the passphrase right?",
        ) from None
    if not isinstance(key, _PrivateKey):
        raise UsageError("DP453", f"the signing key {path} is of a type that is not accepted", hint="use Ed25519")
    return key


def _blob_of(key: _PrivateKey) -> bytes:
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    blob = base64.b64decode(line.split(b" ")[1])
    try:
        parse(blob)
    except ValueError as error:
        raise UsageError("DP453", f"this key cannot sign packages: {error}", hint="use an Ed25519 key") from None
    return blob


def _signature(key: _PrivateKey, signed: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return string(ED25519.encode()) + string(key.sign(signed))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(SHA256())))
        return string(P256.encode()) + string(mpint(r) + mpint(s))
    return string(RSA_SIGNATURE.encode()) + string(key.sign(signed, padding.PKCS1v15(), SHA512()))


def _choose(identities: list[tuple[bytes, str]], wanted: str) -> PublicKey:
    usable: list[tuple[PublicKey, str]] = []
    for blob, comment in identities:
        try:
            usable.append((parse(blob), comment))
        except ValueError:
            continue  # a certificate, a DSA key: the agent may hold what we do not accept
    for key, comment in usable:
        line = public_line(key, "").split(" ")[1]
        if not wanted or wanted in (key.fingerprint, comment) or line in wanted.split():
            return key
    raise UsageError(
        "DP454",
        f"the ssh-agent holds {len(usable)} usable keys, none of them the one asked for",
        hint="run ssh-add with your key; Ed25519, ECDSA P-256, RSA from 3072 bits and security keys are accepted",
    )
