"""HTTP: headers, cookies, authorization, and name/value pairs wherever they are listed.

Enters: a header name and its value. Leaves: the value with credentials and personal data replaced; names, schemes and
cookie attributes stay. Sources: RFC 9110 11 (authentication), RFC 6265 4.1 (Set-Cookie), RFC 7239 (Forwarded),
AWS Signature Version 4.
"""

import ipaddress
import re
from typing import TYPE_CHECKING

from diagpack.redact.live import BEARER
from diagpack.redact.looks import is_credential
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.walk_form import redact_file_names, redact_parameter

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_URL_HEADERS = frozenset(
    "location referer referrer origin content-location refresh :path x-original-url x-rewrite-url x-forwarded-uri link "
    "x-forwarded-prefix sourcemap x-request-uri x-original-uri".split()
)
_AUTHORIZATION = frozenset({"authorization", "proxy-authorization", "x-authorization", "authentication-info"})
_PARTED = frozenset({"sec-websocket-protocol", "content-disposition"})
_WALKED = _AUTHORIZATION | {"cookie", "set-cookie"}
_PARAMETER_SCHEMES = frozenset({"digest", "aws4-hmac-sha256", "aws4-ecdsa-p256-sha256", "signature", "oauth", "hawk"})
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)(\s+)(\S.*?)\s*", re.DOTALL)
_AUTH_PARAMETER = re.compile(r"([A-Za-z_-]+)(\s*=\s*)(\"[^\"]*\"|[^,\s]+)")
# Parameters of authorization headers that name no secret and no person.
_PLAIN_PARAMETERS = frozenset(
    "realm qop algorithm stale uri signedheaders headers version oauth_version oauth_signature_method charset nc "
    "oauth_timestamp ts keyid created expires".split()
)
_ATTRIBUTES = frozenset("path domain expires max-age secure httponly samesite priority partitioned".split())
# Several Set-Cookie headers joined by commas; the comma of a date has no `name=` behind it.
_JOINED = re.compile(r"(,[ \t]+(?=[^\s=;,]+=))")
_FORWARDED = re.compile(r"(for|by|host)=(\"[^\"]*\"|[^;,\s]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![0-9A-Za-z-])[0-9A-Fa-f:.]*[.:][0-9A-Fa-f:.]+")


def redact_header(engine: "Engine", name: str, value: str) -> str:
    """The value of one header."""
    lowered = name.strip().lower()
    if lowered == "cookie":
        return redact_cookie_header(engine, value)
    if lowered == "set-cookie":
        return "\n".join(
            "".join(
                each if index % 2 else redact_set_cookie(engine, each) for index, each in enumerate(_JOINED.split(line))
            )
            for line in value.split("\n")
        )
    if lowered in _AUTHORIZATION:
        return redact_authorization(engine, value)
    if lowered in _URL_HEADERS:
        return _url_header(engine, lowered, value)
    if lowered == "sec-websocket-protocol":
        return ",".join(_subprotocol(engine, each) for each in value.split(","))
    if lowered == "content-disposition":
        return redact_file_names(engine, value)
    entity = engine.policy.classify_header(lowered)
    if entity == "keep":
        return engine.keep(value)
    if entity == "ip":
        return _addresses(engine, value)
    if entity in SECRET_CLASSES:
        engine.live.header(lowered, value)
        return redact_authorization(engine, value) if _has_scheme(value) else redact_credential(engine, value, entity)
    if entity:
        return engine.slot(value, entity, "header")
    return engine.value(value, lowered)


def _subprotocol(engine: "Engine", part: str) -> str:
    """One protocol a WebSocket offers: browsers cannot send headers there, so some carry the token of the user."""
    bare = part.strip()
    *known, last = bare.rsplit(".", 1) if bare.startswith("base64url.bearer.") else [bare]
    if not known and not is_credential(last, "token"):
        return engine.value(part)
    return part.replace(last, engine.slot(last, "token", "subprotocol"), 1)


def is_kept_header(engine: "Engine", name: str) -> bool:
    """Whether `redact_header` keeps what stands in this header, but for shapes and learned values."""
    lowered = name.strip().lower()
    is_walked = lowered in _WALKED or lowered in _URL_HEADERS or lowered in _PARTED
    return not is_walked and engine.policy.classify_header(lowered) == "keep"


def redact_credential(engine: "Engine", value: str, entity: str) -> str:
    """A credential of unknown form: a JWT keeps its protocol claims, everything else becomes a token."""
    return engine.slot(value, entity, "header")


