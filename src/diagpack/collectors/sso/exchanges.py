"""HTTP exchanges of a HAR or a SAML-tracer export, in one form for the flow checks.

Enters: parsed JSON of unknown honesty. Leaves: `Exchange` values in order; a broken entry is skipped, never fatal.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from diagpack.collectors.sso.clock import parse_http_date, parse_time

_MAX_EXCHANGES: Final = 20_000
_MAX_BODY: Final = 3_000_000
_HAR_HEAD = re.compile(rb'^(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{')
_TRACER_HEAD = re.compile(rb'^(?:\xef\xbb\xbf)?\s*\{\s*"(?:requests|timestamp)"\s*:')


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as it was set: attributes only, never its value."""

    name: str
    same_site: str
    is_secure: bool
    path: str
    domain: str
    is_deletion: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer. Values stay inside the collector."""

    entry: int
    method: str
    url: str = field(repr=False)
    status: int = 0
    started: datetime | None = None
    server_date: datetime | None = None
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    location: str = field(default="", repr=False)
    body: str = field(default="", repr=False)
    cookies_sent: tuple[str, ...] = ()
    cookies_set: tuple[Cookie, ...] = ()
    origin: str = field(default="", repr=False)
    cookie_bytes: int = 0
    fetch_dest: str = ""
    response_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    has_cookie_header: bool = False

    @property
    def fields(self) -> dict[str, str]:
        """Query and form fields, the first of each name."""
        found: dict[str, str] = {}
        for name, value in (*self.query, *self.form):
            found.setdefault(name, value)
        return found

    @property
    def location_fields(self) -> dict[str, str]:
        """Fields in the query and fragment of Location."""
        return dict(_url_pairs(self.location))


def looks_like_har(start: bytes) -> bool:
    return bool(_HAR_HEAD.match(start))


def looks_like_tracer(start: bytes) -> bool:
    return bool(_TRACER_HEAD.match(start)) and b'"url"' in start


def read_exchanges(data: bytes) -> list[Exchange] | None:
    """Exchanges of a HAR or tracer file, None when it is neither."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return None
    try:
        document = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    entries = _map(document.get("log")).get("entries")
    if isinstance(entries, list):
        found = (_from_har(_map(each), number) for number, each in enumerate(entries[:_MAX_EXCHANGES]))
        return [each for each in found if each is not None]
    requests = document.get("requests")
    if isinstance(requests, list) and any("url" in _map(each) for each in requests):
        return [_from_tracer(_map(each), number) for number, each in enumerate(requests[:_MAX_EXCHANGES])]
    return None


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _pairs(value: Any) -> list[tuple[str, str]]:
    return [(_text(each.get("name")), _text(each.get("value"))) for each in _rows(value)]


