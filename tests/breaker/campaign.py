# ruff: noqa: E501, S311, S608 - one slot a line is easier to read than any wrapping
"""A whole case of random evidence with a secret in every slot we can think of, and words that must survive.

Enters: a seed. Leaves: files as a customer would send them, the planted values by slot, and the values that must stay.
"""

import base64
import gzip
import html
import io
import json
import random
import string
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

_ALNUM = string.ascii_letters + string.digits
_SHAPES: tuple[Callable[[random.Random], str], ...] = (
    lambda r: "".join(r.choices(_ALNUM, k=22)),
    lambda r: f"{r.getrandbits(128):032x}",
    lambda r: base64.b64encode(r.randbytes(21)).decode(),
    lambda r: base64.b64encode(r.randbytes(23)).decode(),
    lambda r: base64.urlsafe_b64encode(r.randbytes(18)).decode(),
    lambda r: "".join(r.choices(string.ascii_lowercase, k=11)) + "-" + "".join(r.choices(string.ascii_lowercase, k=7)),
    lambda r: "".join(r.choices(string.ascii_uppercase + "234567", k=26)),
    lambda r: (
        "".join(r.choices(_ALNUM, k=9)) + r.choice(["!x", "@y.", "#z", "$q", "*w"]) + "".join(r.choices(_ALNUM, k=4))
    ),
)
_UNICODE: Callable[[random.Random], str] = lambda r: "Grüß-" + "".join(r.choices(_ALNUM, k=12)) + "-日本"  # noqa: E731


@dataclass(slots=True)
class Campaign:
    """`files` maps a file name to its bytes; `planted` a slot to its secret; `kept` a reason to a value that stays."""

    r: random.Random
    files: dict[str, bytes] = field(default_factory=dict)
    planted: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    def secret(self, slot: str, *, is_plain: bool = False) -> str:
        """A fresh value for this slot; `is_plain` for places whose grammar allows only letters and digits."""
        shape = _SHAPES[0] if is_plain else self.r.choice(_SHAPES)
        if not is_plain and self.r.random() < 0.1:
            shape = _UNICODE
        value = shape(self.r)
        self.planted[slot] = value
        return value

    def email(self, slot: str) -> str:
        value = "".join(self.r.choices(string.ascii_lowercase, k=9))
        self.planted[slot] = value
        return f"{value}@{self.r.choice(['corp', 'mail', 'firma'])}.example.com"

    def keep(self, reason: str, value: str) -> str:
        self.kept[reason] = value
        return value

    def uuid(self, reason: str) -> str:
        h = f"{self.r.getrandbits(128):032x}"
        return self.keep(reason, f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}")


def make(seed: int) -> Campaign:
    """One case."""
    c = Campaign(random.Random(seed))
    c.files["session.har"] = json.dumps(_har(c), ensure_ascii=c.r.random() < 0.5).encode()
    c.files["app.log"] = _log(c).encode()
    c.files["app.jsonl"] = _json_log(c).encode()
    c.files["note.txt"] = _note(c).encode()
    c.files["response.xml"] = _saml(c, "saml-file").encode()
    c.files["token.txt"] = _jwt(c, "jwt-file").encode()
    c.files["console.log"] = _console(c).encode()
    c.files["call.txt"] = _curl(c).encode()
    c.files["bundle.zip"] = _zip(c)
    c.files["config.json"] = _config(c).encode()
    c.files["mail.eml"] = _mail(c).encode()
    c.files["odd.log"] = _odd_log(c).encode()
    # A SAML message in a log line is removed as a whole.
    c.kept = {why: value for why, value in c.kept.items() if not why.startswith("odd saml log")}
    return c


def _b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _jwt(c: Campaign, slot: str) -> str:
    claims = {
        "iss": c.keep(f"{slot} issuer", f"https://idp-{c.r.randrange(10**6)}.example.com/"),
        "aud": c.keep(f"{slot} audience", f"api-{c.r.randrange(10**6)}"),
        "exp": 1772533180 + c.r.randrange(1000),
        "sub": c.secret(f"{slot} sub"),
        "email": c.email(f"{slot} email"),
        "name": c.secret(f"{slot} name", is_plain=True),
        "nonce": c.secret(f"{slot} nonce"),
        "sid": c.secret(f"{slot} sid"),
        "https://example.com/custom_secret": c.secret(f"{slot} custom secret"),
        "nested": {"refresh_token": c.secret(f"{slot} nested refresh_token")},
    }
    signature = _b64u(c.r.randbytes(32))
    c.planted[f"{slot} signature"] = signature
    head = {"alg": "RS256", "typ": "JWT", "kid": c.keep(f"{slot} kid", f"key-{c.r.randrange(10**5)}")}
    return f"{_b64u(json.dumps(head).encode())}.{_b64u(json.dumps(claims).encode())}.{signature}"


