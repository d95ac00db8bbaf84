"""Parameters: names, order and the encoding of what stays are untouched."""

import pytest

from diagpack.redact.walk_form import is_form, is_multipart, redact_form, redact_multipart, redact_parameter
from tests.redact.planting import engine


def test_only_secret_values_of_a_form_change() -> None:
    shown = redact_form(engine(), "page=2&password=canary%2D1&q=a+b%20c&client_secret=canary-2&empty=&flag")

    assert "canary" not in shown
    assert shown.startswith("page=2&password=dp-password-")
    assert "&q=a+b%20c&" in shown
    assert shown.endswith("&empty=&flag")


@pytest.mark.parametrize(
    ("text", "answer"), [("a=1&b=2", True), ("a=1", True), ("a b=1", False), ("YWJj==", False), ("x", False)]
)
def test_a_form_is_recognised(text: str, answer: bool) -> None:
    assert is_form(text) is answer


def test_protocol_parameters_stay() -> None:
    made = engine()

    for name, value in (
        ("grant_type", "authorization_code"),
        ("client_id", "app-1"),
        ("redirect_uri", "https://a.test/cb"),
    ):
        assert redact_parameter(made, name, value) == value


def test_multipart_keeps_its_frame_and_loses_its_secrets() -> None:
    body = (
        '--XyZ\r\nContent-Disposition: form-data; name="password"\r\n\r\ncanary-1\r\n'
        '--XyZ\r\nContent-Disposition: form-data; name="file"; filename="ann@example.com.json"\r\n'
        'Content-Type: application/json\r\n\r\n{"api_key":"canary-2"}\r\n'
        '--XyZ\r\nContent-Disposition: form-data; name="page"\r\n\r\n3\r\n--XyZ--\r\n'
    )

    shown = redact_multipart(engine(), body)

    assert is_multipart(body)
    assert "canary" not in shown
    assert "ann@example.com" not in shown
    assert shown.count("--XyZ") == 4
    assert "\r\n\r\n3\r\n" in shown
