"""Login messages made for the tests: signed with throw-away keys, every secret a canary."""

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import XMLSigner, methods
from signxml.algorithms import CanonicalizationMethod

ACS = "https://app.example.com/saml/acs"
SP = "https://app.example.com/saml/metadata"
IDP = "https://idp.example.test/metadata"
SSO = "https://idp.example.test/sso"
EVENT = datetime(2026, 3, 4, 12, 0, 30, tzinfo=UTC)
NAME_ID = "canary-person@example.com"
VALUE = "canary-attribute-value"
SESSION = "_canary-session-index"
CANARIES = ("canary-person", "canary-attribute", "canary-session", "canary-relay", "canary-cookie", "canary-code")
CONFIG: dict[str, Any] = {"acs_urls": [ACS], "sp_entity_id": SP, "idp_entity_id": IDP, "request_id": "_req1"}

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


def key_pair(name: str = "idp", bits: int = 2048, start: int = 2025, years: int = 5) -> tuple[rsa.RSAPrivateKey, str]:
    """A key and its self-signed certificate in PEM, the same at every call."""
    return _key_pair(name, bits, start, years)


@cache
def _key_pair(name: str, bits: int, start: int, years: int) -> tuple[rsa.RSAPrivateKey, str]:
    key = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"canary-subject-{name}")])
    begin = datetime(start, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365 * years))
        .sign(key, hashes.SHA256())
    )
    return key, certificate.public_bytes(Encoding.PEM).decode()


def response(**changes: str) -> str:
    """A SAML response that fits CONFIG and EVENT. Each keyword replaces one piece of it."""
    parts = {
        "version": "2.0",
        "id": "_resp1",
        "assertion_id": "_assert1",
        "issued": "2026-03-04T12:00:00Z",
        "destination": f'Destination="{ACS}"',
        "in_response_to": 'InResponseTo="_req1"',
        "issuer": f"<saml:Issuer>{IDP}</saml:Issuer>",
        "status": f'<samlp:Status><samlp:StatusCode Value="{STATUS}Success"/></samlp:Status>',
        "assertion_issuer": f"<saml:Issuer>{IDP}</saml:Issuer>",
        "name_id": f'<saml:NameID Format="{EMAIL}">{NAME_ID}</saml:NameID>',
        "data": f'<saml:SubjectConfirmationData Recipient="{ACS}" NotOnOrAfter="2026-03-04T12:05:00Z" '
        'InResponseTo="_req1"/>',
        "conditions": '<saml:Conditions NotBefore="2026-03-04T11:59:00Z" NotOnOrAfter="2026-03-04T12:05:00Z">'
        f"<saml:AudienceRestriction><saml:Audience>{SP}</saml:Audience></saml:AudienceRestriction></saml:Conditions>",
        "authn": f'<saml:AuthnStatement AuthnInstant="2026-03-04T12:00:00Z" SessionIndex="{SESSION}">'
        "<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>"
        "</saml:AuthnContext></saml:AuthnStatement>",
        "attributes": '<saml:AttributeStatement><saml:Attribute Name="department"><saml:AttributeValue>'
        f"{VALUE}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>",
        "before": "",
        "after": "",
    }
    confirmation = changes.pop("confirmation", "")
    parts |= changes
    parts["confirmation"] = confirmation or (
        f'<saml:SubjectConfirmation Method="{BEARER}">{parts["data"]}</saml:SubjectConfirmation>'
    )
    subject = changes.get("subject", f"<saml:Subject>{parts['name_id']}{parts['confirmation']}</saml:Subject>")
    assertion = changes.get(
        "assertion",
        f'<saml:Assertion ID="{parts["assertion_id"]}" Version="2.0" IssueInstant="{parts["issued"]}">'
        f"{parts['assertion_issuer']}{subject}{parts['conditions']}{parts['authn']}{parts['attributes']}"
        "</saml:Assertion>",
    )
    return (
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{parts["id"]}" Version="{parts["version"]}" '
        f'IssueInstant="{parts["issued"]}" {parts["destination"]} {parts["in_response_to"]}>'
        f"{parts['issuer']}{parts['before']}{parts['status']}{assertion}{parts['after']}</samlp:Response>"
    )


def request(id: str = "_req1") -> str:
    """An AuthnRequest."""
    return (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" '
        f'IssueInstant="2026-03-04T11:59:50Z" AssertionConsumerServiceURL="{ACS}" Destination="{SSO}">'
        f"<saml:Issuer>{SP}</saml:Issuer></samlp:AuthnRequest>"
    )