def _saml(c: Campaign, slot: str) -> str:
    signature = base64.b64encode(c.r.randbytes(64)).decode()
    c.planted[f"{slot} signature"] = signature
    instant = c.keep(f"{slot} instant", f"2026-03-03T10:1{c.r.randrange(10)}:{c.r.randrange(10, 60)}Z")
    destination = c.keep(f"{slot} destination", f"https://app.example.com/acs/{c.r.randrange(10**6)}")
    issuer = c.keep(f"{slot} issuer", f"https://idp.example.com/m{c.r.randrange(10**6)}")
    return (
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r1" Version="2.0" '
        f'IssueInstant="{instant}" '
        f'Destination="{destination}">'
        f"<saml:Issuer>{issuer}</saml:Issuer>"
        f'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignatureValue>{signature}'
        "</ds:SignatureValue></ds:Signature>"
        '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
        '<saml:Assertion ID="_a1" Version="2.0" IssueInstant="2026-03-03T10:12:41Z">'
        "<saml:Issuer>https://idp.example.com</saml:Issuer>"
        f"<saml:Subject><saml:NameID>{c.email(f'{slot} NameID')}</saml:NameID></saml:Subject>"
        f'<saml:AuthnStatement AuthnInstant="2026-03-03T10:12:40Z" SessionIndex="{html.escape(c.secret(f"{slot} SessionIndex"))}"/>'
        "<saml:AttributeStatement>"
        f'<saml:Attribute Name="mail"><saml:AttributeValue>{c.email(f"{slot} mail")}</saml:AttributeValue></saml:Attribute>'
        f'<saml:Attribute Name="customThing"><saml:AttributeValue>{html.escape(c.secret(f"{slot} attribute"))}'
        "</saml:AttributeValue></saml:Attribute>"
        f"</saml:AttributeStatement></saml:Assertion><!-- {c.email(f'{slot} xml comment')} --></samlp:Response>"
    )


def _pairs(**values: Any) -> list[dict[str, Any]]:
    return [{"name": name.replace("_", "-"), "value": value} for name, value in values.items()]


def _entry(c: Campaign, number: int, url: str, **more: Any) -> dict[str, Any]:
    request = {
        "method": "GET", "url": url, "httpVersion": "HTTP/2", "cookies": [], "queryString": [], "headersSize": -1, "bodySize": -1,
        "headers": [{"name": "X-Request-Id", "value": c.uuid(f"request id {number}")}],
    }  # fmt: skip
    response = {
        "status": 500 if number % 3 == 0 else 200, "statusText": "OK", "httpVersion": "HTTP/2", "headersSize": -1, "bodySize": -1,
        "headers": [{"name": "Date", "value": f"Tue, 03 Mar 2026 10:19:{number:02d} GMT"}], "cookies": [],
        "content": {"size": 2, "mimeType": "application/json", "text": "{}"}, "redirectURL": "",
    }  # fmt: skip
    for side, target in (("request", request), ("response", response)):
        extra = dict(more.pop(side, {}))
        target["headers"] = [*target["headers"], *extra.pop("headers", [])]  # type: ignore[misc]
        target.update(extra)
    return {
        "startedDateTime": f"2026-03-03T10:12:{number % 60:02d}.{number:03d}Z", "time": 12.5, "request": request,
        "response": response, "cache": {}, "timings": {"send": 1, "wait": 10.5, "receive": 1}, **more,
    }  # fmt: skip


def _post(mime: str, text: str, **more: Any) -> dict[str, Any]:
    return {"request": {"method": "POST", "postData": {"mimeType": mime, "text": text, **more}}}


def _answer(mime: str, text: str, **more: Any) -> dict[str, Any]:
    return {"response": {"content": {"size": len(text), "mimeType": mime, "text": text, **more}}}


def _har(c: Campaign) -> dict[str, Any]:
    base = "https://app.example.com"
    entries = [each(c, base) for each in (_headers, _cookies, _urls, _forms, _bodies, _encoded, _streams, _odd, _more)]
    flat = [entry for group in entries for entry in group]
    c.r.shuffle(flat)
    return {
        "log": {
            "version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"},
            "browser": {"name": "Chrome", "version": c.keep("browser version", f"131.0.{c.r.randrange(1000, 9999)}.77")},
            "comment": c.email("har comment"),
            "pages": [{"startedDateTime": "2026-03-03T10:12:00.000Z", "id": "page_1", "title": f"Inbox - {c.email('page title')}",
                       "pageTimings": {"onLoad": 1}}],
            "entries": flat,
        }
    }  # fmt: skip


