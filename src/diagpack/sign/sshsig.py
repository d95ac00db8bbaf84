"""SSHSIG: the signature `ssh-keygen -Y verify` accepts, made and checked here without it.

Enters: a message, a namespace, and a signer's blob or an armored signature. Leaves: the armor, or the key that made
it. Source: OpenSSH PROTOCOL.sshsig. A refusal is a PackageError (DP451) that names the rule, never the bytes.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from diagpack.errors import PackageError
from diagpack.sign.public_keys import PublicKey, parse
from diagpack.sign.wire import Reader, string

_MAGIC: Final = b"SSHSIG"
_HASHES: Final = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_BEGIN: Final = b"-----BEGIN SSH SIGNATURE-----\n"
_END: Final = b"-----END SSH SIGNATURE-----\n"
_LINE = re.compile(rb"[A-Za-z0-9+/=]{1,76}")
# A security-key signature over RSA-sized keys stays far below this.
_MAXIMUM_BYTES: Final = 32 * 1024


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that was parsed, not yet checked."""

    key: PublicKey
    namespace: str
    hash_name: bytes
    value: bytes

    def verify(self, message: bytes, namespace: str) -> None:
        """Raises PackageError (DP451) unless this signs `message` for exactly `namespace`."""
        if not namespace or self.namespace != namespace:
            raise _refused("it was made for another purpose (namespace)")
        signed = _signed_bytes(namespace, self.hash_name, message)
        try:
            self.key.verify(self.value, signed)
        except ValueError as error:
            raise _refused(str(error)) from None


def to_sign(message: bytes, namespace: str) -> bytes:
    """The bytes a private key signs for a message."""
    if not namespace:
        raise ValueError("a namespace is never empty")
    return _signed_bytes(namespace, b"sha512", message)


def armor(public_blob: bytes, namespace: str, signature: bytes) -> bytes:
    """The text of a signature file; LF line ends (OpenSSH 9.2 refuses CRLF)."""
    blob = _MAGIC + (1).to_bytes(4, "big")
    for part in (public_blob, namespace.encode(), b"", b"sha512", signature):
        blob += string(part)
    text = base64.b64encode(blob)
    lines = [text[at : at + 70] + b"\n" for at in range(0, len(text), 70)]
    return b"".join([_BEGIN, *lines, _END])


def parse_armor(content: bytes) -> Signature:
    """Read a signature file. Raises PackageError (DP451) on everything that is not exactly one signature."""
    reader = Reader(_unarmored(content))
    try:
        if reader.take(6) != _MAGIC:
            raise ValueError("it does not start like one")
        if reader.uint32() != 1:
            raise ValueError("its version is not 1")
        blob, namespace, reserved, hash_name, value = (reader.string() for _ in range(5))
        reader.end()
        if reserved:
            raise ValueError("its reserved field is not empty")
        if hash_name not in _HASHES:
            raise ValueError("its hash is neither sha256 nor sha512")
        if not namespace:
            raise ValueError("its namespace is empty")
        return Signature(parse(blob), namespace.decode("utf-8"), hash_name, value)
    except UnicodeDecodeError:
        raise _refused("its namespace is not text") from None
    except ValueError as error:
        raise _refused(str(error)) from None


def verify(content: bytes, message: bytes, namespace: str) -> PublicKey:
    """The key whose armored signature over `message` this is. Raises PackageError (DP451)."""
    signature = parse_armor(content)
    signature.verify(message, namespace)
    return signature.key


def _signed_bytes(namespace: str, hash_name: bytes, message: bytes) -> bytes:
    digest = _HASHES[hash_name](message).digest()
    return _MAGIC + string(namespace.encode()) + string(b"") + string(hash_name) + string(digest)


def _unarmored(content: bytes) -> bytes:
    if len(content) > _MAXIMUM_BYTES:
        raise _refused("it is too long")
    if not content.startswith(_BEGIN) or not content.endswith(b"\n" + _END):
        raise _refused("it has no SSH SIGNATURE lines around it, or other text")
    lines = content[len(_BEGIN) : -len(_END)].split(b"\n")[:-1]
    if not lines or not all(_LINE.fullmatch(line) for line in lines):
        raise _refused("its text is not base64")
    joined = b"".join(lines)
    try:
        blob = base64.b64decode(joined, validate=True)
    except binascii.Error:
        raise _refused("its text is not base64") from None
    if base64.b64encode(blob) != joined:
        raise _refused("its base64 is not canonical")
    return blob


def _refused(reason: str) -> PackageError:
    return PackageError(
        "DP451", f"the signature is refused: {reason}", hint="ask the sender for the package as it was attached"
    )