def redact_authorization(engine: "Engine", value: str) -> str:
    """`Scheme credential`, or parameters; the scheme stays."""
    match = _SCHEME.fullmatch(value)
    if match is None:
        return engine.slot(value, "token", "authorization")
    scheme, blank, rest = match.groups()
    if scheme.lower() in _PARAMETER_SCHEMES and "=" in rest:
        return scheme + blank + _AUTH_PARAMETER.sub(lambda each: _auth_parameter(engine, each), rest)
    if scheme.lower() == "basic":
        _learn_basic(engine, rest)
    elif not rest.startswith("eyJ"):
        # A JWT states its own end; the walker of JWTs notes it.
        engine.live.note(BEARER, rest)
    return scheme + blank + engine.slot(rest, "token", "authorization")


def _learn_basic(engine: "Engine", credential: str) -> None:
    from diagpack.redact.packed import unpack_base64

    unpacked = unpack_base64(credential.encode("utf-8", "replace"), 65536, is_slot=True)
    if unpacked is not None and b":" in unpacked.text and engine.learned is not None:
        user, _, password = unpacked.text.decode("utf-8", "replace").partition(":")
        engine.learned.learn_all([(user, "email" if "@" in user else "user"), (password, "password")])


def _auth_parameter(engine: "Engine", match: "re.Match[str]") -> str:
    name, equals, value = match.groups()
    quote = '"' if value.startswith('"') else ""
    bare = value.strip('"')
    if name.lower() in _PLAIN_PARAMETERS:
        return name + equals + quote + engine.value(bare) + quote
    entity = "user" if name.lower() in ("username", "id") else "key" if name.lower() == "credential" else "secret"
    return name + equals + quote + engine.slot(bare, entity, "authorization") + quote


def redact_cookie_header(engine: "Engine", value: str) -> str:
    """`a=1; b=2`: every value goes, every name stays."""
    parts = []
    for part in value.split(";"):
        name, equals, held = part.partition("=")
        engine.live.cookie(name.strip(), held.strip())
        parts.append(name + equals + cookie_value(engine, held) if equals else _nameless(engine, part))
    return ";".join(parts)


def redact_set_cookie(engine: "Engine", value: str) -> str:
    """One cookie with its attributes; only the value goes."""
    first, *attributes = value.split(";")
    name, equals, held = first.partition("=")
    engine.live.cookie(name.strip(), held.strip(), ";".join(attributes))
    head = name + equals + cookie_value(engine, held) if equals else _nameless(engine, first)
    return ";".join([head, *(_attribute(engine, each) for each in attributes)])


def cookie_value(engine: "Engine", value: str) -> str:
    """The value of a cookie."""
    return engine.slot(value, "cookie", "cookie")


def _nameless(engine: "Engine", part: str) -> str:
    return engine.slot(part, "cookie", "cookie") if part.strip() else part


def _attribute(engine: "Engine", attribute: str) -> str:
    name, equals, held = attribute.partition("=")
    if name.strip().lower() in _ATTRIBUTES or not equals:
        return name + equals + engine.value(held) if held else attribute
    return name + equals + engine.slot(held, "cookie", "cookie")


def _addresses(engine: "Engine", value: str) -> str:
    if _FORWARDED.search(value):
        return _FORWARDED.sub(lambda each: f"{each.group(1)}={_address(engine, each.group(2))}", value)
    return ",".join(_address(engine, each) for each in value.split(","))


def _address(engine: "Engine", value: str) -> str:
    """Every address of a part of the header; what stands beside them is a value like any other."""
    return engine.value(_ADDRESS.sub(lambda match: _one_address(engine, match.group(0)), value))


def _one_address(engine: "Engine", text: str) -> str:
    address = text.partition(":")[0] if text.count(":") == 1 else text
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return text
    return text.replace(address, engine.slot(address, "ip", "header"), 1)


def _url_header(engine: "Engine", name: str, value: str) -> str:
    from diagpack.redact.walk_url import redact_url

    if name == "link":
        return re.sub(r"<([^>]*)>", lambda each: f"<{redact_url(engine, each.group(1))}>", value)
    if name == "refresh" and "url=" in value.lower():
        head, _, url = value.partition("=")
        return f"{head}={redact_url(engine, url)}"
    return redact_url(engine, value)


def _has_scheme(value: str) -> bool:
    scheme = value.split(" ", 1)[0].lower()
    return scheme in ("bearer", "basic", "digest", "token", "apikey", "negotiate", "ntlm") and " " in value.strip()


__all__ = ["redact_header", "redact_parameter"]
