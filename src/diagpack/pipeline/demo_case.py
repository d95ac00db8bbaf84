"""The built-in case of `diagpack demo`: a SAML login that ends in a 500.

Enters: nothing, or other values for the secrets (tests plant canaries). Leaves: the files a customer and an analyst
would hand over: a HAR, an application log, a note. The customer's network runs 7 minutes behind, so the identity
provider's assertion is already expired when the application receives it; the application answers with a 500 instead of
an explanation. Everything in it is made up; hosts and addresses are reserved ones (RFC 2606, RFC 5737).
"""

import base64
import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

CASE_ID = "DEMO-1"
SKEW = timedelta(minutes=-7)  # the customer's clock, seen from the server's
SERVER_START = datetime(2026, 3, 3, 10, 19, 30, tzinfo=UTC)
REQUEST_ID = "7f3a9c52-0b1d-4e7e-9d53-2c8f6a4b1e90"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
NAME_ID = "jo.doe@customer.example"
APP = "https://app.example.com"
IDP = "https://idp.example.com"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Every secret of the demo, by the slot it stands in."""

    session_cookie: str = "s%3AqN7vT2xLw0ZkR4.u8Jm1pYb6c"
    idp_cookie: str = "idp-5b1f0c9e7a3d48e2b6"
    csrf: str = "Zk9xQ2w3RTRyVDV5VTZpN084"
    bearer: str = "opaque-9Jq2mVx7LpT4sWc8RzYb"
    api_key: str = "live-4Kd8Hs2Lq9Vn6Xb3"
    password: str = "correct-horse-battery"
    query_token: str = "qt-83hd72jd9s0a1k2l3"
    json_secret: str = "refresh-1A7c9E3g5I7k"
    base64_secret: str = "b64-secret-77aa88bb99cc"
    name_id: str = NAME_ID
    pasted_token: str = "dpdemo-pasted-6f7e8d9c0b1a"
    phone: str = "+1 202 555 0143"


def demo_files(secrets: Secrets | None = None) -> dict[str, bytes]:
    """File name to content: `login.har`, `app.log.gz`, `note.txt`."""
    secrets = secrets or Secrets()
    return {
        "login.har": json.dumps(_har(secrets), indent=1).encode(),
        "app.log.gz": gzip.compress(_log(secrets).encode(), mtime=0),
        "note.txt": _note(secrets).encode(),
    }


def demo_case_yaml(idp_certificate: str) -> dict[str, Any]:
    """What the analyst has filled in; `idp_certificate` is a path."""
    return {
        "title": "SSO login ends in an error page after the identity provider",
        "checklist": "sso-saml",
        "window": {"start": "2026-03-03T10:10:00+00:00", "end": "2026-03-03T10:30:00+00:00"},
        "zone": "Europe/Berlin",
        "people": ["Jo Doe"],
        "companies": ["Customer Example Ltd"],
        "domains": ["customer.example"],
        "environment": {
            "product_version": "4.2.0",
            "region": "eu-1",
            "hosts": ["app.example.com", "idp.example.com"],
            "production": ["app.example.com"],
        },
        "severity": {"function": "lost", "workaround": "none", "scope": "all", "tenants": 1, "users": 240},
        "answers": {
            "expected": "After signing in at the identity provider the user lands on the dashboard.",
            "ask": "Confirm the cause and say whether the tolerance can be raised for this tenant.",
            "needed_by": "2026-03-04T12:00:00+00:00",
            "tried": ["Private window: same result", "Second user: same result"],
            "reproducibility": "5 of 5",
        },
        "sso": {
            "sp_entity_id": f"{APP}/saml/metadata",
            "acs_urls": [f"{APP}/saml/acs"],
            "idp_entity_id": f"{IDP}/metadata",
            "idp_certificates": [idp_certificate],
            "required_attributes": ["email"],
        },
    }


def idp_certificate() -> bytes:
    """The identity provider's certificate, PEM."""
    return _data("idp.pem")


def planted(prefix: str = "canary") -> Secrets:
    """Secrets that a test can search for, one per slot."""
    return replace(
        Secrets(),
        **{
            each.name: f"{prefix}-{each.name.replace('_', '-')}-7g2k"
            for each in fields(Secrets)
            if each.name not in ("name_id", "phone")
        },
        name_id=f"{prefix}.nameid@customer.example",
    )


def _data(name: str) -> bytes:
    return files("diagpack.pipeline").joinpath("demo", name).read_bytes()


def saml_response(secrets: Secrets) -> bytes:
    """The signed response; another NameID breaks its digest, as it should."""
    return _data("saml_response.xml").replace(NAME_ID.encode(), secrets.name_id.encode())


