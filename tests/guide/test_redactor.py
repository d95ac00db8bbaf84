"""The page's redactor and the script's are twins: shared inputs, one result."""

import json
from typing import Any

import pytest

from diagpack.guide.script.har import HarRedactor
from diagpack.guide.script.redactor import Redactor
from tests.guide.support import SAML, b64, book, canary_har, deflated, in_node
from tests.guide.vectors import requests

KEY = bytes(range(32))


def in_python(listed: list[list[Any]], key: bytes = KEY) -> list[Any]:
    redactor = Redactor(book(), key, hide=["Falcon"])
    har = HarRedactor(redactor)
    return [har.redact(rest[0]) if name == "har" else getattr(redactor, name)(*rest) for name, *rest in listed]


@pytest.mark.tool("node")
def test_javascript_and_python_agree_on_every_shared_input() -> None:
    listed = requests()
    assert len(listed) >= 600

    # What was learned is a list of pairs in both, but Python's pairs are tuples.
    ours, theirs = json.loads(json.dumps(in_python(listed))), in_node(listed, KEY)

    different = [(request, a, b) for request, a, b in zip(listed, ours, theirs, strict=True) if a != b]
    assert different == []


@pytest.mark.tool("node")
def test_both_redact_a_whole_recording_alike_and_leave_no_canary() -> None:
    listed = [["har", canary_har()]]

    ours, theirs = in_python(listed), in_node(listed, KEY)

    assert ours == theirs
    assert "canary" not in json.dumps(ours)


@pytest.mark.parametrize("text", ["urn:oasis:names:tc:SAML:2.0:protocol", "see https://app.example.com:8443/x"])
def test_an_address_is_no_key_with_its_value(text: str) -> None:
    assert Redactor(book(), KEY).text(text) == text


def test_redacting_twice_changes_nothing_more() -> None:
    redactor = Redactor(book(), KEY)
    once = [redactor.parameter("password", "canary-1"), redactor.value('{"email": "canary@example.com"}')]

    assert [redactor.parameter("password", once[0]), redactor.value(once[1])] == once


def test_equal_values_get_equal_tokens_in_every_encoding() -> None:
    redactor = Redactor(book(), KEY)
    plain = redactor.slot("canary@example.com", "email")

    assert plain in redactor.value("mail from canary@example.com today")
    assert plain in redactor.value('{"email": "canary@example.com"}')
    assert plain.replace("@", "@") in redactor.value("https://app.example.com/?email=canary%40example.com")


@pytest.mark.parametrize("packed", [b64(SAML), deflated(SAML)], ids=["post", "redirect"])
def test_a_saml_message_stays_readable_without_its_person(packed: str) -> None:
    from diagpack.guide.script import packing

    changed = Redactor(book(), KEY).parameter("SAMLResponse", packed)
    data = packing.unbase64(changed)
    assert data is not None
    xml = (data if data.startswith(b"<") else packing.inflate_raw(data) or b"").decode()

    assert "canary" not in xml
    assert "https://idp.example.com/" in xml
    for name in ("protocol", "assertion"):
        assert f'"urn:oasis:names:tc:SAML:2.0:{name}"' in xml
    assert 'NotOnOrAfter="2026-01-01T00:05:00Z"' in xml


def test_long_numbers_and_spaces_of_json_survive() -> None:
    text = '{ "id":  98765432109876543210.50, "password" : "canary-1" }'

    changed = Redactor(book(), KEY).value(text)

    assert changed.startswith('{ "id":  98765432109876543210.50, "password" : "dp-password-')


def test_a_value_nested_too_deep_is_withheld_whole() -> None:
    text = "canary=1"
    for _ in range(12):
        text = json.dumps([text])

    assert "canary" not in Redactor(book(), KEY).value(text)
