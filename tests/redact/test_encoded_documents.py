"""A document with a secret gives it up in no encoding, wherever it stands: in a line, in prose, in a string of JSON.

The secret stands where only its place says what it is, so each encoding has to be undone before anything is found.
"""

import base64
import gzip
import html
import itertools
import json
import quopri
import random
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import numpy as np
import pytest

from diagpack.redact.packed import LONG_RUN
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.residue import ResidueScanner
from tests.redact.planting import KEY, engine, views
from tests.redact.recipes import seeded

CANARY = "cAnary7Qz81x"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _raw_deflate(text: str) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(text.encode()) + deflater.flush()


def _signs(form: str) -> Callable[[str], str]:
    return lambda text: "".join(each if each.isalnum() else form.format(ord(each)) for each in text)


ENCODINGS: dict[str, Callable[[str], str]] = {
    "percent": lambda text: quote(text, safe=""),
    "percent-twice": lambda text: quote(quote(text, safe=""), safe=""),
    "form": quote_plus,
    "decimal-references": _signs("&#{};"),
    "hex-references": _signs("&#x{:x};"),
    "html": html.escape,
    "json": lambda text: json.dumps(text)[1:-1],
    "unicode-escapes": _signs("\\u{:04x}"),
    "quoted-printable": lambda text: quopri.encodestring(text.encode(), quotetabs=True).decode(),
    "base64": _base64,
    "base64-bare": lambda text: _base64(text).rstrip("="),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "upper-hex": lambda text: text.encode().hex().upper(),
    "gzip": lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "zlib": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "raw-deflate": lambda text: base64.b64encode(_raw_deflate(text)).decode(),
    "utf-16-le": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "utf-16-be": lambda text: base64.b64encode(text.encode("utf-16-be")).decode(),
}
DOCUMENTS: dict[str, Callable[[str], str]] = {
    "json": lambda secret: json.dumps({"user_id": 7, "password": secret}),
    "list of records": lambda secret: json.dumps({"a": [{"credentials": {"client_secret": secret}}]}),
    "name and value": lambda secret: json.dumps([{"name": "Authorization", "value": f"Bearer {secret}"}]),
    "form": lambda secret: f"grant_type=password&username=ann&password={secret}&scope=x",
    "cookies": lambda secret: f"Cookie: theme=dark; sid={secret}; x=1",
    "set-cookie": lambda secret: f"Set-Cookie: sid={secret}; Path=/; HttpOnly",
    "bearer": lambda secret: f"Authorization: Bearer {secret}",
    "basic": lambda secret: "Authorization: Basic " + _base64("ann:" + secret),
    "api key": lambda secret: f"X-Api-Key: {secret}",
    "user info": lambda secret: f"https://ann:{secret}@host.example.com/path?x=1",
    "query": lambda secret: f"https://app.example.com/cb?state=1&access_token={secret}&x=2",
    "fragment": lambda secret: f"https://app.example.com/cb#id_token=x&access_token={secret}",
    "path parameter": lambda secret: f"https://app.example.com/a;jsessionid={secret}?x=1",
    "reset link": lambda secret: f"https://app.example.com/reset-password/{secret}abcdef0123456789",
    "element": lambda secret: f"<login><user>ann</user><password>{secret}</password></login>",
    "attribute": lambda secret: f'<db host="h" password="{secret}"/>',
    "character data": lambda secret: f"<a><password><![CDATA[{secret}]]></password></a>",
    "soap": lambda secret: f"<s:Envelope xmlns:s='x'><w:Password Type='t'>{secret}</w:Password></s:Envelope>",
    "hidden field": lambda secret: f'<form><input type="hidden" name="csrf_token" value="{secret}"></form>',
    "password field": lambda secret: f"<form><input value='{secret}' type='password' name='x1'></form>",
    "named string": lambda secret: f'<resources><string name="api_key">{secret}</string></resources>',
    "logfmt": lambda secret: f'level=info msg="login" user=ann password="{secret}" dur=3ms',
    "environment": lambda secret: f"HOME=/x\nDB_PASSWORD={secret}\nPATH=/bin",
    "yaml": lambda secret: f"db:\n  user: app\n  password: {secret}\n  host: h",
    "ini": lambda secret: f"[db]\npassword = {secret}\nport = 1",
    "connection string": lambda secret: f"postgres://app:{secret}@db.example.com:5432/x?sslmode=require",
    "ado": lambda secret: f"Server=db;Database=x;User Id=app;Password={secret};Encrypt=True",
    "multipart": lambda secret: f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{secret}\r\n--b--\r\n',
    "graphql": lambda secret: json.dumps(
        {"query": "mutation L($p:String!){login(password:$p){id}}", "variables": {"password": secret}}
    ),
    "graphql literal": lambda secret: json.dumps({"query": f'mutation {{ login(password: "{secret}") {{ id }} }}'}),
    "event": lambda secret: f"event: m\ndata: {json.dumps({'token': secret})}\n\n",
    "curl": lambda secret: f"curl -u ann:{secret} https://app.example.com/",
    "stack trace": lambda secret: (
        f"Caused by: java.sql.SQLException: jdbc:mysql://db.example.com/x?user=app&password={secret}\n"
        "\tat a.b.C.d(C.java:7)"
    ),
    "sentence": lambda secret: f"the password is {secret} and it fails",
}
_TOKENS = Pseudonyms(KEY)


