"""Each kind of failure is told apart, and ranked."""

from typing import Any

import pytest

from diagpack.model.exchange import Exchange, exchanges_of, from_entry
from diagpack.model.failure import Kind, classify, failures, groups
from diagpack.model.party import Party, site_of
from tests.har_fixtures import har, har_entry

OURS = Party(["example.com"])
ORIGIN = {"origin": "https://www.example.com"}


def one(**values: Any) -> Exchange:
    return from_entry(har_entry(**values))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"status": 502}, Kind.SERVER_ERROR),
        ({"status": 401}, Kind.UNAUTHORIZED),
        ({"status": 403}, Kind.FORBIDDEN),
        ({"status": 429, "headers": {"retry-after": "7"}}, Kind.TOO_MANY),
        ({"status": 422, "mime": "application/problem+json"}, Kind.CLIENT_ERROR),
        ({"status": 404, "kind": "image"}, Kind.NOT_FOUND),
        ({"status": 404}, Kind.CLIENT_ERROR),
        ({"status": 0, "_error": "net::ERR_BLOCKED_BY_CLIENT"}, Kind.BLOCKED),
        ({"status": 0, "_error": "net::ERR_ABORTED"}, Kind.ABORTED),
        ({"status": 0, "_error": "net::ERR_CONNECTION_REFUSED"}, Kind.CONNECTION),
        ({"status": 0, "_error": "net::ERR_NAME_NOT_RESOLVED"}, Kind.DNS),
        ({"status": 0, "_error": "net::ERR_CERT_DATE_INVALID"}, Kind.TLS),
        ({"status": 0, "_error": "net::ERR_INTERNET_DISCONNECTED"}, Kind.CLIENT_NETWORK),
        ({"status": 0, "_error": "net::ERR_HTTP2_PROTOCOL_ERROR"}, Kind.CONNECTION),
        ({"status": 0, "_error": "net::ERR_FAILED", "request_headers": ORIGIN}, Kind.CORS),
        ({"status": 0}, Kind.NO_RESPONSE),
        ({"status": -2}, Kind.NO_RESPONSE),
        ({"status": 0, "url": "http://app.example.com/x", "request_headers": ORIGIN}, Kind.MIXED_CONTENT),
        ({"method": "OPTIONS", "status": 204, "request_headers": ORIGIN}, Kind.CORS),
        ({"body": '{"errors":[{"message":"x"}]}'}, Kind.GRAPHQL),
        ({"body": '{"success": false}'}, Kind.SAID_NO),
        ({"body": '{"error": {"code": 3}}'}, Kind.SAID_NO),
        ({"body": '{"rows": [1, 2'}, Kind.BROKEN_JSON),
        ({"body": "<html>Sign in</html>", "mime": "text/html", "request_headers": {"accept": "application/json"}},
         Kind.HTML_FOR_JSON),
        ({"body": '<samlp:StatusCode Value="urn:x:status:Responder"/>', "mime": "text/xml"}, Kind.SAML_STATUS),
        ({"url": "wss://app.example.com/live", "status": 403, "kind": "websocket"}, Kind.FORBIDDEN),
        ({"url": "wss://app.example.com/live", "status": 0, "kind": "websocket"}, Kind.WEBSOCKET),
    ],
)  # fmt: skip
def test_kinds(values: dict[str, Any], kind: Kind) -> None:
    found = classify(one(**values), OURS)

    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"status": 302},
        {"status": 304},
        {"status": 0, "_fromCache": "disk"},
        {"status": 0, "url": "data:text/plain,x"},
        {"body": '{"errors": []}'},
        {"body": '{"error": null, "data": 1}'},
        {"body": '{"a":1}\n{"b":2}', "mime": "application/x-ndjson"},
        {"method": "OPTIONS", "request_headers": ORIGIN, "headers": {"access-control-allow-origin": "*"}},
        {"url": "wss://app.example.com/live", "status": 101, "kind": "websocket"},
    ],
)
def test_what_succeeded_is_no_failure(values: dict[str, Any]) -> None:
    assert classify(one(**values), OURS) is None


def test_a_challenge_that_is_answered_is_no_failure() -> None:
    entries = exchanges_of(har(har_entry(status=401), har_entry(status=200)))

    assert failures(entries, OURS) == ()


def test_order_is_ours_before_static_before_third_party() -> None:
    entries = exchanges_of(
        har(
            har_entry("https://ads.example.net/x", status=500),
            har_entry("https://app.example.com/x.png", status=500, kind="image"),
            har_entry(status=403),
        )
    )

    assert [each.first.index for each in groups(failures(entries, OURS))] == [2, 1, 0]


def test_what_is_ours_is_told_by_its_host_whatever_the_rank() -> None:
    aborted = one(status=0, _error="net::ERR_ABORTED", kind="image")
    foreign = one(url="https://tracker.test/collect", status=503)

    found = [classify(each, OURS) for each in (aborted, foreign)]

    assert [each is not None and each.is_first_party for each in found] == [True, False]


def test_hosts_of_the_case_cover_subdomains_and_nothing_alike() -> None:
    assert OURS.includes("app.example.com")
    assert not OURS.includes("notexample.com")
    assert not OURS.includes("example.com.evil.test")


def test_sites() -> None:
    assert site_of("a.b.example.com") == "example.com"
    assert site_of("a.example.co.uk") == "example.co.uk"
    assert site_of("192.0.2.7") == "192.0.2.7"
