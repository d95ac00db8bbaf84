"""A pasted curl command is read, never run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.collectors.curl_command import is_curl, parse_curl


def test_a_browser_copy_is_read() -> None:
    text = (
        "curl 'https://app.example.com/api?x=1' \\\n  -X 'POST' \\\n  -H 'accept: */*' \\\n"
        "  -b 'session=canary' \\\n  --data-raw $'{\"a\":\"it\\'s\\n\"}' --compressed"
    )

    (request,) = parse_curl(text)

    assert request["method"] == "POST"
    assert request["url"] == "https://app.example.com/api?x=1"
    assert {"name": "Cookie", "value": "session=canary"} in request["headers"]
    assert request["postData"]["text"] == '{"a":"it\'s\n"}'


@pytest.mark.parametrize(
    ("text", "method", "url"),
    [
        ("curl -sSXDELETE https://a.example.com/x", "DELETE", "https://a.example.com/x"),
        ("$ curl a.example.com", "GET", "http://a.example.com"),
        ("curl -d a=1 -d b=2 https://a.example.com | jq .", "POST", "https://a.example.com"),
        ("curl -G -d a=1 https://a.example.com", "GET", "https://a.example.com?a=1"),
        ('curl ^"https://a.example.com/x^" ^\r\n  -H ^"accept: a^"', "GET", "https://a.example.com/x"),
        ("curl -I https://a.example.com", "HEAD", "https://a.example.com"),
    ],
)
def test_spellings_of_options(text: str, method: str, url: str) -> None:
    (request,) = parse_curl(text)

    assert (request["method"], request["url"]) == (method, url)


def test_a_file_argument_stays_text() -> None:
    (request,) = parse_curl("curl -d @/etc/passwd https://a.example.com")

    assert request["postData"]["text"] == "@/etc/passwd"


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_any_text_after_curl_is_survived(text: str) -> None:
    assert is_curl("curl " + text)
    assert isinstance(parse_curl("curl " + text), list)