def _client_time(seconds: float) -> str:
    moment = SERVER_START + SKEW + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _server_date(seconds: float) -> str:
    return (SERVER_START + timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _entry(
    at: float,
    method: str,
    url: str,
    status: int,
    *,
    request: Mapping[str, str] | None = None,
    response: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    body: str | None = None,
    content: Mapping[str, Any] | None = None,
    wait: float = 80.0,
    kind: str = "document",
    cookies: Mapping[str, str] | None = None,
    set_cookies: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    request_headers = {
        "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/144.0.0.0 Safari/537.36",
        "Accept-Language": "de-DE,de;q=0.9",
        **(request or {}),
    }
    # The identity provider stands in the customer's network and runs on its clock.
    skew_seconds = SKEW.total_seconds() if url.startswith(IDP) else 0.0
    response_headers = {"Date": _server_date(at + wait / 1000 + skew_seconds), **(response or {})}
    post: dict[str, Any] | None = None
    if form is not None:
        post = {
            "mimeType": "application/x-www-form-urlencoded",
            "params": [{"name": name, "value": quote(value, safe="")} for name, value in form.items()],
            "text": urlencode(form),
        }
    elif body is not None:
        post = {"mimeType": "application/json", "text": body}
    entry: dict[str, Any] = {
        "startedDateTime": _client_time(at),
        "time": wait + 12,
        "request": {
            "method": method,
            "url": url,
            "httpVersion": "h2",
            "headers": _pairs(request_headers),
            "queryString": [],
            "cookies": _pairs(cookies or {}),
            "headersSize": -1,
            "bodySize": len(post["text"]) if post else 0,
        },
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "h2",
            "headers": _pairs(response_headers),
            "cookies": _pairs(set_cookies or {}),
            "content": dict(content or {"size": 0, "mimeType": "text/html"}),
            "redirectURL": response_headers.get("Location", ""),
            "headersSize": -1,
            "bodySize": -1,
            "_transferSize": 1240,
            "_error": None,
        },
        "cache": {},
        "timings": {"blocked": 1, "dns": -1, "connect": -1, "ssl": -1, "send": 1, "wait": wait, "receive": 10},
        "serverIPAddress": "192.0.2.10" if url.startswith(APP) else "198.51.100.20",
        "connection": "443",
        "pageref": "page_1",
        "_resourceType": kind,
        "_priority": "High",
    }
    if post is not None:
        entry["request"]["postData"] = post
    if "?" in url:
        query = [part.partition("=") for part in url.split("?", 1)[1].split("&")]
        entry["request"]["queryString"] = [{"name": name, "value": value} for name, _, value in query]
    return entry


def _html(title: str, text: str) -> dict[str, Any]:
    page = f"<!doctype html><html><head><title>{title}</title></head><body>{text}</body></html>"
    return {"size": len(page), "mimeType": "text/html", "text": page}


def _json(value: Mapping[str, Any], mime: str = "application/json") -> dict[str, Any]:
    text = json.dumps(value)
    return {"size": len(text), "mimeType": mime, "text": text}


def _authn_request() -> str:
    xml = (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_q8a1f0c3d2e94" Version="2.0" '
        f'IssueInstant="2026-03-03T10:19:31Z" Destination="{IDP}/sso/saml" '
        f'AssertionConsumerServiceURL="{APP}/saml/acs"><saml:Issuer>{APP}/saml/metadata</saml:Issuer>'
        "</samlp:AuthnRequest>"
    )
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    return quote(base64.b64encode(packed.compress(xml.encode()) + packed.flush()).decode(), safe="")


def _har(secrets: Secrets) -> dict[str, Any]:
    response = base64.b64encode(saml_response(secrets)).decode()
    session = {"app_session": secrets.session_cookie}
    cookie = {"Cookie": f"app_session={secrets.session_cookie}; theme=dark"}
    hidden = json.dumps({"credential": secrets.base64_secret, "step": "device"})
    problem = {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "The session could not be created.",
        "requestId": REQUEST_ID,
        "traceId": TRACE_ID,
    }
    entries = [
        _entry(
            0,
            "GET",
            f"{APP}/login?return_to=%2Fdashboard",
            302,
            response={
                "Location": f"{IDP}/sso/saml?SAMLRequest={_authn_request()}&RelayState=ab12cd34",
                "Set-Cookie": f"app_session={secrets.session_cookie}; Path=/; Secure; HttpOnly; SameSite=None",
                "X-Request-Id": "1c0a2f9e-6d8b-4a51-8d0e-6f2f5b7c9a01",
            },
            set_cookies=session,
        ),
        _entry(
            0.4,
            "GET",
            f"{IDP}/sso/saml?SAMLRequest={_authn_request()}&RelayState=ab12cd34",
            200,
            content=_html("Sign in", '<form method="post" action="/login"><input name="username"></form>'),
        ),
        _entry(0.7, "GET", f"{IDP}/static/app.3f2a.js", 200, kind="script", content=_script()),
        _entry(
            9.8,
            "POST",
            f"{IDP}/login",
            200,
            request={"Cookie": f"idp_sid={secrets.idp_cookie}", "X-CSRF-Token": secrets.csrf},
            cookies={"idp_sid": secrets.idp_cookie},
            form={"username": secrets.name_id, "password": secrets.password},
            content=_html(
                "Redirecting",
                f'<form method="post" action="{APP}/saml/acs">'
                f'<input type="hidden" name="SAMLResponse" value="{response}"/>'
                '<input type="hidden" name="RelayState" value="ab12cd34"/></form>',
            ),
        ),
        _entry(
            10.6,
            "POST",
            f"{APP}/saml/acs",
            302,
            request={"Origin": IDP, "Referer": f"{IDP}/", **cookie},
            cookies=session,
            form={"SAMLResponse": response, "RelayState": "ab12cd34"},
            response={"Location": f"{APP}/sso/session?ticket={secrets.query_token}", "X-Request-Id": _other_id(4)},
        ),
        _entry(
            10.9,
            "GET",
            f"{APP}/sso/session?ticket={secrets.query_token}",
            500,
            request=cookie,
            cookies=session,
            response={
                "Content-Type": "application/problem+json",
                "X-Request-Id": REQUEST_ID,
                "traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01",
            },
            content=_json(problem, "application/problem+json"),
            wait=412.0,
        ),
        _entry(11.5, "GET", f"{APP}/assets/error.css", 200, kind="stylesheet"),
        _entry(
            11.7,
            "POST",
            f"{APP}/api/v2/client-events",
            202,
            kind="fetch",
            request={"Authorization": f"Bearer {secrets.bearer}", "X-Api-Key": secrets.api_key, **cookie},
            body=json.dumps({"event": "login_failed", "email": secrets.name_id, "refresh_token": secrets.json_secret}),
            response={"X-Request-Id": _other_id(7)},
            content=_json({"ok": True}),
        ),
        _entry(
            12.2,
            "GET",
            f"{APP}/api/v2/status",
            200,
            kind="fetch",
            response={"X-Request-Id": _other_id(8)},
            content={
                "size": len(hidden),
                "mimeType": "application/json",
                "encoding": "base64",
                "text": base64.b64encode(hidden.encode()).decode(),
            },
        ),
        _entry(12.6, "GET", "https://metrics.example.net/collect?v=2&tid=G-000000", 204, kind="ping"),
    ]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "WebInspector", "version": "537.36"},
            "pages": [
                {
                    "startedDateTime": _client_time(0),
                    "id": "page_1",
                    "title": f"{APP}/login?return_to=%2Fdashboard",
                    "pageTimings": {"onContentLoad": 812.0, "onLoad": 1411.0},
                }
            ],
            "entries": entries,
        }
    }