def _headers(c: Campaign, base: str) -> Iterator[dict[str, Any]]:
    basic = base64.b64encode(f"{c.secret('basic user', is_plain=True)}:{c.secret('basic password')}".encode()).decode()
    yield _entry(c, 1, f"{base}/h1", request={"headers": _pairs(Authorization=f"Bearer {c.secret('bearer')}")})
    yield _entry(c, 2, f"{base}/h2", request={"headers": _pairs(Authorization=f"Basic {basic}")})
    yield _entry(c, 3, f"{base}/h3", request={"headers": _pairs(authorization=f"Bearer {_jwt(c, 'jwt header')}")})
    names = [
        "X-API-Key",
        "x-csrf-token",
        "X-Amz-Security-Token",
        "X-Auth-Token",
        "X-Vendor-Secret",
        "X-My-Access-Token",
    ]
    name = c.r.choice(names)
    yield _entry(c, 4, f"{base}/h4", request={"headers": [{"name": name, "value": c.secret(f"header {name}")}]})
    yield _entry(
        c,
        5,
        f"{base}/h5",
        response={"headers": _pairs(Location=f"{base}/cb?code={quote(c.secret('location code'))}&page=2")},
    )
    yield _entry(
        c,
        6,
        f"{base}/h6",
        request={"headers": _pairs(Referer=f"{base}/x?access_token={quote(c.secret('referer token'))}")},
    )
    yield _entry(c, 7, f"{base}/h7", request={"headers": _pairs(X_Forwarded_User=c.email("x-forwarded-user"))})
    digest = f'Digest username="{c.secret("digest user", is_plain=True)}", realm="r", nonce="{c.secret("digest nonce", is_plain=True)}", response="{c.secret("digest response", is_plain=True)}"'
    yield _entry(c, 8, f"{base}/h8", request={"headers": _pairs(Authorization=digest)})


def _cookies(c: Campaign, base: str) -> Iterator[dict[str, Any]]:
    name = c.keep("cookie name", f"sess_{c.r.randrange(10**5)}")
    jar = c.secret("cookie jar")
    yield _entry(c, 10, f"{base}/c1", request={
        "headers": _pairs(Cookie=f"theme=dark; {name}={quote(c.secret('cookie header'))}; other={c.secret('second cookie', is_plain=True)}"),
        "cookies": [{"name": name, "value": jar, "path": "/", "httpOnly": True}]})  # fmt: skip
    yield _entry(c, 11, f"{base}/c2", response={
        "headers": _pairs(Set_Cookie=f"{name}={c.secret('set-cookie', is_plain=True)}; Path=/; HttpOnly\nb={c.secret('set-cookie 2', is_plain=True)}; Secure"),
        "cookies": [{"name": "z", "value": quote(c.secret("response cookie"))}]})  # fmt: skip


def _urls(c: Campaign, base: str) -> Iterator[dict[str, Any]]:
    value = c.secret("query token")
    query = urlencode({"access_token": value, "page": "7"})
    yield _entry(
        c,
        20,
        f"{base}/u1?{query}",
        request={"queryString": [{"name": "access_token", "value": value}, {"name": "page", "value": "7"}]},
    )
    yield _entry(
        c,
        21,
        f"https://{c.secret('url user', is_plain=True)}:{quote(c.secret('url password'), safe='')}@app.example.com/u2",
    )
    yield _entry(c, 22, f"{base}/u3#access_token={quote(c.secret('fragment'), safe='')}&state=x")
    yield _entry(c, 23, f"{base}/u4;jsessionid={c.secret('jsessionid', is_plain=True)}?a=b")
    yield _entry(c, 24, f"{base}/reset-password/{c.secret('reset link', is_plain=True)}")
    inner = quote("/cb?id_token=" + quote(c.secret("nested url"), safe=""), safe="")
    yield _entry(c, 25, f"{base}/login?next={quote(inner, safe='')}")
    yield _entry(
        c,
        26,
        f"https://bucket.s3.amazonaws.com/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={c.secret('presigned', is_plain=True)}&X-Amz-Expires=300",
    )
    yield _entry(c, 27, f"{base}/users/{quote(c.email('path email'))}/orders")
    yield _entry(
        c,
        28,
        f"{base}/graphql?query={quote('query{me{id}}')}&variables={quote(json.dumps({'password': c.secret('graphql get')}))}",
    )


def _forms(c: Campaign, base: str) -> Iterator[dict[str, Any]]:
    value = c.secret("form password")
    yield _entry(c, 30, f"{base}/f1", **_post("application/x-www-form-urlencoded", urlencode({"user": c.secret("form user", is_plain=True), "password": value}),
                                             params=[{"name": "password", "value": value}]))  # fmt: skip
    multipart = (
        f'--xx\r\nContent-Disposition: form-data; name="password"\r\n\r\n{c.secret("multipart")}\r\n'
        f'--xx\r\nContent-Disposition: form-data; name="file"; filename="{c.email("multipart file name")}.json"\r\nContent-Type: application/json\r\n\r\n'
        f"{json.dumps({'api_key': c.secret('multipart json')})}\r\n--xx--\r\n"
    )
    yield _entry(c, 31, f"{base}/f2", **_post("multipart/form-data; boundary=xx", multipart))
    response = base64.b64encode(_saml(c, "saml post").encode()).decode()
    yield _entry(
        c,
        32,
        f"{base}/acs",
        **_post(
            "application/x-www-form-urlencoded",
            urlencode({"SAMLResponse": response, "RelayState": c.secret("relay state")}),
        ),
    )
    packed = zlib.compress(_saml(c, "saml redirect").encode())[2:-4]
    yield _entry(c, 33, f"{base}/slo?{urlencode({'SAMLRequest': base64.b64encode(packed).decode()})}")


