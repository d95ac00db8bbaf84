"""What the tests of this room share: the book, Node, browsers, hostile inputs."""

import base64
import dataclasses
import functools
import json
import os
import shutil
import subprocess
import tempfile
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from diagpack.assess.checklists import load_checklists
from diagpack.guide.book import make_book
from diagpack.guide.intake import IntakeKey, new_intake_key
from diagpack.model.checklist import Checklist
from diagpack.redact.policy import load_policy
from diagpack.redact.rulebook import load_data, portable_engine, rules_as_json

HERE = Path(__file__).parent
PAGE = Path(__file__).parents[2] / "src" / "diagpack" / "guide" / "page"
MODULES = Path(os.environ.get("DIAGPACK_NODE_MODULES", HERE.parent / "npm" / "node_modules"))


@functools.cache
def rules() -> dict[str, Any]:
    """What the pipeline hands to the room."""
    policy = dict(load_policy().data)
    return {**rules_as_json(), "names": load_data("names"), "policy": policy, "engine": portable_engine()}


@functools.cache
def book() -> dict[str, Any]:
    return make_book(rules())


# Module and the name it gives to the worker.
WORKER = {
    "tokens": "Tokens",
    "packing": "Packing",
    "words": "GuideWords",
    "headers": "GuideHeaders",
    "prose": "Prose",
    "learning": "Learning",
    "scanner": "GuideRules",
    "plain_text": "GuidePlainText",
    "json": "GuideJson",
    "markup": "GuideMarkup",
    "redactor": "GuideRedactor",
    "har": "GuideHar",
    "saml": "SamlChecks",
    "checks": "Checks",
}


def node_source() -> str:
    """The modules of the worker as one text that Node evaluates."""
    source = portable_engine().replace("const PortableRules", "globalThis.PortableRules", 1)
    for name, constant in WORKER.items():
        text = (PAGE / f"{name}.js").read_text("utf-8")
        source += "\n" + text.replace(f"const {constant} =", f"globalThis.{constant} =", 1)
    return source


def in_node(requests: list[list[Any]], key: bytes, *, books: dict[str, Any] | None = None) -> list[Any]:
    """Run the page's redactor in Node: each request is [function, arguments…]; the answers in order."""
    source = (
        node_source()
        + """
const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const key = Uint8Array.from(Buffer.from(input.key, "hex"));
const redactor = new GuideRedactor.Redactor(input.book, key, { hide: input.hide });
const har = new GuideHar.HarRedactor(redactor);
const run = ([name, ...rest]) => (name === "har" ? har.redact(rest[0]) : redactor[name](...rest));
const answers = input.requests.map(run);
process.stdout.write(JSON.stringify({ answers, counts: redactor.counts }));
"""
    )
    given = {"book": books or book(), "key": key.hex(), "requests": requests, "hide": ["Falcon"]}
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run([node, "-e", source], input=json.dumps(given).encode(), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return list(json.loads(done.stdout)["answers"])


def deflated(text: str) -> str:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(engine.compress(text.encode()) + engine.flush()).decode()


SAML = (
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
    'Destination="https://app.example.com/acs"><saml:Issuer>https://idp.example.com/</saml:Issuer>'
    "<saml:Assertion><saml:Subject><saml:NameID>canary-nameid@example.com</saml:NameID></saml:Subject>"
    '<saml:Conditions NotBefore="2026-01-01T00:00:00Z" NotOnOrAfter="2026-01-01T00:05:00Z"/>'
    '<saml:AuthnStatement SessionIndex="canary-session-index"/><saml:AttributeStatement>'
    '<saml:Attribute Name="http://schemas.example.com/claims/mail"><saml:AttributeValue>canary-attribute</saml:AttributeValue>'
    "</saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>"
)


def jwt(**claims: Any) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'RS256', 'kid': 'k1'})}.{part(claims)}.{'c2lnbmF0dXJlLWNhbmFyeQ'}"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def percent(text: str) -> str:
    return quote(text, safe="")


CASE = "CS-1042"
NONCE = "nonce-0123456789"
STARTED = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@functools.cache
def intake_key() -> IntakeKey:
    """One key for all tests: making it takes a second."""
    folder = Path(tempfile.mkdtemp())
    try:
        return new_intake_key(folder / "intake.key", wrapping=b"w" * 32)
    finally:
        shutil.rmtree(folder)


@functools.cache
def other_key() -> IntakeKey:
    folder = Path(tempfile.mkdtemp())
    try:
        return new_intake_key(folder / "other.key", wrapping=b"w" * 32)
    finally:
        shutil.rmtree(folder)


@functools.cache
def checklist(id: str = "sso-saml") -> Checklist:
    return dataclasses.replace(load_checklists()[id], hosts=("*.example.com",))


def common(**changes: Any) -> dict[str, Any]:
    """Arguments of build_page and build_script."""
    base: dict[str, Any] = {
        "case_id": CASE,
        "checklist": checklist(),
        "language": "en",
        "rules": rules(),
        "intake_certificates": [intake_key().certificate],
        "upload_address": "https://upload.example.com/cs-1042",
        "contact": "support@example.com",
        "expires": datetime.now(UTC) + timedelta(days=14),
        "nonce": NONCE,
    }
    return {**base, **changes}


