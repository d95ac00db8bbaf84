"""One HTTP exchange, as every room reads it.

Enters: one entry of a HAR (raw or redacted, repaired or not) or of an `api` artifact. Leaves: an `Exchange` whose every
field has a default; nothing in here raises on odd input. Source: HAR 1.2 (W3C web performance group, 2012) and the
vendor fields of Chrome, Firefox, Safari, Playwright and WebPageTest.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from diagpack.model.streams import close_code, has_error_event

Pairs = tuple[tuple[str, str], ...]

_ONLY_TEXT: Final = {str}
_FRACTION = re.compile(r"(\.\d{6})\d+")
_COMPACT_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")
_ID_SEGMENT: Final = re.compile(
    r"\d+|[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|(?=[^/]*\d)[0-9a-f]{8,}"
    r"|dp-[a-z]+-[0-9a-z-]{10,}|[^/]*(?:@|%40)[^/]*|(?=[^/]*\d)[A-Za-z0-9_~.=+-]{20,}|[^/]{60,}",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Param:
    """One form field of a request body that was recorded field by field."""

    name: str
    value: str
    file_name: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response. `index` is 0-based in the original capture; `status` 0 or less: no response.

    Headers keep order and repeats. `request_body` is None when none was recorded; `request_bytes` is set when it was
    recorded as base64; `request_size` is -1 when unknown. `response_text` is the decoded text
    or None (not recorded, or binary). Durations are milliseconds, -1 when unknown. `close_code` is a WebSocket's,
    0 when none was recorded.
    """

    index: int
    method: str = "GET"
    url: str = ""
    status: int = 0
    status_text: str = ""
    started: datetime | None = None
    duration_ms: float = -1.0
    wait_ms: float = -1.0
    request_headers: Pairs = ()
    response_headers: Pairs = ()
    request_mime: str = ""
    request_body: str | None = None
    request_bytes: bytes | None = None
    request_params: tuple[Param, ...] = ()
    request_size: int = -1
    response_mime: str = ""
    response_text: str | None = None
    response_size: int = -1
    error: str = ""
    resource_type: str = ""
    initiator_url: str = ""
    initiator_function: str = ""
    redirect_url: str = ""
    page: str = ""
    page_title: str = ""
    is_from_cache: bool = False
    is_websocket: bool = False
    close_code: int = 0
    has_error_event: bool = False
    is_body_cut: bool = False

    @property
    def host(self) -> str:
        """Lower-case host name; empty when the URL has none."""
        return host_of(self.url)

    @property
    def origin(self) -> str:
        """`scheme://host[:port]`; empty when the URL has none."""
        return origin_of(self.url)

    @property
    def path(self) -> str:
        return split_url(self.url).path or "/"

    @property
    def template(self) -> str:
        """The path with its ids taken out, for grouping: `/orders/{id}/lines`."""
        return path_template(self.path)

    def request_header(self, name: str) -> str:
        """The first value of a request header; empty when absent."""
        return first_of(self.request_headers, name)

    def response_header(self, name: str) -> str:
        """The first value of a response header; empty when absent."""
        return first_of(self.response_headers, name)

    @property
    def is_document(self) -> bool:
        """Whether this was a navigation of a page or frame."""
        if self.resource_type:
            return self.resource_type == "document"
        destination = self.request_header("sec-fetch-dest")
        if destination:
            return destination in ("document", "iframe", "frame")
        return "text/html" in self.request_header("accept") and not self.request_header("x-requested-with")

    @property
    def is_call(self) -> bool:
        """Whether a script made it to get data (XHR, fetch, an API client), and not a page, picture or style."""
        if self.resource_type:
            return self.resource_type in ("xhr", "fetch", "eventsource", "websocket", "preflight", "other", "api")
        return not self.is_document and not self.is_static

    @property
    def is_static(self) -> bool:
        """Whether this is a picture, font, style, script or film."""
        if self.resource_type:
            return self.resource_type in ("image", "font", "stylesheet", "script", "media", "manifest", "texttrack")
        mime = self.response_mime.lower()
        if mime:
            return mime.startswith(_STATIC_MIMES) or "javascript" in mime
        return self.path.lower().endswith(_STATIC_SUFFIXES)

    @property
    def is_json_expected(self) -> bool:
        """Whether the caller asked for JSON."""
        return "json" in self.request_header("accept").lower() or "json" in self.request_mime.lower()


_STATIC_MIMES: Final = ("image/", "font/", "text/css", "video/", "audio/", "application/font", "application/wasm")
_STATIC_SUFFIXES: Final = tuple(
    ".png .jpg .jpeg .gif .webp .svg .ico .css .js .mjs .woff .woff2 .ttf .otf .mp4 .webm .mp3 .map .wasm".split()
)


