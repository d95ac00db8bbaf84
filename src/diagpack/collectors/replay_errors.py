"""Why a replayed call got no answer, in words that hold no address and no secret.

Enters: an httpx error. Leaves: a sentence and what to try. Causes are told by type along the chain of exceptions; the
texts of exceptions could hold addresses and are not read.
"""

import socket
import ssl
from collections.abc import Iterator

import httpx


def reason_of(error: BaseException) -> tuple[str, str]:
    """(what happened, what to try)."""
    causes = list(_chain(error))
    for kinds, reason, hint in _REASONS:
        if any(isinstance(each, kinds) for each in causes):
            return reason, hint
    return type(error).__name__, "check network, proxy and host"


_Kinds = tuple[type[BaseException], ...]
# The first match along the chain decides: the inner cause says more than httpx's own class.
_REASONS: tuple[tuple[_Kinds, str, str], ...] = (
    ((httpx.ProxyError,), "the proxy refused the call", "check --proxy and its credentials"),
    (
        (ssl.SSLCertVerificationError,),
        "the certificate of the host is not trusted",
        "give its authority with --ca-file; checking cannot be switched off",
    ),
    ((ssl.SSLError,), "the TLS handshake failed", "the host may ask for a client certificate: --cert and --key"),
    ((socket.gaierror,), "the host name could not be resolved", "check the name, or whether a VPN is needed"),
    ((ConnectionRefusedError,), "the connection was refused", "check host, port and --proxy"),
    ((httpx.ConnectTimeout,), "the host did not take the connection in time", "check network and --proxy"),
    ((httpx.TimeoutException,), "no answer came in time", "give more time with --timeout SECONDS"),
    ((ConnectionResetError, httpx.RemoteProtocolError), "the connection was closed before an answer", "try it again"),
)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from; httpx and httpcore wrap the system's error twice."""
    for _ in range(12):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
