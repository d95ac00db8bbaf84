"""API calls that people paste become exchanges."""

import json
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.api_repro import COLLECTOR, parse
from diagpack.errors import CollectError
from diagpack.model.capture import api_exchanges
from tests.har_fixtures import Context, source, written

RAW = """POST /v1/orders HTTP/1.1
Host: api.example.com
Content-Type: application/json

{"a": 1}

HTTP/1.1 500 Internal Server Error
Content-Type: application/problem+json
X-Request-Id: req-0001

{"title": "boom"}
"""
HTTP_FILE = """### first
GET https://api.example.com/a
Accept: application/json

### second
POST https://api.example.com/b

< ./secret.txt
"""
VERBOSE = """> GET /v1/me HTTP/1.1
> Host: api.example.com
>
< HTTP/2 401
< content-type: application/json
<
{"error":"x"}
"""
POSTMAN = json.dumps(
    {
        "info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "item": [
            {
                "item": [
                    {
                        "request": {"method": "GET", "url": {"raw": "https://api.example.com/x"}, "header": []},
                        "response": [{"code": 503, "status": "x", "header": [], "body": "down"}],
                    }
                ]
            }
        ],
    }
)


def exchanges(text: str) -> Any:
    return api_exchanges({"exchanges": parse(text)})


def test_a_raw_request_and_its_response_are_one_exchange() -> None:
    (found,) = exchanges(RAW)

    assert (found.method, found.url, found.status) == ("POST", "https://api.example.com/v1/orders", 500)
    assert found.request_body == '{"a": 1}'
    assert found.response_header("x-request-id") == "req-0001"


def test_verbose_output_of_curl_is_understood() -> None:
    (found,) = exchanges(VERBOSE)

    assert (found.status, found.url) == (401, "https://api.example.com/v1/me")


def test_an_http_file_names_no_local_file() -> None:
    first, second = exchanges(HTTP_FILE)

    assert first.url.endswith("/a")
    assert second.request_body is None


def test_a_postman_collection_keeps_its_saved_answer() -> None:
    (found,) = exchanges(POSTMAN)

    assert found.status == 503


@pytest.mark.parametrize("text", [RAW, HTTP_FILE, VERBOSE, POSTMAN, "curl https://a.example.com"])
def test_content_is_recognised_and_collected(tmp_path: Path, text: str) -> None:
    context = Context(tmp_path)

    assert COLLECTOR.recognise(text.encode(), "x.txt") >= 0.9
    (made,) = COLLECTOR.collect(source(written(tmp_path / "x", text)), context)
    assert json.loads(made.raw_path.read_bytes())["exchanges"]


def test_prose_and_logs_are_not_taken() -> None:
    assert COLLECTOR.recognise(b"We GET an error when we POST the form.\nPlease help", "note.txt") == 0
    assert COLLECTOR.recognise(b'1.2.3.4 - - "GET /x HTTP/1.1" 500 12', "access.log") == 0


def test_nothing_readable_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CollectError) as caught:
        list(COLLECTOR.collect(source(written(tmp_path / "x", "curl 'canary")), Context(tmp_path)))

    assert caught.value.id == "DP111"
    assert "canary" not in str(caught.value)
