"""What a failing answer says of itself, whoever wrote it."""

import json
from typing import Any

import pytest

from diagpack.model.exchange import from_entry
from diagpack.model.said import said
from tests.har_fixtures import har_entry


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "about:blank", "title": "Upstream failed", "status": 503}, "Upstream failed"),
        ({"title": "Out of credit", "detail": "Your balance is 30"}, "Out of credit: Your balance is 30"),
        ({"error": {"code": "InvalidAuth", "message": "Token expired"}}, "Token expired (InvalidAuth)"),
        ({"error": "invalid_grant", "error_description": "code was used"}, "code was used (invalid_grant)"),
        ({"errors": [{"message": "no field x", "extensions": {"code": "BAD"}}]}, "no field x"),
        ({"error": {"innerError": {"a": 1}, "code": "generalException"}}, "generalException"),
        ({"errorMessages": ["Issue does not exist"]}, "Issue does not exist"),
        ({"rows": [1, 2]}, ""),
        ([], ""),
    ],
)
def test_an_error_in_json_is_told_in_one_line(body: Any, expected: str) -> None:
    assert said(from_entry(har_entry(status=500, body=json.dumps(body)))) == expected


def test_xml_and_pages_say_it_too() -> None:
    xml = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"

    assert said(from_entry(har_entry(status=403, body=xml, mime="application/xml"))) == "Access Denied"
    assert said(from_entry(har_entry(status=502, body="<html><title>502 Bad\nGateway</title>"))) == "502 Bad Gateway"
    assert said(from_entry(har_entry(status=200, body="<html><title>Orders</title>"))) == ""


@pytest.mark.parametrize("body", ["", "{", "[" * 5000, '{"message": 7, "errors": null}', "plain"])
def test_odd_bodies_say_little_and_raise_nothing(body: str) -> None:
    assert said(from_entry(har_entry(status=500, body=body))) in ("", "7")
