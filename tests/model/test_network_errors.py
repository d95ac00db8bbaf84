"""Every error text that captures were met with has a meaning, whatever its spelling."""

import pytest

from diagpack.model.failure import Kind
from diagpack.model.network_errors import known_error


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("net::ERR_BLOCKED_BY_CLIENT", Kind.BLOCKED),
        ("net::ERR_ABORTED", Kind.ABORTED),
        ("response:aborted", Kind.ABORTED),
        ("net::ERR_UNEXPECTED_PROXY_AUTH", Kind.CLIENT_NETWORK),
        ("net::ERR_INSECURE_RESPONSE", Kind.TLS),
        ("net::ERR_CONNECTION_TIMED_OUT", Kind.CONNECTION),
        ("net::ERR_QUIC_PROTOCOL_ERROR.QUIC_NETWORK_IDLE_TIMEOUT", Kind.CONNECTION),
        ("Max redirects exceeded", Kind.CONNECTION),
        ("ECONNREFUSED connect", Kind.CONNECTION),
        ("NS_ERROR_UNKNOWN_HOST", Kind.DNS),
    ],
)
def test_what_a_client_says_has_one_kind(text: str, kind: Kind) -> None:
    found = known_error(text)

    assert found is not None
    assert Kind[found[0]] is kind


def test_an_unknown_text_has_none() -> None:
    assert known_error("OK") is None
    assert known_error("") is None
