"""Parameters: names, order and the encoding of what stays are untouched."""

import base64

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


def test_a_name_that_is_packed_holds_no_value() -> None:
    name = base64.b64encode(b"password=canary-1x7").decode().rstrip("=")

    for text in (f"a=1&{name}=2", f"<x><{name}>1</{name}></x>"):
        assert name not in engine().value(text)
    assert engine().value("client_request_id_2=abc&page_number_of_1=2") == "client_request_id_2=abc&page_number_of_1=2"
