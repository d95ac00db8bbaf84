"""What the tests of this room share: the book, Node, browsers, hostile inputs."""

import base64
import functools
import json
import os
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from diagpack.guide.book import make_book
from diagpack.redact.policy import load_policy
from diagpack.redact.rulebook import portable_engine, rules_as_json

HERE = Path(__file__).parent
PAGE = Path(__file__).parents[2] / "src" / "diagpack" / "guide" / "page"
MODULES = Path(os.environ.get("DIAGPACK_NODE_MODULES", HERE.parent / "npm" / "node_modules"))


@functools.cache
def rules() -> dict[str, Any]:
    """What the pipeline hands to the room."""
    return {**rules_as_json(), "policy": dict(load_policy().data), "engine": portable_engine()}


@functools.cache
def book() -> dict[str, Any]:
    return make_book(rules())


def in_node(requests: list[list[Any]], key: bytes, *, books: dict[str, Any] | None = None) -> list[Any]:
    """Run the page's redactor in Node: each request is [function, arguments…]; the answers in order."""
    names = ("tokens", "packing", "redactor", "har")
    globals_of = {"tokens": "Tokens", "packing": "Packing", "redactor": "GuideRedactor", "har": "GuideHar"}
    source = portable_engine().replace("const PortableRules", "globalThis.PortableRules", 1)
    for name in names:
        text = (PAGE / f"{name}.js").read_text("utf-8")
        source += "\n" + text.replace(f"const {globals_of[name]} =", f"globalThis.{globals_of[name]} =", 1)
    source += """
const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const key = Uint8Array.from(Buffer.from(input.key, "hex"));
const redactor = new GuideRedactor.Redactor(input.book, key, { hide: input.hide });
const har = new GuideHar.HarRedactor(redactor);
const run = ([name, ...rest]) => (name === "har" ? har.redact(rest[0]) : redactor[name](...rest));
const answers = input.requests.map(run);
process.stdout.write(JSON.stringify({ answers, counts: redactor.counts }));
"""
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