def _bodies(c: Campaign, base: str) -> Iterator[dict[str, Any]]:
    body = {
        "items": [{"id": 1, "owner_email": c.email("json email")}, {"deep": {"apiKey": c.secret("json apiKey")}}],
        "headers": [{"name": "Authorization", "value": f"Bearer {c.secret('json name-value')}"}],
        "firstName": c.secret("json firstName", is_plain=True), "version": c.keep("json version", f"4.{c.r.randrange(99)}.{c.r.randrange(99)}"),
        "client_secret": [c.secret("json list secret")], "phone": f"+49 151 {c.r.randrange(10**7, 10**8)}",
        "error": c.keep("json error code", f"ERR_{c.r.randrange(10**6)}"), "passwords": {"db": c.secret("json map of secrets")},
    }  # fmt: skip
    yield _entry(c, 40, f"{base}/b1", **_answer("application/json", json.dumps(body, ensure_ascii=c.r.random() < 0.5)))
    inner = json.dumps(
        {
            "refresh_token": c.secret("json in json"),
            "deeper": json.dumps({"password": c.secret("json in json in json")}),
        }
    )
    yield _entry(c, 41, f"{base}/b2", **_answer("application/json", json.dumps({"payload": inner})))
    yield _entry(c, 42, f"{base}/graphql", **_post("application/json", json.dumps({
        "query": f'mutation {{ login(user: "x", password: "{c.secret("graphql inline", is_plain=True)}") {{ token }} }}',
        "variables": {"input": {"secret": c.secret("graphql variable")}}})))  # fmt: skip
    yield _entry(c, 43, f"{base}/b4", **_answer("text/html", f'<html><body><input type="hidden" name="csrf_token" value="{html.escape(c.secret("html hidden input"))}">'
                 f'<meta name="csrf-token" content="{html.escape(c.secret("html meta csrf"))}"><a href="mailto:{c.email("html mailto")}">x</a>'
                 f'<script>window.__CFG__ = {{"apiKey":"{c.secret("html script", is_plain=True)}"}};</script></body></html>'))  # fmt: skip
    yield _entry(
        c,
        44,
        f"{base}/b5",
        **_answer(
            "text/plain",
            f"DB: postgres://app:{quote(c.secret('connection string'), safe='')}@db.example.net:5432/x failed",
        ),
    )
    pem = base64.b64encode(c.r.randbytes(48)).decode()
    c.planted["pem"] = pem
    yield _entry(
        c, 45, f"{base}/b6", **_answer("text/plain", f"-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n")
    )
    yield _entry(
        c,
        46,
        f"{base}/b7",
        **_answer(
            "application/xml",
            f'<r><password>{html.escape(c.secret("xml element"))}</password><x token="{html.escape(c.secret("xml attribute"))}"/></r>',
        ),
    )
    yield _entry(
        c,
        47,
        f"{base}/b8",
        **_answer("application/json", json.dumps({"password": c.secret("cut json")})[:-1] + ', "next": "unfin'),
    )
    yield _entry(
        c,
        48,
        f"{base}/b9",
        **_answer("application/javascript", f"cb({json.dumps({'access_token': c.secret('jsonp')})});"),
    )


def _encoded(c: Campaign, base: str) -> Iterator[dict[str, Any]]:
    inner = json.dumps({"access_token": c.secret("base64 body")})
    yield _entry(
        c, 50, f"{base}/e1", **_answer("application/json", base64.b64encode(inner.encode()).decode(), encoding="base64")
    )
    binary = json.dumps({"password": c.secret("binary body")}).encode()
    yield _entry(
        c,
        51,
        f"{base}/e2",
        **_answer("application/octet-stream", base64.b64encode(b"\x00\x01" + binary).decode(), encoding="base64"),
    )
    packed = base64.b64encode(
        gzip.compress(json.dumps({"secret": c.secret("gzip in json")}).encode(), mtime=0)
    ).decode()
    yield _entry(c, 52, f"{base}/e3", **_answer("application/json", json.dumps({"blob": packed})))
    hexed = f"password={c.secret('hex in json', is_plain=True)}".encode().hex()
    yield _entry(c, 53, f"{base}/e4", **_answer("application/json", json.dumps({"hex": hexed})))
    grpc = b"\0\0\0\0\x20" + b"\x0a\x1e" + c.secret("grpc-web", is_plain=True).encode()
    yield _entry(
        c, 54, f"{base}/e5", **_answer("application/grpc-web+proto", base64.b64encode(grpc).decode(), encoding="base64")
    )


def _streams(c: Campaign, base: str) -> Iterator[dict[str, Any]]:
    messages = [
        {
            "type": "send",
            "time": 1772533180.1,
            "opcode": 1,
            "data": json.dumps({"type": "auth", "token": c.secret("websocket")}),
        },
        {
            "type": "receive",
            "time": 1772533180.2,
            "opcode": 1,
            "data": f'42["login",{json.dumps({"password": c.secret("socket.io")})}]',
        },
        {
            "type": "receive",
            "time": 1772533180.3,
            "opcode": 2,
            "data": base64.b64encode(json.dumps({"secret": c.secret("websocket binary")}).encode()).decode(),
        },
        {
            "type": "send",
            "time": 1772533180.4,
            "opcode": 1,
            "data": f"CONNECT\nlogin:{c.secret('stomp login', is_plain=True)}\npasscode:{c.secret('stomp', is_plain=True)}\n\n\0",
        },
    ]
    yield _entry(c, 60, "wss://app.example.com/ws", _webSocketMessages=messages, _resourceType="websocket")
    sse = f"event: token\nid: 1\ndata: {json.dumps({'access_token': c.secret('sse')})}\n\ndata: password={c.secret('sse plain', is_plain=True)}\n\n"
    yield _entry(c, 61, f"{base}/sse", **_answer("text/event-stream", sse))


