"""Reasons are told by the kind of error, never by its text."""

import socket
import ssl

import httpx
import pytest

from diagpack.collectors.replay_errors import reason_of


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ssl.SSLCertVerificationError("canary"), "not trusted"),
        (ssl.SSLError("canary"), "TLS handshake"),
        (socket.gaierror("canary"), "could not be resolved"),
        (ConnectionRefusedError("canary"), "refused"),
        (ConnectionResetError("canary"), "closed"),
        (OSError("canary"), "ConnectError"),
    ],
)
def test_the_inner_cause_decides(cause: Exception, words: str) -> None:
    error = httpx.ConnectError("canary")
    error.__cause__ = cause

    reason, hint = reason_of(error)

    assert words in reason
    assert "canary" not in reason + hint


def test_time_limits_and_proxies() -> None:
    assert "in time" in reason_of(httpx.ReadTimeout("canary"))[0]
    assert "proxy" in reason_of(httpx.ProxyError("canary"))[0]