def canary_har(host: str = "app.example.com", *, extra: str = "") -> dict[str, Any]:
    """A HAR with a canary in every slot that can hold a secret."""
    token = jwt(sub="canary-jwt-sub", email="canary-jwt@example.com", iss="https://idp.example.com/", exp=1767225600)
    texts = [
        json.dumps({"password": "canary-json-password", "nested": json.dumps({"access_token": "canary-json-string"})}),
        f"grant_type=password&password=canary-form-password&client_secret=canary-client-secret&x={percent('a=1')}",
        '<form><input type="hidden" name="RelayState" value="canary-relay-state-html"/></form>',
        f"plain text with Authorization: Bearer canary-bearer-in-text-0123456789 and canary-mail@example.com {extra}",
        "42" + json.dumps(["event", {"session_id": "canary-socket-frame"}]),
    ]
    entries = [_entry(host, index, text, token) for index, text in enumerate(texts)]
    post = {
        "mimeType": "application/x-www-form-urlencoded",
        "text": f"SAMLResponse={percent(b64(SAML))}&RelayState=canary-relay",
    }
    post["params"] = [{"name": "SAMLResponse", "value": b64(SAML)}, {"name": "RelayState", "value": "canary-relay"}]  # type: ignore[assignment]
    entries[1]["request"] |= {"method": "POST", "url": f"https://{host}/saml/acs", "postData": post}
    entries[-1]["response"]["status"] = 500
    entries[-1]["_webSocketMessages"] = [{"type": "send", "time": 1, "opcode": 1, "data": texts[-1]}]
    page = {
        "id": "p1",
        "title": "https://app.example.com/?token=canary-page-title",
        "startedDateTime": _at(0),
        "pageTimings": {},
    }
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "WebInspector", "version": "537.36"},
            "pages": [page],
            "entries": entries,
        }
    }


def _at(seconds: int) -> str:
    return (STARTED + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def _pair(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def _entry(host: str, index: int, text: str, token: str) -> dict[str, Any]:
    headers = [
        {"name": "Cookie", "value": "sid=canary-cookie-header; theme=canary-cookie-two"},
        {"name": "Authorization", "value": f"Bearer {token}"},
        {"name": "X-Api-Key", "value": "canary-api-key"},
        {"name": "Referer", "value": "https://app.example.com/reset/canary0resettoken99?code=canary-referer-code"},
        {"name": "X-Forwarded-For", "value": "192.0.2.77"},
        {"name": "User-Agent", "value": "ExampleBrowser/1.0"},
    ]
    answers = [
        {"name": "Set-Cookie", "value": "sid=canary-set-cookie; Path=/; HttpOnly"},
        {"name": "Location", "value": f"https://{host}/cb#access_token=canary-location"},
        {"name": "Date", "value": format_datetime(STARTED + timedelta(seconds=index), usegmt=True)},
        {"name": "X-Request-Id", "value": f"req-{index}"},
    ]
    url = f"https://canary-user:canary-userinfo@{host}/api/v1/items?token=canary-query&state=canary-state-0123&page={index}"
    is_base64 = index == 2
    content: dict[str, Any] = {"size": len(text), "mimeType": "text/html" if is_base64 else "text/plain"}
    content |= {"text": b64(text), "encoding": "base64"} if is_base64 else {"text": text}
    return {
        "startedDateTime": _at(index),
        "time": 20,
        "serverIPAddress": "192.0.2.10",
        "comment": "canary-comment",
        "_unknown": "canary-vendor-field",
        "request": {
            "method": "GET", "url": url, "httpVersion": "h2", "headers": headers, "headersSize": -1,
            "bodySize": -1,
            "cookies": [{"name": "sid", "value": "canary-cookie-list"}],
            "queryString": [_pair("token", "canary-query"), _pair("q", "token%3Dcanary-query-encoded")],
        },
        "response": {
            "status": 200, "statusText": "OK", "httpVersion": "h2", "headers": answers, "headersSize": -1,
            "bodySize": -1, "cookies": [_pair("sid", "canary-response-cookie")], "content": content,
            "redirectURL": "/x?code=canary-redirect",
        },
        "cache": {},
        "timings": {"send": 0, "wait": 20, "receive": 0},
    }  # fmt: skip


def drive(browser: str, page: Path, actions: list[list[Any]], downloads: Path, **more: Any) -> dict[str, Any]:
    """Run a plan in a real browser; fails with what the page showed when an action fails."""
    programs = {"chromium": "chromium", "firefox": "firefox-esr"}
    plan = {
        "browser": browser,
        "executable": shutil.which(programs[browser]),
        "page": page.as_uri(),
        "actions": actions,
    }
    plan |= {"downloads": str(downloads), "modules": str(MODULES), **more}
    node = shutil.which("node")
    assert node is not None
    script = str(HERE / "drive.cjs")
    done = subprocess.run([node, script], input=json.dumps(plan).encode(), capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    out: dict[str, Any] = json.loads(done.stdout)
    assert "failed" not in out, (out["failed"], out.get("body"), out["errors"])
    return out