def _more(c: Campaign, base: str) -> Iterator[dict[str, Any]]:
    nested = json.dumps(
        {
            "a": json.dumps(
                [{"name": "Cookie", "value": f"sid={c.secret('more cookie in json in json', is_plain=True)}"}]
            )
        }
    )
    yield _entry(c, 80, f"{base}/m1", **_answer("application/json", nested))
    yield _entry(
        c,
        81,
        f"{base}/m2",
        **_answer("application/json", ")]}',\n" + json.dumps({"access_token": c.secret("more xssi prefix")})),
    )
    lines = "\n".join(json.dumps({"password": c.secret(f"more ndjson {n}")}) for n in range(2))
    yield _entry(c, 82, f"{base}/m3", **_answer("application/x-ndjson", lines))
    batch = f"--b\r\nContent-Type: application/http\r\n\r\nGET /x HTTP/1.1\r\nAuthorization: Bearer {c.secret('more batch', is_plain=True)}\r\n\r\n--b--"
    yield _entry(c, 83, f"{base}/m4", **_post("multipart/mixed; boundary=b", batch))
    soap = f'<s:Envelope xmlns:s="x"><s:Header><wsse:UsernameToken xmlns:wsse="y"><wsse:Username>svc</wsse:Username><wsse:Password Type="z">{c.secret("more wsse", is_plain=True)}</wsse:Password></wsse:UsernameToken></s:Header></s:Envelope>'
    yield _entry(c, 84, f"{base}/m5", **_post("text/xml", soap))
    yield _entry(
        c,
        85,
        f"{base}/saml/m6",
        **_answer(
            "text/html",
            f"<form><input name='SAMLResponse' value='{base64.b64encode(_saml(c, 'more html form').encode()).decode()}'></form>",
        ),
    )
    yield _entry(
        c,
        86,
        f"{base}/m7",
        **_answer(
            "application/json",
            json.dumps(
                [["Authorization", f"Bearer {c.secret('more pairs')}"], ["password", c.secret("more pair password")]]
            ),
        ),
    )
    yield _entry(
        c,
        87,
        f"{base}/m8",
        **_answer(
            "application/json",
            json.dumps({"key": "password", "val": "x", "field": "api_key", "value": c.secret("more field value")}),
        ),
    )
    yield _entry(
        c,
        89,
        f"{base}/m10",
        **_answer(
            "application/x-yaml",
            f'db:\n  password: {c.secret("more yaml", is_plain=True)}\n  token: "{c.secret("more yaml token", is_plain=True)}"\n',
        ),
    )
    yield _entry(
        c,
        90,
        f"{base}/m11",
        **_answer(
            "text/plain",
            f"[default]\naws_access_key_id = AKIA{''.join(c.r.choices('ABCDEFGHIJ', k=16))}\naws_secret_access_key = {c.secret('more ini', is_plain=True)}\n",
        ),
    )
    utf16 = base64.b64encode(json.dumps({"password": c.secret("more utf-16 body")}).encode("utf-16")).decode()
    yield _entry(c, 91, f"{base}/m12", **_answer("application/json", utf16, encoding="base64"))
    gz = base64.b64encode(
        gzip.compress(json.dumps({"password": c.secret("more gzip body")}).encode(), mtime=0)
    ).decode()
    yield _entry(c, 92, f"{base}/m13", **_answer("application/json", gz, encoding="base64"))
    yield _entry(
        c,
        93,
        f"{base}/oauth/token",
        **_post(
            "application/x-www-form-urlencoded",
            urlencode(
                {
                    "grant_type": "authorization_code",
                    "code": c.secret("more oauth code"),
                    "client_secret": c.secret("more oauth secret"),
                    "code_verifier": c.secret("more oauth verifier"),
                }
            ),
        ),
    )
    yield _entry(
        c,
        94,
        f"{base}/m15",
        request={
            "headers": _pairs(
                Cookie=f"auth={quote(json.dumps({'token': c.secret('more json cookie')}), safe='')}",
                X_Custom_Blob=base64.b64encode(
                    json.dumps({"password": c.secret("more header blob")}).encode()
                ).decode(),
            )
        },
    )
    yield _entry(
        c,
        95,
        f"{base}/m16/{base64.urlsafe_b64encode(json.dumps({'access_token': c.secret('more path blob')}).encode()).decode().rstrip('=')}/x",
    )
    yield _entry(
        c,
        96,
        f"{base}/m17",
        **_answer(
            "application/json",
            json.dumps(
                {
                    "error": f"duplicate key (email)=({c.email('more sql error')})",
                    "sql": f"select * from u where token = '{c.secret('more sql token', is_plain=True)}'",
                }
            ),
        ),
    )
    yield _entry(
        c,
        97,
        f"{base}/m18",
        **_answer("application/json", "{'password': '" + c.secret("more python repr body", is_plain=True) + "'}"),
    )
    yield _entry(
        c,
        98,
        f"{base}/m19",
        **_answer(
            "application/json",
            json.dumps(
                {
                    "PASSWORD": c.secret("more upper key"),
                    "Pass\u0077ord": c.secret("more escaped key"),
                    "pass-word": c.secret("more dashed key"),
                    "userPassword1": c.secret("more numbered key"),
                }
            ),
        ),
    )
    yield _entry(
        c,
        99,
        f"{base}/m20",
        response={
            "headers": [
                {
                    "name": "Set-Cookie",
                    "value": f"a={c.secret('more expires cookie', is_plain=True)}; Expires=Wed, 21 Oct 2026 07:28:00 GMT, b={c.secret('more folded cookie', is_plain=True)}; Path=/",
                }
            ]
        },
    )