def from_entry(entry: Mapping[str, Any], index: int = -1, titles: Mapping[str, str] | None = None) -> Exchange:
    """Read one HAR entry. `_dpEntry` wins over `index`; `titles` maps page ids to titles."""
    request, response = mapping(entry.get("request")), mapping(entry.get("response"))
    content, post = mapping(response.get("content")), mapping(request.get("postData"))
    timings, page = mapping(entry.get("timings")), text(entry.get("pageref"))
    url = text(request.get("url"))
    initiator_url, initiator_function = _initiator(entry.get("_initiator"))
    response_headers = pairs(response.get("headers"))
    own = entry.get("_dpEntry")
    return Exchange(
        index=own if isinstance(own, int) and not isinstance(own, bool) else index,
        method=text(request.get("method")).upper() or "GET",
        url=url,
        status=int(number(response.get("status"), 0)),
        status_text=text(response.get("statusText")),
        started=recorded_time(entry.get("startedDateTime")),
        duration_ms=number(entry.get("time"), -1.0),
        wait_ms=number(timings.get("wait"), -1.0),
        request_headers=pairs(request.get("headers")),
        response_headers=response_headers,
        request_mime=text(post.get("mimeType")),
        request_body=body_of(post),
        request_bytes=_bytes_of(post),
        request_params=_params(post.get("params")),
        request_size=int(number(request.get("bodySize"), -1)),
        response_mime=text(content.get("mimeType")) or first_of(response_headers, "content-type"),
        response_text=content_text(content),
        response_size=int(number(content.get("size"), -1)),
        error=error_of(entry, response),
        resource_type=text(entry.get("_resourceType")).lower(),
        initiator_url=initiator_url,
        initiator_function=initiator_function,
        redirect_url=text(response.get("redirectURL")) or first_of(response_headers, "location"),
        page=page,
        page_title=(titles or {}).get(page, ""),
        is_from_cache=bool(entry.get("_fromCache")) or bool(response.get("fromDiskCache")),
        is_websocket=url[:3].lower() in ("ws:", "wss") or bool(entry.get("_webSocketMessages")),
        close_code=close_code(entry) if "_webSocketMessages" in entry or "_webSocketClose" in entry else 0,
        has_error_event="_eventSourceMessages" in entry and has_error_event(entry),
        is_body_cut=bool(entry.get("_dpIncomplete")) if "_dpEntry" in entry else is_body_cut(request, post),
    )


def exchanges_of(har: Mapping[str, Any]) -> tuple[Exchange, ...]:
    """All exchanges of a HAR document, in file order."""
    log = mapping(har.get("log"))
    pages = log.get("pages")
    titles = {text(each.get("id")): text(each.get("title")) for each in _mappings(pages)}
    return tuple(from_entry(entry, index, titles) for index, entry in enumerate(_mappings(log.get("entries"))))


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    # Checking for `dict` first saves a fifth of the time of a large capture.
    if type(value) is dict:
        return value
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> Iterable[Mapping[str, Any]]:
    return (each for each in value if isinstance(each, Mapping)) if isinstance(value, list | tuple) else ()


