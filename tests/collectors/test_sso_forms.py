"""Every form in which people send a message leads to the same message, and the way there is recorded."""

import json
import zlib
from urllib.parse import quote, urlencode

import pytest

from diagpack.collectors.sso import diagnose
from diagpack.collectors.sso.forms import MAX_INFLATED, decode_base64, html_fields, inflate, unwrap
from tests.collectors.sso_samples import CLAIMS, b64, deflated, ids, response, token

XML = response()


def urlsafe(text: str) -> str:
    return b64(text).replace("+", "-").replace("/", "_").rstrip("=")


FORMS = {
    "xml": (XML.encode(), ()),
    "byte order mark": (b"\xef\xbb\xbf" + XML.encode(), ("byte order mark",)),
    "blank lines": (b"\n\n  " + XML.encode() + b"\n", ()),
    "utf-16": (XML.encode("utf-16"), ()),
    "base64": (b64(XML).encode(), ("base64",)),
    "base64 with line ends": ("\r\n".join(b64(XML)[i : i + 64] for i in range(0, len(b64(XML)), 64)).encode(), None),
    "base64url": (urlsafe(XML + "<!--???>>>-->").encode(), None),
    "plus became blank": (b64(XML + "<!--\u00fb\u00ef\u00be>>>-->").replace("+", " ").encode(), None),
    "urlencoded": (quote(b64(XML), safe="").encode(), None),
    "deflate": (deflated(XML).encode(), ("base64", "deflate")),
    "zlib": (b64(zlib.compress(XML.encode())).encode(), ("base64", "deflate")),
    "form": (urlencode({"SAMLResponse": b64(XML), "RelayState": "x"}).encode(), ("form", "base64")),
    "url": (f"https://app.example.com/acs?{urlencode({'SAMLResponse': deflated(XML)})}".encode(), None),
    "fragment": (f"https://app.example.com/acs#{urlencode({'SAMLResponse': b64(XML)})}".encode(), None),
    "html": (
        f'<html><form method="post"><input type="hidden" name="SAMLResponse" value="{b64(XML)}"/></form>'.encode(),
        ("html form", "base64"),
    ),
    "html with entities": (
        f"<form><input value='{b64(XML).replace('+', '&#43;').replace('=', '&#x3D;')}' name='SAMLResponse'>".encode(),
        None,
    ),
    "json": (json.dumps({"SAMLResponse": b64(XML)}).encode(), None),
    "quotes": (f'"{b64(XML)}"'.encode(), ("quotes", "base64")),
    "twice": (b64(b64(XML)).encode(), ("base64", "base64")),
    "tracer": (
        json.dumps(
            {"requests": [{"method": "POST", "url": "https://a.example/acs", "saml": XML}], "timestamp": 1}
        ).encode(),
        ("form",),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_leads_to_the_message(form: str) -> None:
    data, steps = FORMS[form]

    found = diagnose(data, config={}, at=None)

    assert [each["kind"] for each in found["messages"]] == ["response"]
    if steps is not None:
        assert tuple(found["messages"][0]["steps"]) == steps


@pytest.mark.parametrize(
    "text", ["[SAMLResponse redacted]", "SAMLResponse=%5BSAMLResponse+redacted%5D", '{"SAMLResponse": "{hash:1}"}']
)
def test_a_placeholder_is_called_one(text: str) -> None:
    assert ids(diagnose(text.encode(), config={}, at=None)) == {"saml.signature_removed_by_sanitizer"}


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"hello there", b"AAAA", b"\x00\x01\x02", b"%%%", b"{", b"[1]", b"SAMLart=x"]
)
def test_what_is_nothing_says_so_without_an_exception(data: bytes) -> None:
    assert ids(diagnose(data, config={}, at=None)) == {"saml.malformed"}


@pytest.mark.parametrize(
    "prefix", ["", "Bearer ", "Authorization: Bearer ", "id_token=", "https://a.example/cb#id_token="]
)
def test_a_token_is_known_in_every_wrapping(prefix: str) -> None:
    found = diagnose(f"{prefix}{token(CLAIMS)}".encode(), config={}, at=None)

    assert [each["kind"] for each in found["messages"]] == ["jws"]


def test_padding_is_repaired_and_both_alphabets_are_read() -> None:
    assert decode_base64(b"YQ") == b"a"
    assert decode_base64(b"-_-_") == decode_base64(b"+/+/")
    assert decode_base64(b"a b") is None


def test_inflation_stops_at_the_cap() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(b"\0" * (MAX_INFLATED * 4)) + packer.flush()

    content, is_cut = inflate(bomb) or (b"", False)

    assert is_cut
    assert len(content) <= MAX_INFLATED


def test_messages_and_their_values_are_not_in_a_repr() -> None:
    assert "canary" not in repr(unwrap(XML.encode()))


def test_input_fields_are_read_in_any_order_and_quoting() -> None:
    page = '<INPUT value=a name=\'x\'><input name="y" value="b &amp; c"><input disabled><input name=z>'

    assert html_fields(page) == [("x", "a"), ("y", "b & c"), ("z", "")]


@pytest.mark.parametrize("text", ["<redacted>", "[REDACTED]", "redacted", "***", "<SAMLResponse removed>", "{obf:12}"])
def test_markers_of_sanitizers_are_known_in_many_spellings(text: str) -> None:
    found = diagnose(urlencode({"SAMLResponse": text}).encode(), config={}, at=None)

    assert ids(found) == {"saml.signature_removed_by_sanitizer"}


def test_a_ws_federation_answer_is_named() -> None:
    xml = '<t:RequestSecurityTokenResponse xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"/>'

    assert "saml.wsfed" in ids(diagnose(urlencode({"wa": "wsignin1.0", "wresult": xml}).encode(), config={}, at=None))