def _odd(c: Campaign, base: str) -> Iterator[dict[str, Any]]:
    stack = {
        "type": "script",
        "stack": {
            "callFrames": [
                {
                    "functionName": "f",
                    "url": f"{base}/a.js?token={c.secret('initiator', is_plain=True)}",
                    "lineNumber": 1,
                }
            ]
        },
    }
    yield _entry(
        c,
        70,
        f"{base}/o1",
        _initiator=stack,
        comment=c.email("entry comment"),
        connection="443",
        _vendor={"x": c.secret("vendor field")},
    )
    yield _entry(
        c,
        71,
        f"{base}/o2",
        response={
            "headers": [{"name": "X-Foo", "value": "1", "comment": c.email("header comment")}],
            "statusText": f"Denied for {c.email('status text')}",
        },
    )
    yield _entry(
        c,
        72,
        f"{base}/o3",
        **_post(
            "application/json", json.dumps({"password": c.secret("post comment")}), comment=c.email("post data comment")
        ),
    )
    yield _entry(
        c,
        73,
        f"{base}/o4",
        serverIPAddress="203.0.113.77",
        _error=f"failed: Authorization: Bearer {c.secret('error field', is_plain=True)}",
    )
    yield _entry(
        c, 74, f"{base}/o5", response={"redirectURL": f"{base}/cb?id_token={quote(c.secret('redirectURL'), safe='')}"}
    )


