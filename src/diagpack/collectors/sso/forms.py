"""Every form in which people send a SAML message or a token, peeled down to the message.

Enters: bytes of unknown form. Leaves: `Captured` messages with each unwrap step named. Content decides, never a name.
"""

import base64
import binascii
import html
import json
import re
import zlib
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from diagpack.collectors.sso.captured import Captured

MAX_INFLATED: Final = 5_000_000
MAX_TEXT: Final = 3_000_000
_MAX_PERCENT: Final = 300_000
_MAX_TAGS: Final = 100_000
_MAX_STEPS: Final = 8
_LONGEST_MARKER: Final = 100

SAML_PARAMETERS: Final = ("SAMLResponse", "SAMLRequest", "wresult")
TOKEN_PARAMETERS: Final = (
    "id_token",
    "access_token",
    "refresh_token",
    "id_token_hint",
    "client_assertion",
    "assertion",
)

REMOVED = re.compile(
    r"\[[^\]]*(?:redacted|removed|filtered|sanitized)[^\]]*\]|\{(?:hash|obf)[:}]"
    r"|^\W*(?:redacted|removed|sanitized)\W*$|^<[^<>]{0,40}(?:redacted|removed|sanitized)[^<>]{0,40}>$|^\*{3,}$",
    re.IGNORECASE,
)
_TOKEN = re.compile(rb"[A-Za-z0-9_-]{4,}={0,2}(?:\.[^.\s]*){1,4}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_=-]+")
_PAIRS = re.compile(rb"(?:^|[?&#\s])(SAMLResponse|SAMLRequest|SAMLart|wresult|id_token|access_token|id_token_hint)=")
_BEARER = re.compile(rb"^(?:authorization:\s*)?bearer\s+", re.IGNORECASE)
# The look-behind keeps a long run of letters from being tried at every start.
_ATTRIBUTE = re.compile(r"""(?<![\w:-])([\w:-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")


def unwrap(data: bytes, steps: tuple[str, ...] = (), parameter: str = "") -> list[Captured]:
    """Peel until a message shows. What cannot be peeled comes back as one "broken" or "other" message."""
    if len(data) > MAX_TEXT:
        return [Captured("broken", b"", steps, parameter, problem=f"{len(data)} bytes: over the limit of {MAX_TEXT}")]
    if data.count(b"%") > _MAX_PERCENT:
        return [Captured("broken", b"", steps, parameter, problem="more percent signs than any message has")]
    if len(steps) > _MAX_STEPS:
        return [Captured("broken", b"", steps, parameter, problem="wrapped more than eight times")]
    data, steps = _without_mark(data, steps)
    stripped = data.strip().strip(b"\0")
    if not stripped:
        return [Captured("broken", b"", steps, parameter, problem="empty")]
    if len(stripped) < _LONGEST_MARKER and REMOVED.search(stripped.decode("latin-1")) and not is_token(stripped):
        return [Captured("removed", b"", steps, parameter)]
    if stripped[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _markup(stripped if stripped[:1] == b"<" and data[:2] not in (b"<\0",) else data, steps, parameter)
    if stripped[:1] in b"'\"" and stripped[-1:] == stripped[:1] and len(stripped) > 2:
        return unwrap(stripped[1:-1], (*steps, "quotes"), parameter)
    return _text(stripped, steps, parameter)


def _without_mark(data: bytes, steps: tuple[str, ...]) -> tuple[bytes, tuple[str, ...]]:
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:], (*steps, "byte order mark")
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            text = data[2:].decode(encoding, "replace")
            # XML names its own encoding, so it goes to the parser as it is.
            return (data, steps) if text.lstrip().startswith("<") else (text.encode(), (*steps, "utf-16"))
    return data, steps


def _text(data: bytes, steps: tuple[str, ...], parameter: str) -> list[Captured]:
    if data[:1] in b"{[" and (found := _json(data, steps, parameter)):
        return found
    if is_token(data):
        return [Captured("token", data, steps, parameter)]
    if REMOVED.search(data[:400].decode("latin-1")) and b"=" not in data.split(b"[")[0]:
        return [Captured("removed", b"", steps, parameter)]
    if _PAIRS.search(data[:MAX_TEXT]):
        step = "url" if data[:4].lower() == b"http" else "form"
        found = from_pairs(_pairs(data), (*steps, step))
        return found or [Captured("broken", b"", (*steps, step), parameter, problem="no message among the fields")]
    if bearer := _BEARER.match(data):
        return unwrap(data[bearer.end() :], (*steps, "bearer"), parameter)
    if _PERCENT.search(data):
        return unwrap(unquote(data.decode("latin-1")).encode("latin-1", "replace"), (*steps, "urlencoded"), parameter)
    return _base64(data, steps, parameter)


def _pairs(data: bytes) -> list[tuple[str, str]]:
    text = data.decode("utf-8", "replace")
    if text[:4].lower() == "http":
        try:
            parts = urlsplit(text.split()[0])
        except ValueError:
            return []
        text = "&".join(part for part in (parts.query, parts.fragment) if part)
    return parse_qsl(text, keep_blank_values=True, max_num_fields=500) if text.count("&") < 500 else []


def from_pairs(pairs: list[tuple[str, str]], steps: tuple[str, ...] = ()) -> list[Captured]:
    """Messages among form or query fields; RelayState goes with the SAML message."""
    relay = next((value for name, value in pairs if name == "RelayState"), None)
    found: list[Captured] = []
    for name, value in pairs:
        name = name.strip()
        if name in SAML_PARAMETERS:
            found += [
                replace(each, relay_state=relay) for each in unwrap(value.encode("utf-8", "replace"), steps, name)
            ]
        elif name in TOKEN_PARAMETERS and value:
            found += unwrap_token(value.encode("utf-8", "replace"), steps, name)
    return found


def unwrap_token(value: bytes, steps: tuple[str, ...], name: str) -> list[Captured]:
    """A value known to be a token, whatever its shape."""
    value = value.strip()
    if REMOVED.search(value.decode("latin-1")[:400]) and not is_token(value):
        return [Captured("removed", b"", steps, name)]
    return [Captured("token", value, steps, name)]


def is_token(data: bytes) -> bool:
    """Whether this looks like a compact JWS or JWE: dotted parts, the first one a JSON object."""
    if not _TOKEN.fullmatch(data):
        return False
    header = decode_base64(data.split(b".", 1)[0])
    return header is not None and header.lstrip()[:1] == b"{"


def _json(data: bytes, steps: tuple[str, ...], parameter: str) -> list[Captured]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return []
    if not isinstance(document, dict):
        return []
    if "payload" in document and ("signatures" in document or "signature" in document):
        return [Captured("token-json", data, steps, parameter)]
    if "ciphertext" in document and ("recipients" in document or "protected" in document):
        return [Captured("token-json", data, steps, parameter)]
    pairs = [(name, value) for name, value in document.items() if isinstance(value, str)]
    return from_pairs(pairs, (*steps, "json"))


def _base64(data: bytes, steps: tuple[str, ...], parameter: str) -> list[Captured]:
    packed = b"".join(data.split())
    step = "base64"
    if packed != data:
        step = "base64 with blanks"
    decoded = decode_base64(packed)
    if b" " in data:
        # A form decoder turns "+" into a blank; the reading that gives a whole message is the right one.
        again = decode_base64(b"".join(data.replace(b" ", b"+").split()))
        decoded = max(decoded, again, key=_wholeness)
    if decoded is None:
        return [Captured("broken", b"", steps, parameter, problem=f"{len(data)} characters, no known encoding")]
    if b"-" in packed or b"_" in packed:
        step = "base64url"
    return _decoded(decoded, (*steps, step), parameter, len(packed))


def _wholeness(decoded: bytes | None) -> int:
    """How much this looks like a message from its first byte to its last."""
    if decoded is None:
        return 0
    if decoded.lstrip()[:1] == b"<":
        is_text = "\ufffd" not in decoded.decode("utf-8", "replace")
        return 3 if is_text and decoded.rstrip()[-1:] == b">" else 2
    return 3 if inflate(decoded) is not None else 1


def _decoded(decoded: bytes, steps: tuple[str, ...], parameter: str, length: int) -> list[Captured]:
    if decoded.lstrip().lstrip(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or decoded[:2] in (
        b"\xff\xfe",
        b"\xfe\xff",
        b"<\0",
    ):
        return unwrap(decoded, steps, parameter)
    inflated = inflate(decoded)
    if inflated is not None:
        content, is_cut = inflated
        if is_cut:
            problem = f"DEFLATE expands to more than {MAX_INFLATED} bytes; stopped there"
            return [Captured("broken", b"", (*steps, "deflate"), parameter, problem=problem)]
        return unwrap(content, (*steps, "deflate"), parameter)
    if len(decoded) > 16 and (_BASE64.fullmatch(b"".join(decoded.split())) or _PAIRS.search(decoded)):
        return unwrap(decoded, steps, parameter)
    remainder = length % 4
    problem = f"{length} base64 characters (length modulo 4 is {remainder}) that decode to no message"
    return [Captured("broken", b"", steps, parameter, problem=problem)]


def decode_base64(data: bytes) -> bytes | None:
    """Either alphabet, padding repaired; None when other characters are inside."""
    if not data or not _BASE64.fullmatch(data):
        return None
    body = data.replace(b"-", b"+").replace(b"_", b"/").split(b"=", 1)[0]
    if len(body) % 4 == 1:
        body = body[:-1]  # cut off in the middle of a group; what is whole still shows
    try:
        return base64.b64decode(body + b"=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def inflate(data: bytes) -> tuple[bytes, bool] | None:
    """Raw DEFLATE, zlib or gzip, up to a cap. (content, True when the cap cut it); None when it is none of them."""
    for window in (-15, 47):
        decoder = zlib.decompressobj(window)
        try:
            content = decoder.decompress(data, MAX_INFLATED)
        except zlib.error:
            continue
        if decoder.unconsumed_tail:
            return content, True
        if content and (decoder.eof or content.lstrip()[:1] == b"<"):
            return content, False
    return None


def _markup(data: bytes, steps: tuple[str, ...], parameter: str) -> list[Captured]:
    head = data[:2000].lower()
    is_page = b"<html" in head or b"<form" in head or b"<!doctype html" in head or b"<input" in head
    if is_page:
        found = from_html(data, steps)
        if found:
            return found
        return [
            Captured("other", data, (*steps, "html"), parameter, problem="an HTML page without a SAML or token field")
        ]
    return [Captured("saml", data, steps, parameter)]


def html_fields(page: str) -> list[tuple[str, str]]:
    """Named input fields of a page, in order, in one pass (html.parser takes quadratic time on hostile pages)."""
    found: list[tuple[str, str]] = []
    for piece in page.split("<", _MAX_TAGS)[1:]:
        if piece[:5].lower() != "input":
            continue
        fields = {match[1].lower(): html.unescape(match[2].strip("\"'")) for match in _ATTRIBUTE.finditer(piece)}
        if fields.get("name"):
            found.append((fields["name"], fields.get("value", "")))
    return found


def from_html(data: bytes, steps: tuple[str, ...] = ()) -> list[Captured]:
    """Messages in the hidden fields of an auto-post form."""
    pairs = html_fields(data.decode("utf-8", "replace"))
    return from_pairs(pairs, (*steps, "html form"))
