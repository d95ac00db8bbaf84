"""Headers: schemes, names and attributes stay, credentials and people go."""

import base64

import pytest

from diagpack.redact.learned import Learned
from diagpack.redact.walk_http import redact_header
from tests.redact.planting import POLICY, engine


@pytest.mark.parametrize(
    ("name", "value", "start"),
    [
        ("Authorization", "Bearer canary-1", "Bearer dp-token-"),
        ("Authorization", "Basic " + base64.b64encode(b"bob:canary-1").decode(), "Basic dp-token-"),
        ("Authorization", "canary-without-scheme", "dp-token-"),
        ("Proxy-Authorization", "Negotiate canaryAAAA==", "Negotiate dp-token-"),
        ("X-Api-Key", "canary-1", "dp-"),
        ("x-something-token", "canary-1", "dp-token-"),
        ("X-Auth-Request-Email", "canary@example.com", ""),
        ("X-Forwarded-User", "canary.person", "dp-user-"),
    ],
)
def test_credentials_go(name: str, value: str, start: str) -> None:
    shown = redact_header(engine(), name, value)

    assert "canary" not in shown
    assert shown.startswith(start)


def test_digest_keeps_what_is_no_secret() -> None:
    shown = redact_header(
        engine(),
        "Authorization",
        'Digest username="canary-user", realm="app", nonce="canary-n", uri="/x", qop=auth, response="canary-r"',
    )

    assert "canary" not in shown
    assert 'realm="app"' in shown
    assert "qop=auth" in shown
    assert 'username="dp-user-' in shown


def test_sigv4_keeps_the_signed_headers() -> None:
    shown = redact_header(
        engine(),
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=CANARYKEY/20260102/eu-west-1/s3/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=canary0f",
    )

    assert "anary" not in shown.lower()
    assert "SignedHeaders=host;x-amz-date" in shown


def test_basic_credentials_are_learned_for_other_places() -> None:
    learned = Learned(POLICY)

    redact_header(
        engine(learned=learned), "Authorization", "Basic " + base64.b64encode(b"canary.user:canary-Pw1").decode()
    )

    assert learned.values["canary-Pw1"] == "password"
    assert learned.values["canary.user"] == "user"


def test_forwarded_addresses_are_replaced_one_by_one() -> None:
    shown = redact_header(engine(), "X-Forwarded-For", "198.51.100.7, 10.0.0.1")
    other = redact_header(engine(), "Forwarded", 'for=198.51.100.7;proto=https;by=10.0.0.1, for="198.51.100.8"')

    assert shown.endswith(", 10.0.0.1")
    assert "198.51.100" not in shown + other
    assert "proto=https" in other


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Request-Id", "7f3a9c-req"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("WWW-Authenticate", 'Bearer realm="app", error="invalid_token"'),
        ("Access-Control-Allow-Headers", "authorization, x-api-key"),
        ("Cache-Control", "no-store, max-age=0"),
    ],
)
def test_diagnostic_headers_stay(name: str, value: str) -> None:
    assert redact_header(engine(), name, value) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Link", "<https://h.example.com/?token=canary-1>; rel=next"),
        ("Refresh", "0; url=https://h.example.com/?token=canary-1"),
        ("Location", "/reset/canaryReset123456?code=canary-1"),
        ("Set-Cookie", "canary-without-a-name"),
        ("Cookie", "canary-without-a-name"),
    ],
)
def test_values_inside_headers_go(name: str, value: str) -> None:
    assert "canary" not in redact_header(engine(), name, value)


def test_set_cookie_headers_joined_by_commas_are_each_redacted() -> None:
    from diagpack.redact.walk_http import redact_header
    from tests.redact.planting import engine

    value = "a=canary-1; Expires=Wed, 21 Oct 2026 07:28:00 GMT, b=canary-2; Path=/"

    out = redact_header(engine(), "Set-Cookie", value)

    assert "canary" not in out
    assert "Expires=Wed, 21 Oct 2026 07:28:00 GMT, b=" in out
    assert out.endswith("; Path=/")
