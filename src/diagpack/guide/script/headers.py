"""HTTP headers and cookies: names and schemes stay, credentials go.

Enters: a redactor, a header name and its value. Leaves: the value. The twin of page/headers.js.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .names import COOKIE_ATTRIBUTES, URL_HEADERS, lower, strip

if TYPE_CHECKING:
    from .redactor import Redactor

_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{3,}")
_AUTH = re.compile(r"[ \t\r\n]*([A-Za-z][A-Za-z0-9-]*)([ \t]+)([^ \t].*)", re.DOTALL)
_AUTH_HEADER = re.compile(r"(?:(?:proxy-|x-)?authorization|authentication-info)")
_AUTH_PARAMETER = re.compile(r"([A-Za-z_-]+)([ \t]*=[ \t]*)(\"[^\"]*\"|[^, \t\r\n]+)")
_SCHEMED = re.compile(r"(?:bearer|basic|digest|token|apikey|negotiate|ntlm) ", re.IGNORECASE)
_PLAIN_AUTH = frozenset(
    "realm qop algorithm stale uri signedheaders headers version oauth_version charset nc oauth_signature_method "
    "oauth_timestamp ts keyid created expires".split()
)
_PARAMETER_SCHEMES = frozenset("digest aws4-hmac-sha256 aws4-ecdsa-p256-sha256 signature oauth hawk".split())


def header(redactor: Redactor, name: str, value: str) -> str:
    lowered = lower(strip(name))
    if lowered == "cookie":
        return ";".join(cookie_pair(redactor, part) for part in value.split(";"))
    if lowered == "set-cookie":
        return "\n".join(set_cookie(redactor, line) for line in value.split("\n"))
    if _AUTH_HEADER.fullmatch(lowered):
        return authorization(redactor, value)
    if lowered in URL_HEADERS:
        return _url_header(redactor, lowered, value)
    entity = redactor.classify_header(lowered)
    if entity == "keep":
        return redactor.text(value)
    if entity == "ip":
        return ",".join(address(redactor, each) for each in value.split(","))
    if entity in redactor.secret_classes:
        return authorization(redactor, value) if _SCHEMED.match(value) else redactor.slot(value, entity)
    return redactor.slot(value, entity) if entity else redactor.value(value)


def _url_header(redactor: Redactor, name: str, value: str) -> str:
    if name == "link":
        return re.sub(r"<([^>]*)>", lambda each: "<" + redactor.url(each.group(1)) + ">", value)
    if name == "refresh" and "=" in value:
        head, _, url = value.partition("=")
        return head + "=" + redactor.url(url)
    return redactor.url(value)


def address(redactor: Redactor, value: str) -> str:
    found = _ADDRESS.search(value)
    if found is None:
        return redactor.text(value)
    address = found.group(0)
    if address.count(":") == 1:
        address = address.split(":")[0]
    token = redactor.slot(address, "ip")
    return value if token == address else value.replace(address, token, 1)


def authorization(redactor: Redactor, value: str) -> str:
    parts = _AUTH.fullmatch(value)
    if parts is None:
        return redactor.slot(value, "token")
    scheme, blank, rest = parts.groups()
    if lower(scheme) in _PARAMETER_SCHEMES and "=" in rest:
        return scheme + blank + _AUTH_PARAMETER.sub(lambda each: _auth_parameter(redactor, each), rest)
    return scheme + blank + redactor.slot(rest, "token")


def _auth_parameter(redactor: Redactor, match: re.Match[str]) -> str:
    name, equals, held = match.groups()
    mark = '"' if held.startswith('"') else ""
    bare = re.sub(r'\A"|"\Z', "", held)
    if lower(name) in _PLAIN_AUTH:
        return name + equals + mark + redactor.value(bare) + mark
    entity = "user" if lower(name) in ("username", "id") else "key" if lower(name) == "credential" else "secret"
    return name + equals + mark + redactor.slot(bare, entity) + mark


def cookie_pair(redactor: Redactor, part: str) -> str:
    name, equals, held = part.partition("=")
    return name + equals + redactor.slot(held, "cookie") if equals else redactor.slot(part, "cookie")


def set_cookie(redactor: Redactor, line: str) -> str:
    first, *attributes = line.split(";")
    out = [cookie_pair(redactor, first)]
    for attribute in attributes:
        name, equals, held = attribute.partition("=")
        is_known = lower(strip(name)) in COOKIE_ATTRIBUTES
        if not equals:
            out.append(attribute if is_known else redactor.slot(attribute, "cookie"))
        else:
            out.append(name + equals + (redactor.text(held) if is_known else redactor.slot(held, "cookie")))
    return ";".join(out)