def _shows(text: str, secret: str) -> bool:
    data = text.encode("utf-8", "surrogatepass")
    scanner = ResidueScanner({secret: "password"}, np.empty(0, dtype=np.uint64), _TOKENS.is_token)
    hits = [each for each in scanner.scan("x", data) if each.rule.startswith("value/")]
    return bool(hits) or any(secret.lower().encode() in each.lower() for each in views(data))


def _places(encoded: str) -> list[str]:
    line = f"2026-03-02 09:00:00 INFO payload={encoded} done"
    return [line, f"the customer sent us: {encoded} yesterday", f"first\n{encoded}\nlast"]


def _written(encoded: str) -> list[str]:
    """What is made of an encoded document in a text, as a string of JSON, and as JSON inside of a string."""
    texts = [engine().text(each) for each in _places(encoded)]
    texts.append(engine().value(json.dumps({"data": encoded})))
    texts.append(engine().value(json.dumps({"body": json.dumps({"data": encoded})})))
    return texts


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_a_secret_goes_from_every_kind_of_document_in_this_encoding(encoding: str) -> None:
    shown = []
    for number, (name, document) in enumerate(DOCUMENTS.items()):
        secret = f"{CANARY}{number}"
        encoded = ENCODINGS[encoding](document(secret))
        if encoding == "raw-deflate" and len(encoded.rstrip("=")) < LONG_RUN:
            continue  # so few characters are not tried: docs/redaction.md
        assert _shows(encoded, secret), f"the reader of this test does not undo {encoding}"
        written = _written(encoded)
        shown += [f"{name}: {text}" for text in written if _shows(text, secret)]
        assert engine().text(written[0]) == written[0], "a second run changes something"

    assert shown == []


@pytest.mark.parametrize("seed", range(6))
def test_a_secret_goes_from_what_is_encoded_twice(seed: int) -> None:
    pairs = list(itertools.product(DOCUMENTS, ENCODINGS, ENCODINGS))
    shown = []
    for name, outer, inner in _chosen(seeded(seed), pairs):
        encoded = ENCODINGS[outer](ENCODINGS[inner](DOCUMENTS[name](CANARY)))
        shown += [f"{name} in {inner} in {outer}: {text}" for text in _written(encoded) if _shows(text, CANARY)]

    assert shown == []


def _chosen(r: random.Random, pairs: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return r.sample(pairs, 40)


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
@pytest.mark.parametrize("name", ["Bjørk Ñandúez", "Jürgen Überfluss", "Zoltana Quibbleworth"])
def test_a_name_that_another_file_taught_goes_in_this_encoding(name: str, encoding: str) -> None:
    first, last = name.split()
    taught = engine(values={name: "name", first: "name", last: "name", f"{last}, {first}": "name"})

    for mention in (
        f"<p>{name} called</p>",
        f"owner: {last}, {first}",
        last.upper(),
        f'{{"note":"met {first} twice"}}',
    ):
        encoded = ENCODINGS[encoding](mention)
        for text in _places(encoded):
            shown = taught.text(text)
            assert not _shows(shown, last)
            assert not _shows(shown, first)


def test_the_blank_of_a_form_or_of_a_mail_is_no_value() -> None:
    form = engine().text(ENCODINGS["form"](DOCUMENTS["json"](CANARY)))
    mail = engine().text(ENCODINGS["quoted-printable"](DOCUMENTS["json"](CANARY)))

    assert form.startswith("%7B%22user_id%22%3A+7%2C+%22password%22%3A+%22dp-password-")
    assert mail.startswith('{"user_id":=207,=20"password":=20"dp-password-')


@pytest.mark.parametrize(
    "text",
    [
        "GET /search?q=a+b+c+d+e HTTP/1.1 page=20&limit=20",
        "C++11 and a+b, x=20abc y=20def, +49 is a country code",
        '<a href="/next" class="token">password</a> <p id="secret">why</p> <option value="1" name="x">',
        'form-data; name="title"\r\n\r\nquarterly report\r\n--b',
    ],
)
def test_what_only_looks_so_stays(text: str) -> None:
    assert engine().text(text) == text