def _decode_form(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text[:_MAX_BODY], keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return []


def _url_pairs(url: str) -> list[tuple[str, str]]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    return [*_decode_form(parts.query), *_decode_form(parts.fragment)]


def _headers(rows: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in _pairs(rows):
        found.setdefault(name.lower(), []).append(value)
    return found


def _first(headers: Mapping[str, list[str]], name: str) -> str:
    return headers.get(name, [""])[0]


def _from_har(entry: Mapping[str, Any], number: int) -> Exchange | None:
    request, response = _map(entry.get("request")), _map(entry.get("response"))
    if not request:
        return None
    sent, got = _headers(request.get("headers")), _headers(response.get("headers"))
    index = entry.get("_dpEntry")
    names = [name for name, _ in _pairs(request.get("cookies"))] or _cookie_names(_first(sent, "cookie"))
    status = response.get("status")
    return Exchange(
        entry=index if isinstance(index, int) and not isinstance(index, bool) else number,
        method=_text(request.get("method")).upper(),
        url=_text(request.get("url")),
        status=status if isinstance(status, int) else 0,
        started=parse_time(_text(entry.get("startedDateTime"))),
        server_date=parse_http_date(_first(got, "date")) if "date" in got else None,
        query=tuple(_url_pairs(_text(request.get("url"))) or _pairs(request.get("queryString"))),
        form=tuple(_form(_map(request.get("postData")))),
        location=_first(got, "location") or _text(response.get("redirectURL")),
        body=_body(_map(response.get("content"))),
        cookies_sent=tuple(names),
        cookies_set=_set_cookies(got, response),
        origin=_first(sent, "origin") or _first(sent, "referer"),
        cookie_bytes=len(_first(sent, "cookie")),
        fetch_dest=_first(sent, "sec-fetch-dest"),
        response_headers={name: values[0] for name, values in got.items()},
        has_cookie_header="cookie" in sent or bool(_rows(request.get("cookies"))),
    )


def _form(post: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Fields from `text` (exact) or, without it, `params` (which some writers leave encoded)."""
    text = _text(post.get("text"))
    is_form = "urlencoded" in _text(post.get("mimeType")).lower() or re.match(r"[\w.\-]+=", text)
    found = _decode_form(text) if text and is_form else []
    if found:
        return found
    params = _pairs(post.get("params"))
    if any("%" in value and not re.search(r"[^\w%.~*+\-]", value) for _, value in params):
        return [(name, dict(_decode_form(f"v={value}")).get("v", value)) for name, value in params]
    return params


def _body(content: Mapping[str, Any]) -> str:
    text = _text(content.get("text"))[:_MAX_BODY]
    if content.get("encoding") == "base64":
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return ""
    return text


def _cookie_names(header: str) -> list[str]:
    return [part.split("=", 1)[0].strip() for part in header.split(";") if "=" in part]


def _set_cookies(headers: Mapping[str, list[str]], response: Mapping[str, Any]) -> tuple[Cookie, ...]:
    lines = [line for value in headers.get("set-cookie", []) for line in value.split("\n") if line.strip()]
    if lines:
        return tuple(_cookie(line) for line in lines)
    return tuple(
        Cookie(
            _text(each.get("name")),
            _text(each.get("sameSite")).lower(),
            each.get("secure") is True,
            _text(each.get("path")) or "/",
            _text(each.get("domain")).lstrip(".").lower(),
            False,
        )
        for each in _rows(response.get("cookies"))
    )


def _cookie(line: str) -> Cookie:
    parts = [part.strip() for part in line.split(";")]
    attributes = {part.split("=", 1)[0].strip().lower(): part.partition("=")[2].strip() for part in parts[1:]}
    expires = parse_http_date(attributes["expires"]) if attributes.get("expires") else None
    is_gone = attributes.get("max-age", "1").lstrip("-").strip("0") == "" or attributes.get("max-age", "").startswith(
        "-"
    )
    return Cookie(
        parts[0].split("=", 1)[0],
        attributes.get("samesite", "").lower(),
        "secure" in attributes,
        attributes.get("path") or "/",
        attributes.get("domain", "").lstrip(".").lower(),
        is_gone or (expires is not None and expires.year < 2000),
    )


def _from_tracer(request: Mapping[str, Any], number: int) -> Exchange:
    sent, got = _headers(request.get("requestHeaders")), _headers(request.get("responseHeaders"))
    status = _text(request.get("responseStatus")) or str(request.get("responseStatus") or "")
    return Exchange(
        entry=number,
        method=_text(request.get("method")).upper(),
        url=_text(request.get("url")),
        status=int(status) if status.isascii() and status.isdigit() and len(status) < 4 else 0,
        server_date=parse_http_date(_first(got, "date")) if "date" in got else None,
        query=tuple(_url_pairs(_text(request.get("url")))),
        form=tuple(_tracer_form(request)),
        location=_first(got, "location"),
        cookies_sent=tuple(_cookie_names(_first(sent, "cookie"))),
        cookies_set=_set_cookies(got, {}),
        origin=_first(sent, "origin") or _first(sent, "referer"),
        cookie_bytes=len(_first(sent, "cookie")),
        response_headers={name: values[0] for name, values in got.items()},
        has_cookie_header="cookie" in sent,
    )


def _tracer_form(request: Mapping[str, Any]) -> list[tuple[str, str]]:
    """`post` holds pairs; older exports have only `postData`, or the decoded message in `saml`."""
    post = request.get("post")
    if isinstance(post, list):
        found = [(str(each[0]), str(each[1])) for each in post if isinstance(each, list) and len(each) == 2]
        if found:
            return found
    data = _map(request.get("postData"))
    found = [(str(name), str(value[0])) for name, value in data.items() if isinstance(value, list) and value]
    if found:
        return found
    saml = _text(request.get("saml"))
    if saml and not any(name in {"SAMLRequest", "SAMLResponse"} for name, _ in _url_pairs(_text(request.get("url")))):
        return [("SAMLResponse" if "Response" in saml[:300] else "SAMLRequest", saml)]
    return []
