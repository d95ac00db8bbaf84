"""HAR 1.2 and what vendors add: every place has a rule, and what has none is dropped.

Enters: a parsed HAR. Leaves: the same entries in the same order, loadable by any viewer. Unknown `_*` fields, comments
and binary bodies are denied by default. Source: HAR 1.2; the vendor fields of Chrome, Firefox, Safari, WebPageTest,
Playwright, Charles, Proxyman, Fiddler as listed in the project's notes.
"""

import re
from typing import TYPE_CHECKING, Any

from diagpack.redact.json_text import Document
from diagpack.redact.walk_form import redact_parameter
from diagpack.redact.walk_http import cookie_value, is_kept_header, redact_header, redact_set_cookie
from diagpack.redact.walk_json import JsonWalker, redact_body
from diagpack.redact.walk_messages import redact_frame
from diagpack.redact.walk_prose import redact_prose
from diagpack.redact.walk_url import redact_url

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]{1,300})")
_MOST_KINDS = 1_000
# A longer body seldom returns.
_LONG = 2048
_URLS = frozenset({"url", "redirectURL", "redirectionURL"})
_CERTIFICATE = frozenset({"protocol", "subjectName", "issuer", "validFrom", "validTo"})
# Names as scripts have them; anything else in their place is not one.
_FUNCTION = re.compile(r"[A-Za-z_$<(][A-Za-z0-9_$.<>() ]{0,59}", re.ASCII)
_LINES = ("lineNumber", "columnNumber")
_STARTERS = frozenset({"parser", "script", "preload", "preflight", "SignedExchange", "FedCM", "other", "renderer"})
_PLAIN = frozenset(
    "method httpVersion startedDateTime time headersSize bodySize status size compression version connection pageref "
    "id mimeType encoding onContentLoad onLoad blocked dns connect send wait receive ssl hitCount lastAccess expires "
    "httpOnly secure sameSite".split()
)
# Messages in binary, also where they are written in letters (`grpc-web-text`).
_BINARY_TYPES = ("grpc", "protobuf", "msgpack", "cbor")
_PAIR = frozenset({"name", "value"})
_COOKIE_PARTS = {"path": "", "domain": "", "name": ""}