def _script() -> dict[str, Any]:
    text = "/* sign-in page */ function submitOnce(form){form.submit()}"
    return {"size": len(text), "mimeType": "application/javascript", "text": text}


def _other_id(number: int) -> str:
    return f"9d{number:02d}c0de-4b5a-4c6d-8e7f-0a1b2c3d4e{number:02d}"


def _log_line(at: float, level: str, request_id: str, text: str) -> str:
    moment = (SERVER_START + timedelta(seconds=at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{moment} {level:5} [web-2] [req={request_id}] {text}"


def _log(secrets: Secrets) -> str:
    lines = []
    for number in range(120):
        at = -60 + number * 0.58
        lines.append(
            _log_line(at, "INFO", _other_id(10 + number % 80), f"GET /api/v2/items/{number} 200 in {number % 37} ms")
        )
    failing = [
        _log_line(10.95, "INFO", REQUEST_ID, f"GET /sso/session started trace_id={TRACE_ID} client=203.0.113.7"),
        _log_line(
            11.01, "INFO", REQUEST_ID, f"saml: response for user={secrets.name_id} session={secrets.session_cookie}"
        ),
        _log_line(
            11.02,
            "WARN",
            REQUEST_ID,
            "saml: assertion NotOnOrAfter=2026-03-03T10:17:41Z is in the past, tolerance 60 s",
        ),
        _log_line(11.31, "ERROR", REQUEST_ID, "unhandled error in GET /sso/session")
        + "\nTraceback (most recent call last):"
        + '\n  File "/srv/app/web/session.py", line 88, in create_session'
        + "\n    assertion = validate(response, now=clock.now())"
        + '\n  File "/srv/app/saml/validate.py", line 141, in validate'
        + "\n    raise AssertionExpired(not_on_or_after)"
        + "\napp.saml.errors.AssertionExpired: assertion expired 120.3 s ago",
        _log_line(11.32, "INFO", REQUEST_ID, "GET /sso/session 500 in 371 ms"),
        _log_line(
            11.33,
            "DEBUG",
            _other_id(7),
            f"POST /api/v2/client-events auth=Bearer {secrets.bearer} email={secrets.name_id}",
        ),
    ]
    before = [line for line in lines if line[:24] < failing[0][:24]]
    after = [line for line in lines if line[:24] >= failing[0][:24]]
    return "\n".join([*before, *failing, *after]) + "\n"


def _note(secrets: Secrets) -> str:
    return (
        "Customer called at 10:25 UTC. Jo Doe cannot sign in with SSO since this morning; all 240 users of the tenant "
        'are affected. They see "Internal Server Error" after the company login page.\n'
        f"Call back: phone {secrets.phone}. E-mail {secrets.name_id}.\n"
        f"They also pasted this, no idea why: token={secrets.pasted_token}\n"
        "Nothing was changed on their side that they know of. Support ticket CS-1042.\n"
    )