def signed(xml: str, on: str = "assertion", pair: str = "idp", **options: Any) -> str:
    """The message with a Signature behind the Issuer of its assertion or of the response."""
    key, certificate = key_pair(pair, **options)
    root = etree.fromstring(xml)
    target = root if on == "response" else root.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
    signer = XMLSigner(
        method=methods.enveloped, c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    )
    made = signer.sign(target, key=key, cert=certificate, reference_uri=target.get("ID"))
    signature = made.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    target.insert(1, signature)
    return etree.tostring(root).decode()


def b64(text: str | bytes) -> str:
    """Base64 of text."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def deflated(text: str) -> str:
    """Raw DEFLATE, then base64: the redirect binding."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b64(packer.compress(text.encode()) + packer.flush())


def token(claims: dict[str, Any] | str, header: dict[str, Any] | None = None, signature: str = "c2lnbmF0dXJl") -> str:
    """An unsigned compact JWS with some signature part."""
    head = header if header is not None else {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    body = claims if isinstance(claims, str) else json.dumps(claims)
    parts = (base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in (json.dumps(head), body))
    return ".".join((*parts, signature))


CLAIMS: dict[str, Any] = {
    "iss": "https://op.example.test",
    "sub": "canary-subject",
    "aud": "client-1",
    "exp": int(EVENT.timestamp()) + 300,
    "iat": int(EVENT.timestamp()) - 5,
    "nonce": "canary-nonce",
    "email": "canary-mail@example.com",
}


def entry(method: str, url: str, status: int = 200, second: int = 0, **more: Any) -> dict[str, Any]:
    """One HAR entry. `form`, `body`, `location`, `cookie`, `set_cookie`, `origin`, `date`, `headers` are optional."""
    sent = [
        {"name": name, "value": more[key]} for name, key in (("Cookie", "cookie"), ("Origin", "origin")) if key in more
    ]
    got = [
        {"name": name, "value": more[key]}
        for name, key in (("Location", "location"), ("Set-Cookie", "set_cookie"), ("Date", "date"))
        if key in more
    ]
    made: dict[str, Any] = {
        "startedDateTime": f"2026-03-04T12:00:{second:02d}.000Z",
        "request": {"method": method, "url": url, "headers": sent},
        "response": {
            "status": status,
            "headers": got,
            "content": {"text": more.get("body", ""), "mimeType": "text/html"},
        },
    }
    if "form" in more:
        made["request"]["postData"] = {
            "mimeType": "application/x-www-form-urlencoded",
            "text": urlencode(more["form"]),
        }
    return made


def har(*entries: dict[str, Any]) -> bytes:
    """A HAR file."""
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "test"}, "entries": list(entries)}}).encode()


def saml_login(answer: str | None = None, *, status: int = 302, **post: Any) -> list[dict[str, Any]]:
    """Start, request, page with the form, POST to the ACS: an SP-initiated login."""
    message = answer if answer is not None else signed(response())
    query = urlencode({"SAMLRequest": deflated(request()), "RelayState": "canary-relay-state"})
    cookie = post.pop("set_cookie", "sid=canary-cookie; Path=/; Secure; SameSite=None")
    form = {"SAMLResponse": b64(message), "RelayState": post.pop("relay", "canary-relay-state")}
    page = f'<form action="{ACS}"><input type="hidden" name="SAMLResponse" value="{b64(message)}"/></form>'
    sent = {"cookie": "sid=canary-cookie"} if post.pop("with_cookie", True) else {}
    return [
        entry("GET", "https://app.example.com/", 302, 1, set_cookie=cookie, location=f"{SSO}?{query}"),
        entry("GET", f"{SSO}?{query}", 200, 2),
        entry("POST", SSO, 200, 20, body=page, form={"username": NAME_ID, "password": "canary-password"}),
        entry("POST", ACS, status, 30, form=form, origin="https://idp.example.test", **sent, **post),
    ]


def ids(found: dict[str, Any], level: str = "") -> set[str]:
    """Finding ids, of one level when given."""
    return {each["id"] for each in found["findings"] if not level or each["level"] == level}


def finding(found: dict[str, Any], id: str) -> dict[str, Any]:
    """The first finding of this id."""
    return next(each for each in found["findings"] if each["id"] == id)


def open_text(value: Any) -> str:
    """All of a JSON document but the values inside `$sensitive` marks: what the redactor would not replace."""
    if isinstance(value, dict):
        if "$sensitive" in value:
            return str(value["$sensitive"])
        return " ".join(f"{name} {open_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return " ".join(open_text(each) for each in value)
    return str(value)
