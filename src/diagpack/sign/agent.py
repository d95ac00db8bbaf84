"""A client of the ssh-agent protocol: list the keys, ask for one signature.

Enters: the path of the agent's socket. Leaves: key blobs, signatures. The private key never leaves the agent.
Source: draft-ietf-sshm-ssh-agent. On Windows, where the agent is a named pipe, the pipe is opened as a file.
"""

import socket
import sys
from collections.abc import Callable
from typing import Final

from diagpack.errors import UsageError
from diagpack.sign.public_keys import RSA, PublicKey
from diagpack.sign.wire import Reader, string

_LIST: Final = 11
_LIST_ANSWER: Final = 12
_SIGN: Final = 13
_SIGN_ANSWER: Final = 14
_RSA_SHA2_512: Final = 4
_MAXIMUM_ANSWER: Final = 256 * 1024
WINDOWS_PIPE: Final = r"\\.\pipe\openssh-ssh-agent"

_Read = Callable[[int], bytes | None]


class Agent:
    """One agent. Every call opens its own connection; a hardware key may wait 60 s for a touch."""

    def __init__(self, path: str, *, timeout_seconds: float = 60.0) -> None:
        self._path = path or (WINDOWS_PIPE if sys.platform == "win32" else "")
        self._timeout_seconds = timeout_seconds
        if not self._path:
            raise _unusable("no ssh-agent is running (SSH_AUTH_SOCK is not set)")

    def identities(self) -> list[tuple[bytes, str]]:
        """Key blob and comment of every key the agent holds."""
        reader = self._ask(bytes([_LIST]), _LIST_ANSWER)
        try:
            return [(reader.string(), reader.string().decode("utf-8", "replace")) for _ in range(reader.uint32())]
        except ValueError:
            raise _unusable("the ssh-agent's answer is cut short") from None

    def sign(self, key: PublicKey, message: bytes) -> bytes:
        """The SSH signature of `message`."""
        flags = _RSA_SHA2_512 if key.kind == RSA else 0
        request = bytes([_SIGN]) + string(key.blob) + string(message) + flags.to_bytes(4, "big")
        try:
            return self._ask(request, _SIGN_ANSWER).string()
        except ValueError:
            raise _unusable("the ssh-agent's answer is cut short") from None

    def _ask(self, request: bytes, expected: int) -> Reader:
        try:
            answer = self._exchange(string(request))
        except OSError:
            raise _unusable("the ssh-agent does not answer") from None
        if not answer or answer[0] != expected:
            raise _unusable("the ssh-agent refused (locked, or the key asks for a confirmation that was not given)")
        return Reader(answer[1:])

    def _exchange(self, request: bytes) -> bytes:
        if sys.platform == "win32":
            with open(self._path, "r+b", buffering=0) as pipe:
                pipe.write(request)
                return _framed(pipe.read)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(self._timeout_seconds)
            connection.connect(self._path)
            connection.sendall(request)
            with connection.makefile("rb") as stream:
                return _framed(stream.read)


def _framed(read: _Read) -> bytes:
    size = int.from_bytes(_exactly(read, 4), "big")
    if size > _MAXIMUM_ANSWER:
        raise OSError("an answer of unusual size")
    return _exactly(read, size)


def _exactly(read: _Read, size: int) -> bytes:
    content = b""
    while len(content) < size:
        piece = read(size - len(content))
        if not piece:
            raise OSError("the connection was closed")
        content += piece
    return content


def _unusable(message: str) -> UsageError:
    return UsageError("DP454", message, hint="start the agent and run ssh-add, or set signing.key to a key file")
