"""XML, SAML and HTML."""

import base64
import zlib
from urllib.parse import quote

import pytest

from diagpack.redact.packed import unpack_base64
from diagpack.redact.walk_markup import is_markup, is_well_formed, redact_markup
from tests.redact.planting import engine

SAML = (
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
    'ID="_r1" InResponseTo="_q1" IssueInstant="2026-01-02T03:04:05Z" Destination="https://sp.example.com/acs">'
    "<saml:Issuer>https://idp.example.com/meta</saml:Issuer>"
    '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
    '<saml:Assertion ID="_a1">'
    '<ds:SignatureValue xmlns:ds="http://www.w3.org/2000/09/xmldsig#">Y2FuYXJ5</ds:SignatureValue>'
    '<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">'
    "canary@corp.test</saml:NameID>"
    '<saml:SubjectLocality Address="198.51.100.7"/></saml:Subject>'
    "<saml:Conditions><saml:Audience>https://sp.example.com</saml:Audience></saml:Conditions>"
    '<saml:AuthnStatement SessionIndex="canary-index"/>'
    '<saml:Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname">'
    "<saml:AttributeValue>Canarina</saml:AttributeValue></saml:Attribute></saml:Assertion></samlp:Response>"
)


def test_saml_keeps_the_protocol_and_loses_the_person() -> None:
    shown = redact_markup(engine(), SAML)

    assert is_well_formed(shown)
    for gone in ("canary", "Canarina", "Y2FuYXJ5", "198.51.100.7"):
        assert gone not in shown
    for kept in (
        "https://idp.example.com/meta",
        "https://sp.example.com",
        "status:Success",
        "_q1",
        "2026-01-02T03:04:05Z",
        "claims/givenname",
    ):
        assert kept in shown
    assert redact_markup(engine(), shown) == shown


@pytest.mark.parametrize(
    "wrapped",
    [
        base64.b64encode(SAML.encode()).decode(),
        "SAMLResponse=" + quote(base64.b64encode(SAML.encode()).decode(), safe=""),
        "https://sp.example.com/acs?SAMLRequest="
        + quote(base64.b64encode(zlib.compress(SAML.encode(), wbits=-15)).decode(), safe=""),
        '<html><form><input type="hidden" name="SAMLResponse" value="'
        + base64.b64encode(SAML.encode()).decode()
        + '"></form></html>',
    ],
    ids=["base64", "post", "redirect", "page"],
)
def test_saml_is_walked_in_every_binding(wrapped: str) -> None:
    shown = engine().value(wrapped)

    assert shown != wrapped
    run = max(shown.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=").replace('"', "=").split("="), key=len)
    unpacked = unpack_base64(run.encode(), 1 << 20, is_slot=True)
    assert unpacked is not None
    assert b"https://idp.example.com/meta" in unpacked.text
    assert b"canary" not in unpacked.text
    assert b"Canarina" not in unpacked.text


@pytest.mark.parametrize(
    "text",
    [
        "<config><password>canary-1</password></config>",
        '<user password="canary-1" name="x"/>',
        "<a><!-- password=canary-1 --><b/></a>",
        "<a><![CDATA[password=canary-1]]></a>",
        '<?xml version="1.0"?><soap:Envelope xmlns:soap="urn:s">'
        '<wsse:Password xmlns:wsse="urn:w">canary-1</wsse:Password></soap:Envelope>',
        "<html><body data-token='canary-1a2b3c'>x</body><a href='/x?code=canary-1'>y</a></html>",
        '<html><meta name="csrf-token" content="canary-1"><script>var t={"access_token":"canary-1"}</script></html>',
        "<html><p>mail canary&#64;example.com</p></html>",
        '<s:Envelope xmlns:s="urn:s" xmlns:o="urn:o"><o:Token><o:Password>canary-1</o:Password></o:Token>'
        '<t:TokenType xmlns:t="urn:t">urn:oasis:names:tc:SAML:2.0:assertion</t:TokenType></s:Envelope>',
    ],
)
def test_secrets_in_markup_go(text: str) -> None:
    shown = redact_markup(engine(), text)

    assert "canary" not in shown
    if not text.startswith("<html"):
        assert is_well_formed(shown)


def test_other_markup_stays_byte_for_byte() -> None:
    text = '<?xml version="1.0"?>\n<!DOCTYPE a>\n<a x = "1">t &amp; u<br/><b c=\'d\'>\n e</b></a>\n'

    assert redact_markup(engine(), text) == text


def test_a_quote_that_is_never_closed_costs_little() -> None:
    redact_markup(engine(), "<a x='" * 20_000)


@pytest.mark.parametrize(
    ("text", "answer"), [("<a/>", True), (" <!DOCTYPE html>", True), ("a < b", False), ("<3", False)]
)
def test_markup_is_recognised(text: str, answer: bool) -> None:
    assert is_markup(text) is answer


def test_a_text_that_only_begins_like_markup_is_read_as_text() -> None:
    text = "<t\nerror 500 < 600\npassword=canary-1x port=8080"

    shown = engine().value(text)

    assert "canary" not in shown
    assert shown.startswith("<t\nerror 500 < 600\npassword=dp-password-")
    assert shown.endswith(" port=8080")


@pytest.mark.parametrize("opened", ["<!--", "<![CDATA[", "<a><b>1</b></a><![CDATA[", "<!-- a -- ><!--"])
def test_what_is_never_closed_hides_no_element_behind_it(opened: str) -> None:
    assert "canary" not in redact_markup(engine(), f"{opened}\n<password>canary-1</password>")


@pytest.mark.parametrize(
    "tag",
    [
        '<a title=\\"password=canary-1\\"/>',
        '<a title=""password=canary-1""/>',
        "<a title\\u003d\\u0022client_secret\\u003acanary-1\\u0022/>",
        "<canary@example.com>",
        "</canary@example.com>",
        '<a "password=canary-1">',
    ],
)
def test_what_stands_in_a_tag_outside_of_its_attributes_is_read(tag: str) -> None:
    assert "canary" not in redact_markup(engine(), f"<x>words{tag}</x>")


@pytest.mark.parametrize(("name", "entity"), [("password", "password"), ("urn:x:api-key", "key"), ("department", "id")])
def test_a_saml_attribute_that_names_a_secret_has_its_class(name: str, entity: str) -> None:
    attribute = (
        f'<saml:Attribute Name="{name}"><saml:AttributeValue>canary7k2m9q</saml:AttributeValue></saml:Attribute>'
    )

    shown = redact_markup(engine(), SAML.replace("</saml:Assertion>", f"{attribute}</saml:Assertion>"))

    assert f"<saml:AttributeValue>dp-{entity}-" in shown
    assert "canary7k2m9q" not in shown
