"""SAML messages and JWTs inside log lines: decoded, their people replaced, their protocol values readable."""

import base64
import html
import json
import re
import textwrap
import zlib
from collections.abc import Callable
from urllib.parse import quote, unquote

import pytest

from diagpack.redact.standalone import Standalone
from tests.redact.planting import KEY, POLICY, compact_jwt

_ALONE = Standalone(KEY, POLICY)
_XML = (
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" InResponseTo="_req77" '
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" IssueInstant="2026-03-03T10:15:21Z">'
    "<saml:Issuer>https://idp.example.com/m7</saml:Issuer><samlp:Status>"
    '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></samlp:Status>'
    '<saml:Assertion ID="_a1"><saml:Subject><saml:NameID>zofia@example.com</saml:NameID></saml:Subject>'
    '<saml:Conditions NotBefore="2026-03-03T10:12:41Z"><saml:Audience>https://sp.example.com/md</saml:Audience>'
    '</saml:Conditions><saml:Attribute Name="custom"><saml:AttributeValue>canaryattr77</saml:AttributeValue>'
    "</saml:Attribute></saml:Assertion></samlp:Response>"
)
_PROTOCOL = ("https://idp.example.com/m7", "https://sp.example.com/md", "_req77", "status:Responder", "10:12:41Z")


def _deflated(text: str) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(packer.compress(text.encode()) + packer.flush()).decode()


_PACKED = base64.b64encode(_XML.encode()).decode()
_LINES: dict[str, str] = {
    "plain": f"10:00:00 INFO SAMLResponse={_PACKED} status=500",
    "quoted": f'10:00:00 DEBUG {{SAMLResponse="{_PACKED}", x=1}}',
    "percent": f"10:00:00 body SAMLResponse={quote(_PACKED, safe='')}&status=500",
    "redirect": f"GET /sso?SAMLResponse={quote(_deflated(_XML), safe='')}&SigAlg=rsa HTTP/1.1",
    "JSON": json.dumps({"SAMLResponse": _PACKED}),
    "escaped JSON": f'10:00:00 INFO body="{{\\"SAMLResponse\\":\\"{_PACKED}\\"}}"',
    "words": f"Received SAML response: {_PACKED}",
    "XML": f"10:00:00 DEBUG saml {_XML} end",
    "XML in escaped JSON": '10:00:00 INFO body="{\\"xml\\":'
    + json.dumps(json.dumps(f"{_XML[:60]}\n{_XML[60:]}"))[1:-1]
    + '}"',
    "XML in a cell": '10:00:00,"' + _XML.replace('"', '""') + '",500',
    "XML in a page": "10:00:00 <pre>" + html.escape(_XML) + "</pre>",
}


def _opened(text: str) -> str:
    """The text and what its runs of base64 hold."""
    shown = [text]
    for run in re.findall(r"[A-Za-z0-9+/%]{40,}(?:=|%3D)*", text):
        raw = base64.b64decode(unquote(run) + "==")
        readers: tuple[Callable[[bytes], bytes], ...] = (bytes, lambda packed: zlib.decompress(packed, -15))
        for read in readers:
            try:
                shown.append(read(raw).decode())
            except (UnicodeDecodeError, zlib.error):
                continue
    return "\n".join(shown)


@pytest.mark.parametrize("name", _LINES)
def test_a_saml_message_in_a_log_line_keeps_its_protocol_values_only(name: str) -> None:
    shown = _ALONE.text(f"{_LINES[name]}\n10:00:01 INFO done\n")

    readable = _opened(shown)
    assert "canaryattr77" not in readable
    assert "zofia" not in readable
    assert [each for each in _PROTOCOL if each not in readable] == []
    assert shown.endswith("\n10:00:01 INFO done\n")
    assert _ALONE.text(shown) == shown