class HarWalker(JsonWalker):
    """Walks `{"log": …}`; objects it does not know are walked as JSON."""

    def __init__(self, engine: "Engine", document: Document | None = None) -> None:
        super().__init__(engine, document)
        section = engine.policy.section("har")
        self._text_types = section["text_types"]
        self._id_headers: dict[str, bool] = {}
        self._kinds: dict[tuple[str, ...], frozenset[str]] = {}
        self._known = frozenset([*section["keep"], *section["text"], *section["messages"]])

    def har(self, document: Any) -> Any:
        """Raises ValueError when this is not a HAR."""
        if not isinstance(document, dict) or not isinstance(document.get("log"), dict):
            raise ValueError("not a HAR")
        return {name: self._log(each) if name == "log" else self._other(name, each) for name, each in document.items()}

    def calls(self, document: Any) -> Any:
        """An `api` artifact: `{"exchanges": [{"request": …, "response": …}]}`, both spelled as in HAR 1.2."""
        if not isinstance(document, dict) or not isinstance(document.get("exchanges"), list):
            raise ValueError("not a list of exchanges")
        return {
            name: [self._entry(exchange) for exchange in each] if name == "exchanges" else self._other(name, each)
            for name, each in document.items()
        }

    def _log(self, log: dict[str, Any]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, each in self._allowed(log).items():
            if name == "entries" and isinstance(each, list):
                out[name] = [self._entry(entry) for entry in each]
            elif name == "pages" and isinstance(each, list):
                out[name] = [self._page(page) for page in each]
            else:
                out[name] = self._other(name, each)
        return out

    def _page(self, page: Any) -> Any:
        if not isinstance(page, dict):
            return self.walk(page)
        return {
            name: redact_prose(self.engine, each)
            if name == "title" and isinstance(each, str)
            else self._other(name, each)
            for name, each in self._allowed(page).items()
        }

    def _entry(self, entry: Any) -> Any:
        if not isinstance(entry, dict):
            return self.walk(entry)
        request = entry.get("request")
        url = request.get("url") if isinstance(request, dict) else None
        self.engine.live.enter(_host_of(url), entry.get("startedDateTime", entry.get("started")))
        out: dict[str, Any] = {}
        for name, each in self._allowed(entry).items():
            if name in ("request", "response") and isinstance(each, dict):
                out[name] = self._message(each, name == "response")
            elif name == "serverIPAddress" and isinstance(each, str):
                out[name] = self.engine.slot(each, "ip", "har")
            else:
                out[name] = self._other(name, each)
        self.engine.live.leave()
        return out

    def _message(self, message: dict[str, Any], is_response: bool) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, each in self._allowed(message).items():
            if name in _URLS and isinstance(each, str):
                out[name] = self.engine.once("url", each, redact_url)
            elif name == "headers":
                out[name] = self._headers(each)
            elif name == "cookies":
                out[name] = self._cookies(each)
            elif name == "queryString":
                out[name] = self._parameters(each)
            elif name in ("postData", "content") and isinstance(each, dict):
                out[name] = self._body(each)
            else:
                out[name] = self._other(name, each)
        return out

    def _headers(self, headers: Any) -> Any:
        if isinstance(headers, dict):
            return {name: self._header_value(name, each) for name, each in headers.items()}
        if not isinstance(headers, list):
            return self.walk(headers)
        return [self._header(each) for each in headers]

    def _header(self, header: Any) -> Any:
        if isinstance(header, list) and len(header) == 2 and isinstance(header[0], str):
            return [header[0], self._header_value(header[0], header[1])]
        if not isinstance(header, dict) or not isinstance(header.get("name"), str):
            return redact_header(self.engine, *_split(header)) if isinstance(header, str) else self.walk(header)
        name = header["name"]
        if header.keys() == _PAIR:
            new = {"name": self._header_name(name), "value": self._header_value(name, header["value"])}
            return header if new == header else {key: new[key] for key in header}
        out = {}
        for key, each in self._allowed(header).items():
            if key == "name":
                out[key] = self._header_name(name)
            else:
                out[key] = self._header_value(name, each) if key == "value" else self.walk(each, key)
        return out

    def _header_name(self, name: str) -> str:
        # A name that is a whole request line or a dumped header is text.
        return self.engine.value(name) if " " in name or len(name) > 80 else name

    def _header_value(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._header_value(name, each) for each in value]
        if isinstance(value, str) and self._is_id_header(name):
            return self.engine.keep(value)
        if isinstance(value, str):
            return self.engine.once(f"header {name}", value, lambda engine, text: redact_header(engine, name, text))
        return self.walk(value, name, self.engine.policy.classify_header(name))

    def _is_id_header(self, name: str) -> bool:
        """Whether the header holds an id that stays: it seldom returns."""
        known = self._id_headers.get(name)
        if known is None:
            if len(self._id_headers) > _MOST_KINDS:
                self._id_headers.clear()
            known = self._id_headers[name] = is_kept_header(self.engine, name)
        return known

    def _cookies(self, cookies: Any) -> Any:
        if not isinstance(cookies, list):
            return self.walk(cookies, "cookie", "cookie")
        return [self._cookie(each) for each in cookies]

    def _cookie(self, cookie: Any) -> Any:
        if not isinstance(cookie, dict):
            return redact_set_cookie(self.engine, cookie) if isinstance(cookie, str) else self.walk(cookie)
        if isinstance(cookie.get("name"), str) and isinstance(cookie.get("value"), str):
            expires = cookie.get("expires")
            self.engine.live.cookie(cookie["name"], cookie["value"], f"expires={expires}" if expires else "")
        out = {}
        for key, each in self._allowed(cookie).items():
            if key in _COOKIE_PARTS or key in _PLAIN:
                out[key] = each if not isinstance(each, str) else self._text(each)
            elif isinstance(each, str):
                out[key] = cookie_value(self.engine, each)
            else:
                out[key] = self.walk(each, key, "cookie")
        return out

    def _parameters(self, parameters: Any) -> Any:
        if not isinstance(parameters, list):
            return self.walk(parameters)
        return [self._parameter(each) for each in parameters]

    def _parameter(self, parameter: Any) -> Any:
        if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
            return self.walk(parameter)
        name = parameter["name"]
        out = {}
        for key, each in self._allowed(parameter).items():
            if key == "value" and isinstance(each, str):
                out[key] = _plain_parameter(self, name, each)
            elif key == "value":
                out[key] = self.walk(each, name, self.engine.policy.classify(name))
            elif key == "fileName" and isinstance(each, str):
                out[key] = redact_prose(self.engine, each)
            else:
                out[key] = (
                    self.engine.value(each) if isinstance(each, str) and key != "contentType" else self.walk(each)
                )
        return out

    def _body(self, body: dict[str, Any]) -> dict[str, Any]:
        media = str(body.get("mimeType", "")).lower()
        is_binary = any(each in media for each in _BINARY_TYPES)
        is_text = not is_binary and (not media or any(each in media for each in self._text_types))
        out: dict[str, Any] = {}
        for name, each in self._allowed(body).items():
            if name == "text" and isinstance(each, str):
                out[name] = self._body_text(each, "base64" if is_binary else str(body.get("encoding", "")), is_text)
            elif name == "params":
                out[name] = self._parameters(each)
            else:
                out[name] = self._other(name, each)
        return out

    def _body_text(self, text: str, encoding: str, is_text: bool) -> str:
        if not encoding and is_text:
            return redact_body(self.engine, text) if len(text) > _LONG else self.engine.value(text)
        if encoding.lower() == "base64" and is_text:
            new = self._base64_body(text)
            if new is not None:
                return new
        if encoding.lower() != "base64" and _is_readable(text):
            return self.engine.value(text)
        if text:
            self.engine.tally["body/binary-dropped"] += 1
        return ""

    def _base64_body(self, text: str) -> str | None:
        from diagpack.redact.packed import TooBig, unpack_base64, without_space

        try:
            unpacked = unpack_base64(
                without_space(text.encode("ascii", "replace")), self.engine.policy.limit("inflate_bytes"), is_slot=True
            )
        except TooBig:
            return None
        if unpacked is None:
            # Some writers label plain text as base64.
            return self.engine.value(text) if _is_readable(text) and " " in text else None
        inside = unpacked.text.decode("utf-8", "surrogateescape")
        new = self.engine.value(inside)
        return text if new == inside else unpacked.pack(new.encode("utf-8", "surrogateescape")).decode("ascii")

    def _allowed(self, record: dict[str, Any]) -> dict[str, Any]:
        """Without what is denied by default: comments and unknown vendor fields."""
        denied = self._denied(tuple(record))
        if not denied:
            return record
        self.engine.tally["field/har-dropped"] += len(denied)
        return {name: each for name, each in record.items() if name not in denied}

    def _denied(self, names: tuple[str, ...]) -> frozenset[str]:
        """Those of the names of a record that are denied; records of one kind share the answer."""
        denied = self._kinds.get(names)
        if denied is None:
            plain = {name: self.document.key_of(name) for name in names if name[:1] in ("_", "c")}
            denied = frozenset(
                name
                for name, key in plain.items()
                if key == "comment" or (name.startswith("_") and key not in self._known)
            )
            if len(self._kinds) > _MOST_KINDS:
                self._kinds.clear()
            self._kinds[names] = denied
        return denied

    def _other(self, name: str, value: Any) -> Any:
        section = self.engine.policy.section("har")
        if name in section["messages"] and isinstance(value, list):
            return [self._frame(each) for each in value]
        if name in section["keep"] or name in _PLAIN:
            return self._text(value) if isinstance(value, str) and len(value) > 3 else _scalar(self, value)
        if name == "_securityDetails" and isinstance(value, dict):
            # Who issued the certificate says who opened the connection; names of other hosts say nothing here.
            return {key: self._other(key, each) for key, each in value.items() if key in _CERTIFICATE}
        if name == "_initiator" and isinstance(value, dict):
            return self._initiator(value)
        if name == "eTag" and isinstance(value, str):
            return self.engine.slot(value, "id", "har")
        if isinstance(value, dict):
            return {key: self._other(key, each) for key, each in self._allowed(value).items()}
        if isinstance(value, str):
            return (
                redact_url(self.engine, value) if name in _URLS else self.walk(value, name, self.class_of(name, value))
            )
        return self.walk(value, name, self.class_of(name, value))

    def _initiator(self, initiator: dict[str, Any]) -> dict[str, Any]:
        """Which page or script call started a request: its kind, addresses, functions and lines."""
        out: dict[str, Any] = {}
        for name, each in initiator.items():
            is_plain = (name == "type" and each in _STARTERS) or (name in _LINES and isinstance(each, int))
            if name == "url" and isinstance(each, str) and _HOST.match(each):
                out[name] = redact_url(self.engine, each)
            elif name == "functionName" and isinstance(each, str) and _FUNCTION.fullmatch(each):
                out[name] = self.engine.text(each)
            elif is_plain:
                out[name] = each
            elif name == "stack" and isinstance(each, dict) and isinstance(each.get("callFrames"), list):
                frames = [self._initiator(frame) for frame in each["callFrames"] if isinstance(frame, dict)]
                out[name] = {"callFrames": frames}
        return out

    def _text(self, text: str) -> str:
        if self.engine.ahead.stays(text):
            return text
        return self.engine.once("text", text, type(self.engine).text)

    def _frame(self, frame: Any) -> Any:
        if isinstance(frame, str):
            return redact_frame(self.engine, frame)
        if not isinstance(frame, dict):
            return self.walk(frame)
        is_binary = frame.get("opcode") == 2
        out = {}
        for name, each in frame.items():
            if name == "data" and isinstance(each, str):
                out[name] = self._body_text(each, "base64", True) if is_binary else redact_frame(self.engine, each)
            else:
                out[name] = self.walk(
                    each, name, "" if name in ("type", "opcode", "time") else self.class_of(name, each)
                )
        return out


def _plain_parameter(walker: HarWalker, name: str, value: str) -> str:
    from urllib.parse import unquote

    # Some writers keep the percent escapes in queryString, some undo them.
    if "%" in value:
        plain = unquote(value, errors="surrogateescape")
        new = redact_parameter(walker.engine, name, plain)
        return value if new == plain else new
    return redact_parameter(walker.engine, name, value)


def _scalar(walker: HarWalker, value: Any) -> Any:
    return walker.walk(value) if isinstance(value, dict | list) else value


def _split(header: str) -> tuple[str, str]:
    name, _, value = header.partition(":")
    return name, value


def _is_readable(text: str) -> bool:
    return not any(each < " " and each not in "\t\r\n" for each in text[:4096])


def _host_of(url: Any) -> str:
    """The host of a URL, "" when it has none."""
    match = _HOST.match(url) if isinstance(url, str) else None
    return match.group(1) if match else ""
