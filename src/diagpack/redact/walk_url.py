"""URLs: user info, path parameters, one-time links, query, fragment, presigned signatures.

Enters: an absolute or relative URL. Leaves: the same URL with its secrets and personal data replaced, byte for byte
elsewhere. Sources: RFC 3986; RFC 3986 3.3 (path parameters); AWS, Google and Azure presigned URL documentation.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_plus

from diagpack.redact.looks import looks_opaque
from diagpack.redact.walk_form import redact_form

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S*|(?:data|blob):\S*")
_PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
# Segments that are words, short numbers or diagnostic ids, parameters with short words or numbers: each part of such
# a URL comes back from its own rule unchanged, unless the whole shows something as well.
_SIMPLE = re.compile(
    r"(?:https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?)?"
    r"(?:/(?:[A-Za-z_]{1,19}(?:[.-][A-Za-z_]{1,19}){0,5}|[0-9]{1,7}|[A-Za-z0-9]{1,2}"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})?)*"
    r"(?:\?[A-Za-z_-]{1,40}=(?:[A-Za-z_]{0,7}|[0-9]{1,7})(?:&[A-Za-z_-]{1,40}=(?:[A-Za-z_]{0,7}|[0-9]{1,7}))*)?"
)
_SPACE = re.compile(r"\s")
_DATA = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),(.*)", re.DOTALL)


def is_url(text: str) -> bool:
    """Whether a text is one absolute URL."""
    return _URL.fullmatch(text) is not None


def is_simple(text: str) -> bool:
    """Whether a text is one URL whose parts come back unchanged, unless the whole shows something."""
    is_one = text.startswith(("http://", "https://")) or (text[:1] == "/" and "?" in text)
    return is_one and _SIMPLE.fullmatch(text) is not None


def is_walked(text: str) -> bool:
    """Whether a text of unknown structure is one URL: absolute, or a path with more than words in it."""
    if text[:1] == "/":
        return ("?" in text or "%" in text or ";" in text) and _SPACE.search(text) is None
    return is_url(text)


def texts_of(url: str) -> Iterator[tuple[str, str]]:
    """(name, text) of what stands in a URL's path and query, decoded; a segment of the path has no name."""
    head, _, query = url.partition("#")[0].partition("?")
    for segment in head.split("/"):
        yield "", unquote(segment.partition(";")[0], errors="surrogateescape")
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        yield name, unquote_plus(value, errors="surrogateescape")


def redact_url(engine: "Engine", url: str) -> str:
    """A URL, absolute or relative. Never fails: what cannot be split is treated as text."""
    if url.startswith("data:"):
        return _data_url(engine, url)
    if url.startswith("blob:"):
        return "blob:" + redact_url(engine, url[5:])
    if is_walked(url) and (found := engine.ahead.found(url)) is not None:
        return found
    if _SIMPLE.fullmatch(url) is not None and engine.is_clear(url):
        return url
    shown = redact_parts(engine, url)
    # What the parts did not betray, the whole may: learned values across separators, token shapes.
    return engine.text(url if shown is None else shown)


def redact_parts(engine: "Engine", url: str) -> str | None:
    """A URL whose parts were redacted, each by its own rule; None when it cannot be split."""
    match = _PARTS.fullmatch(url)
    if match is None:
        return None
    scheme, authority, path, query, fragment = match.groups()
    out = ""
    if authority is not None:
        out = f"{scheme or ''}//{_authority(engine, authority)}"
    out += _path(engine, path)
    if query is not None:
        out += "?" + redact_form(engine, query)
    if fragment is not None:
        out += "#" + _fragment(engine, fragment)
    return out


def _authority(engine: "Engine", authority: str) -> str:
    info, at, host = authority.rpartition("@")
    if not at:
        return host
    user, colon, password = info.partition(":")
    shown = engine.slot(unquote(user), "user", "userinfo") if user else ""
    hidden = engine.slot(unquote(password), "password", "userinfo") if password else ""
    return quote(shown, safe="-._~") + colon + quote(hidden, safe="-._~") + at + host


def _path(engine: "Engine", path: str) -> str:
    if len(path) < 4:
        return path
    reset_words = engine.policy.section("urls")["reset_words"]
    segments = path.split("/")
    is_one_time = False
    for index, segment in enumerate(segments):
        name, *parameters = segment.split(";")
        plain = unquote(name, errors="surrogateescape")
        entity = "token" if is_one_time and looks_opaque(plain) else ""
        new = engine.slot(plain, entity, "one-time-link") if entity else engine.value(plain)
        is_one_time = plain.lower() in reset_words
        shown = name if new == plain else quote(new, safe="-_.~!$'()*,:@", errors="surrogateescape")
        segments[index] = ";".join([shown, *(_path_parameter(engine, each) for each in parameters)])
    return "/".join(segments)


def _path_parameter(engine: "Engine", parameter: str) -> str:
    name, equals, value = parameter.partition("=")
    return name + equals + redact_form(engine, f"{name}={value}").partition("=")[2] if equals else parameter


def _fragment(engine: "Engine", fragment: str) -> str:
    if "=" in fragment:
        path, question, query = fragment.partition("?")
        if question:
            return _path(engine, path) + question + redact_form(engine, query)
        return redact_form(engine, fragment)
    return _path(engine, fragment)


def _data_url(engine: "Engine", url: str) -> str:
    match = _DATA.fullmatch(url)
    if match is None:
        return engine.text(url)
    media, flags, body = match.groups()
    if ";base64" in flags:
        new = engine.value(body)
        is_text = any(each in media for each in engine.policy.section("har")["text_types"])
        # Pictures and other binary content cannot be inspected.
        if new == body and not is_text and len(body) > 64:
            new = ""
        return f"data:{media}{flags},{new}"
    plain = unquote(body, errors="surrogateescape")
    new = engine.value(plain)
    return url if new == plain else f"data:{media}{flags},{quote(new, errors='surrogateescape')}"