@pytest.mark.parametrize(
    "attribute", ["{&quot;apiKey&quot;:&quot;canaryattr1&quot;}", "&lt;password&gt;canaryattr1&lt;/password&gt;"]
)
def test_a_message_with_escapes_in_it_is_read_as_it_stands(attribute: str) -> None:
    message = _XML.replace(
        "<saml:Issuer>", f'<saml:Note Text="{attribute}"/><!-- {{"apiKey": "canaryattr1"}} --><saml:Issuer>'
    )

    shown = _ALONE.text(f"10:00:00 DEBUG saml {message} end\n10:00:01 INFO done\n")

    assert "canary" not in shown
    assert shown.startswith('10:00:00 DEBUG saml <samlp:Response xmlns:samlp="urn:oasis')
    assert [each for each in _PROTOCOL if each not in shown] == []


@pytest.mark.parametrize(
    "page", ["<body><p>password=canary-1x</p></body>", "<![CDATA[<html><p>password=canary-1x</p>]]>"]
)
@pytest.mark.parametrize("around", ["{0}", "10:00:00 DEBUG {0} end", "<html>{0}</html>", "<html><body>{0}"])
def test_a_page_inside_of_a_message_comes_to_an_end(page: str, around: str) -> None:
    message = _XML.replace("<samlp:Status>", f"<samlp:Extensions>{page}</samlp:Extensions><samlp:Status>")

    for shown in (_ALONE.text(around.format(message)), _ALONE.value(around.format(message))):
        assert "canary" not in shown
        assert "zofia" not in shown


@pytest.mark.parametrize("width", [64, 76])
@pytest.mark.parametrize("before", ["", "0123456789abcdef0123456789abcdef\n"])
def test_a_folded_message_keeps_its_protocol_values_only(width: int, before: str) -> None:
    message = _XML.replace(
        "<samlp:Status>",
        "<ds:DigestValue>kHHk0QNzC0LYoVEPRq40dMOZnrJRw7eOWdYgIcn4</ds:DigestValue>" * 2 + "<samlp:Status>",
    )
    folded = textwrap.fill(base64.b64encode(message.encode()).decode(), width)

    shown = _ALONE.text(f"10:00:00 INFO body\n{before}{folded}\n10:00:01 INFO done\n")

    run = "".join(shown.removeprefix(f"10:00:00 INFO body\n{before}").splitlines()[:-1])
    readable = base64.b64decode(run).decode()
    assert "canaryattr77" not in readable
    assert "zofia" not in readable
    assert [each for each in _PROTOCOL if each not in readable] == []
    assert _ALONE.text(shown) == shown


@pytest.mark.parametrize(
    "frame", ["Authorization: Bearer {0}", "id_token={0}&x=1", 'token: "{0}"', "jwt {0} rejected", "got {0}."]
)
def test_a_jwt_in_a_log_line_keeps_its_header_and_protocol_claims(frame: str) -> None:
    token = compact_jwt(
        {"iss": "https://idp.example.com", "exp": 1893456000, "sub": "zofia77", "email": "z@example.com"}
    )

    shown = _ALONE.text("10:00:00 INFO " + frame.format(token) + "\n")

    head, body, signature = re.findall(r"(eyJ[\w-]+)\.(eyJ[\w-]+)\.([\w-]+)", shown)[0]
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["kid"] == "k1"
    assert (claims["iss"], claims["exp"]) == ("https://idp.example.com", 1893456000)
    assert "zofia" not in claims["sub"]
    assert claims["email"].endswith("@dp.invalid")
    assert signature.startswith("dp-token-")
    assert _ALONE.text(shown) == shown


def test_headers_under_json_keys_keep_schemes_and_cookie_names() -> None:
    shown = _ALONE.value(
        {"Authorization": "Bearer canary0123456789", "headers": {"cookie": "a=canary1; b=canary2"},
         "pairs": [["Authorization", "Bearer canary two"], ["password", "canaryword-x"], ["Accept", "text/html"]]}
    )  # fmt: skip

    assert "canary" not in json.dumps(shown)
    assert shown["Authorization"].startswith("Bearer dp-token-")
    assert re.fullmatch(r"a=dp-cookie-\S+; b=dp-cookie-\S+", shown["headers"]["cookie"])
    assert shown["pairs"][2] == ["Accept", "text/html"]