def _log(c: Campaign) -> str:
    r = c.r
    basic = base64.b64encode(f"svc:{c.secret('log basic', is_plain=True)}".encode()).decode()
    lines = [
        f"2026-03-03T10:19:01Z ERROR request_id={c.uuid('log request id')} login failed password={c.secret('log password', is_plain=True)} status=500",
        f'2026-03-03T10:19:02Z WARN headers={{"Authorization": "Bearer {c.secret("log json header", is_plain=True)}", "x": "1"}}',
        f"2026-03-03T10:19:03Z INFO user={c.email('log user')} from 198.51.100.{r.randrange(1, 254)} version={c.keep('log version', f'{r.randrange(9)}.{r.randrange(90)}.{r.randrange(9)}')}",
        f"2026-03-03T10:19:04Z ERROR jdbc:postgresql://db/app?user=app&password={c.secret('jdbc', is_plain=True)} refused",
        "java.lang.IllegalStateException: cannot open " + f"mongodb+srv://svc:{c.secret('log mongo', is_plain=True)}@cluster.example.net/x",
        f"\tat com.example.Orders.save(Orders.java:{c.keep('frame line', str(r.randrange(1000, 9999)))})",
        f"2026-03-03T10:19:05Z DEBUG GET /cb?code={c.secret('log query', is_plain=True)}&state={c.secret('log state', is_plain=True)} 302 {c.keep('duration', f'{r.randrange(1000, 9999)}ms')}",
        f"2026-03-03T10:19:06Z DEBUG curl -H 'X-Api-Key: {c.secret('log curl header', is_plain=True)}' -u svc:{c.secret('log curl -u', is_plain=True)} https://api.example.com/",
        f"2026-03-03T10:19:07Z DEBUG token eyJ: {_jwt(c, 'log jwt')}",
        f"2026-03-03T10:19:08Z DEBUG Set-Cookie: sid={c.secret('log set-cookie', is_plain=True)}; Path=/; HttpOnly",
        f"2026-03-03T10:19:09Z DEBUG client_secret => '{c.secret('log ruby', is_plain=True)}', :password=>\"{c.secret('log ruby 2', is_plain=True)}\"",
        f"2026-03-03T10:19:10Z DEBUG <password>{c.secret('log xml', is_plain=True)}</password>",
        f"2026-03-03T10:19:11Z DEBUG export DB_PASSWORD={c.secret('log env', is_plain=True)} AWS_SECRET_ACCESS_KEY={c.secret('log aws')}",
        f"2026-03-03T10:19:12Z INFO traceparent 00-{c.keep('trace id', f'{r.getrandbits(128):032x}')}-{r.getrandbits(64):016x}-01",
        "2026-03-03T10:19:13Z DEBUG body=" + quote(json.dumps({"password": c.secret("log percent json")}), safe=""),
        f"2026-03-03T10:19:14Z DEBUG body={json.dumps(json.dumps({'api_key': c.secret('log escaped json')}))}",
        f"2026-03-03T10:19:15Z DEBUG User(email='{c.email('log repr')}', password='{c.secret('log repr password', is_plain=True)}')",
        f"2026-03-03T10:19:16Z DEBUG Authorization: Basic {basic}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _json_log(c: Campaign) -> str:
    records = [
        {"timestamp": "2026-03-03T10:19:20Z", "level": "error", "request_id": c.uuid("jsonl request id"), "password": c.secret("jsonl password")},
        {"timestamp": "2026-03-03T10:19:21Z", "level": "info", "req": {"headers": {"authorization": f"Bearer {c.secret('jsonl header')}", "cookie": f"a={c.secret('jsonl cookie', is_plain=True)}"}}},
        {"timestamp": "2026-03-03T10:19:22Z", "level": "info", "msg": f"user {c.email('jsonl msg email')} token={c.secret('jsonl msg token', is_plain=True)}"},
    ]  # fmt: skip
    return "".join(json.dumps(each) + "\n" for each in records)


def _note(c: Campaign) -> str:
    har_like = json.dumps({"headers": [{"name": "Cookie", "value": f"sid={c.secret('note pasted har cookie', is_plain=True)}"},
                                       {"name": "Authorization", "value": f"Bearer {c.secret('note pasted har', is_plain=True)}"}]}, indent=2)  # fmt: skip
    return (
        f"Customer called, mail {c.email('note email')}, phone +1 (202) 555-0{c.r.randrange(100, 199)}.\n"
        f"They use the password: {c.secret('note password', is_plain=True)} for the test account.\n"
        f"token {_jwt(c, 'note jwt')}\n"
        f"{har_like}\n"
        f"{html.escape(json.dumps({'client_secret': c.secret('note html json', is_plain=True)}))}\n"
        f"From the vault: ghp_{''.join(c.r.choices(_ALNUM, k=36))} and AKIA{''.join(c.r.choices(string.ascii_uppercase + '234567', k=16))}\n"
        f"It happened at {c.keep('note time', f'10:{c.r.randrange(10, 59)}')} on build {c.keep('note build', f'{c.r.randrange(10, 99)}.{c.r.randrange(100, 999)}')}.\n"
    )


def _console(c: Campaign) -> str:
    return (
        f"app.js:12 Uncaught TypeError: Cannot read properties of undefined (reading 'id')\n"
        f"app.js:13 GET https://app.example.com/api?api_key={c.secret('console query', is_plain=True)} 500 (Internal Server Error)\n"
        f"app.js:14 login {{email: '{c.email('console email')}', password: '{c.secret('console password', is_plain=True)}'}}\n"
    )


def _curl(c: Campaign) -> str:
    return (
        f"curl 'https://app.example.com/api/orders?token={c.secret('curl query', is_plain=True)}' \\\n"
        f"  -H 'Authorization: Bearer {c.secret('curl bearer', is_plain=True)}' \\\n"
        f"  -b 'sid={c.secret('curl cookie', is_plain=True)}' \\\n"
        "  --data-raw '" + json.dumps({"password": c.secret("curl body", is_plain=True)}) + "'\n"
    )


def _zip(c: Campaign) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = c.email("zip comment").encode()
        member = zipfile.ZipInfo(f"logs/{c.email('member name')}.log")
        member.comment = c.email("member comment").encode()
        archive.writestr(member, f"2026-03-03T10:20:00Z ERROR password={c.secret('zip log', is_plain=True)}\n" * 2)
        archive.writestr(f"logs/token={c.secret('member name token', is_plain=True)}.bin", b"\x00\x01\x02" * 50)
    return out.getvalue()


def _config(c: Campaign) -> str:
    return json.dumps(
        {
            "sso": {"entityId": c.keep("config entity id", f"urn:example:{c.r.randrange(10**6)}"), "clientSecret": c.secret("config clientSecret"),
                    "certificate_private_key": c.secret("config private key"), "enabled": True},
            "database": {"url": f"mysql://root:{c.secret('config db', is_plain=True)}@db.example.net/x"},
            "users": {c.email("config key email"): {"role": "admin"}},
            "webhook": f"https://hooks.slack.com/services/T{c.r.randrange(10**8):08d}/B{c.r.randrange(10**8):08d}/{c.secret('config slack', is_plain=True)[:24]}",
        }
    )  # fmt: skip


def _mail(c: Campaign) -> str:
    body = base64.encodebytes(f"My password is: {c.secret('mail base64 part', is_plain=True)}\n".encode()).decode()
    return (
        f"From: {c.email('mail from')}\nTo: support@example.com\nSubject: Login\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n'
        f"{body}\n--b\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n"
        f"password=3D{c.secret('mail quoted-printable', is_plain=True)}\n--b--\n"
    )


def _odd_log(c: Campaign) -> str:
    r = c.r
    s = lambda slot: c.secret(f"odd {slot}", is_plain=True)  # noqa: E731
    when = "2026-03-03T10:21:00Z"
    return "\n".join(
        [
            f"{when} DEBUG > authorization: Bearer {s('curl -v')}",
            f"{when} DEBUG args=['--token', '{s('argv list')}', '--user', 'x']",
            f"{when} DEBUG exec: deploy --api-key {s('argv space')} --verbose",
            f"{when} DEBUG exec: deploy --password={s('argv equals')}",
            f"{when} DEBUG exec: mysql -uroot -p{s('mysql -p')} app",
            f"{when} DEBUG sshpass -p {s('sshpass')} ssh x",
            f"{when} DEBUG redis-cli -a {s('redis-cli')} ping",
            f"{when} DEBUG AUTH {s('redis auth')}",
            f"{when} DEBUG {{:access_token=>\"{s('ruby hash')}\", :x=>1}}",
            f"{when} DEBUG map[password:{s('go map')} user:x]",
            f"{when} DEBUG {{Password:{s('go struct')} User:x}}",
            f"{when} DEBUG &{{Token:0xc000 Secret:{s('go struct 2')}}}",
            f"{when} DEBUG Credentials [username=x, password={s('java toString')}]",
            f"{when} DEBUG Credentials(username=x, password={s('kotlin data class')})",
            f"{when} DEBUG Some(Token {{ value: \"x\", secret: \"{s('rust debug')}\" }})",
            f"{when} DEBUG array('password' => '{s('php array')}')",
            f'{when} DEBUG ["password"]=> string(22) "{s("php var_dump")}"',
            f"{when} DEBUG password: |-",
            f"{when} DEBUG UPDATE users SET password='{s('sql set')}' WHERE id=1",
            f"{when} DEBUG INSERT INTO users (email, password) VALUES ('{c.email('odd sql insert email')}', 'x')",
            f"{when} DEBUG login with password {s('prose password')}",
            f"{when} DEBUG your one-time link: https://app.example.com/magic-link/{s('magic link')}",
            f"{when} DEBUG Cookie: a={s('cookie a')}; b={s('cookie b')}",
            f"{when} DEBUG cookies={{'sid': '{s('python dict cookie')}'}}",
            f"{when} DEBUG headers=[(b'authorization', b'Bearer {s('asgi headers')}')]",
            f"{when} DEBUG headers=Headers({{'cookie': 'sid={s('httpx headers')}'}})",
            f'{when} DEBUG "Authorization": ["Bearer {s("header list")}"]',
            f"{when} DEBUG Authorization=[Bearer {s('spring header')}]",
            f"{when} DEBUG proxy http://svc:{s('proxy url')}@proxy.example.net:3128",
            f"{when} DEBUG Server=db;User Id=sa;Password={s('ado')};Encrypt=true",
            f"{when} DEBUG amqp://u:{s('amqp')}@mq.example.net//",
            f"{when} DEBUG token: {s('yaml token')}",
            f"{when} DEBUG password = \"{s('toml password')}\"",
            f"{when} DEBUG \x1b[31mpassword\x1b[0m=\x1b[32m{s('ansi coloured')}\x1b[0m",
            f"{when} DEBUG passwd:{s('colon no blank')}",
            f"{when} DEBUG body={base64.b64encode(json.dumps({'password': s('base64 json')}).encode()).decode()}",
            f"{when} DEBUG body={json.dumps({'password': s('utf8 hex')}).encode().hex()}",
            f"{when} DEBUG user <{c.email('odd angle mail')}> name=\"{c.email('odd quoted mail')}\"",
            f"{when} DEBUG Set-Cookie2: x={s('set-cookie2')}; Path=/",
            f"{when} DEBUG x-amz-security-token:{s('amz token')}",
            f"{when} DEBUG code_verifier={s('pkce')}&grant_type=authorization_code",
            f"{when} DEBUG SAMLResponse={base64.b64encode(_saml(c, 'odd saml log').encode()).decode()}",
            f"{when} INFO took {c.keep('odd duration', str(r.randrange(10**5, 10**6)))} us, http.status_code=503 retry=2/5",
        ]
    ) + "\n"  # fmt: skip


def forms(value: str) -> Iterator[tuple[str, bytes]]:
    """Every spelling in which a reader of the package could find the value."""
    raw = value.encode()
    yield "plain", raw
    yield "lower", raw.lower()
    once = quote(value, safe="")
    yield "percent", once.encode()
    yield "percent twice", quote(once, safe="").encode()
    yield "json", json.dumps(value)[1:-1].encode()
    yield "json twice", json.dumps(json.dumps(value)[1:-1])[1:-1].encode()
    yield "html", html.escape(value).encode()
    yield "hex", raw.hex().encode()
    yield "utf-16", value.encode("utf-16-le")
    for shift in range(3):
        packed = base64.b64encode(b"\0" * shift + raw)
        core = packed[(0, 2, 3)[shift] :].rstrip(b"=")
        core = core[:-1] if (len(raw) + shift) % 3 else core
        yield f"base64+{shift}", core
        yield f"base64url+{shift}", core.translate(bytes.maketrans(b"+/", b"-_"))