def text(value: Any) -> str:
    """The value as text; empty for null, objects and lists."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number(value: Any, default: float) -> float:
    """A finite number, also from text; else `default`."""
    if type(value) is int and -(10**15) < value < 10**15:
        return value
    if isinstance(value, str) and len(value) < 40:
        try:
            value = float(value)
        except ValueError:
            return default
    if isinstance(value, int | float) and not isinstance(value, bool) and -1e15 < value < 1e15:
        return value
    return default


def pairs(value: Any) -> Pairs:
    """Headers (or cookies, or parameters) in every spelling met: objects, `[name, value]`, one object, list values."""
    plain = plain_pairs(value)
    if plain is not None:
        return plain
    if isinstance(value, Mapping):
        if "name" in value:
            value = [value]
        else:
            return tuple((text(name), text(each)) for name, each in value.items())
    if not isinstance(value, list | tuple):
        return ()
    found: list[tuple[str, str]] = []
    for each in value:
        if isinstance(each, Mapping):
            name, content = text(each.get("name")), each.get("value")
        elif isinstance(each, list | tuple) and len(each) == 2:
            name, content = text(each[0]), each[1]
        else:
            continue
        many = content if isinstance(content, list | tuple) else (content,)
        found += [(name, text(one)) for one in many]
    return tuple(found)


def plain_pairs(value: Any) -> Pairs | None:
    """The spelling of HAR 1.2, which nearly every capture has, without a check for each part."""
    if type(value) is not list:
        return None
    try:
        found = tuple([(each["name"], each["value"]) for each in value])
    except (KeyError, TypeError, IndexError):
        return None
    return found if set(map(type, chain.from_iterable(found))) <= _ONLY_TEXT else None


def first_of(headers: Pairs, name: str) -> str:
    """The first value of a header, compared without case; empty when absent."""
    wanted, length = name.lower(), len(name)
    for each, value in headers:
        # The length is compared first: this runs many times for each exchange of a capture.
        if len(each) == length and each.lower() == wanted:
            return value
    return ""


def body_of(post: Mapping[str, Any]) -> str | None:
    """The request body as text; form parameters are left to the caller when there is no text."""
    value = post.get("text")
    if not isinstance(value, str):
        return None
    if text(post.get("encoding")).lower() == "base64" or isinstance(post.get("_textBase64"), str):
        decoded = unbase64(text(post.get("_textBase64")) or value)
        return decoded.decode("utf-8", "replace") if decoded is not None else value
    return value


def is_body_cut(request: Mapping[str, Any], post: Mapping[str, Any]) -> bool:
    """Whether less of a request body was recorded than was sent; Chrome cuts or omits large and file bodies.

    Only the capture itself can tell: redaction changes lengths. The HAR collector writes it down as `_dpIncomplete`.
    """
    size, value = number(request.get("bodySize"), -1), post.get("text")
    if size <= 0 or post.get("params") or not isinstance(value, str):
        return False
    raw = _bytes_of(post)
    return len(raw if raw is not None else value.encode("utf-8", "replace")) < size


def _bytes_of(post: Mapping[str, Any]) -> bytes | None:
    if isinstance(post.get("_textBase64"), str):
        return unbase64(post["_textBase64"])
    return unbase64(text(post.get("text"))) if text(post.get("encoding")).lower() == "base64" else None


def _params(value: Any) -> tuple[Param, ...]:
    return tuple(
        Param(
            text(each.get("name")), text(each.get("value")), text(each.get("fileName")), text(each.get("contentType"))
        )
        for each in _mappings(value)
    )


def content_text(content: Mapping[str, Any]) -> str | None:
    """The response body as text, base64 undone; None when absent or not text."""
    value = content.get("text")
    if not isinstance(value, str):
        return None
    if text(content.get("encoding")).lower() != "base64":
        return value
    decoded = unbase64(value)
    if decoded is None:
        # Some Firefox versions label plain text as base64 (Mozilla bug 1762313).
        return value
    try:
        return decoded.decode("utf-8")
    except UnicodeDecodeError:
        return None


def unbase64(value: str) -> bytes | None:
    """Strict base64, with padding forgiven; None when it is not base64."""
    compact = "".join(value.split())
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def parse_time(value: Any) -> datetime | None:
    """An ISO 8601 time as an aware datetime in UTC; a time without a zone is taken as UTC. None when it is no time."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    with suppress(ValueError, OverflowError):
        parsed = datetime.fromisoformat(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    cleaned = _COMPACT_OFFSET.sub(r"\1:\2", _FRACTION.sub(r"\1", value.strip()))
    try:
        parsed = datetime.fromisoformat(cleaned)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def recorded_time(value: Any) -> datetime | None:
    """When a call began; None where a writer had no time. HAR needs one, so a time before 2000 stands for none."""
    at = parse_time(value)
    return at if at is not None and at.year >= 2000 else None


def split_url(url: str) -> SplitResult:
    """`urlsplit` that does not raise: an unreadable URL is all path."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")


@lru_cache(maxsize=256)
def host_of(url: str) -> str:
    """Lower-case host name of a URL; empty when it has none."""
    try:
        return split_url(url).hostname or ""
    except ValueError:
        return ""


def origin_of(url: str) -> str:
    """`scheme://host[:port]` in lower case, default ports left out (RFC 6454, section 6.2); empty when it has none."""
    parts, host = split_url(url), host_of(url)
    if not host or not parts.scheme:
        return ""
    try:
        port = parts.port
    except ValueError:
        return ""
    shown = f"[{host}]" if ":" in host else host
    scheme = parts.scheme.lower()
    is_default = port is None or (scheme, port) in (("http", 80), ("https", 443), ("ws", 80), ("wss", 443))
    return f"{scheme}://{shown}" if is_default else f"{scheme}://{shown}:{port}"


def path_template(path: str) -> str:
    """A path with numbers, UUIDs, long tokens, e-mail addresses and pseudonyms replaced by `{id}`."""
    return "/".join("{id}" if _ID_SEGMENT.fullmatch(part) else part for part in path.split("/"))


def error_of(entry: Mapping[str, Any], response: Mapping[str, Any]) -> str:
    """The writer's word for why there was no answer, or no whole one; empty when it has none."""
    for value in (response.get("_error"), entry.get("_error"), response.get("_failureText"), entry.get("_failureText")):
        found = _error(value)
        if found:
            return found
    # Charles has no words but a state.
    return "FAILED" if response.get("_charlesStatus") == "FAILED" else ""


def _error(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(filter(None, (text(value.get("code")), text(value.get("message")))))
    return text(value)


def _initiator(value: Any) -> tuple[str, str]:
    if isinstance(value, str):
        return value, ""
    found = mapping(value)
    url = text(found.get("url"))
    for frame in _mappings(mapping(found.get("stack")).get("callFrames")):
        return url or text(frame.get("url")), text(frame.get("functionName"))
    return url, ""
