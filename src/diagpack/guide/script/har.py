"""A HAR through the redactor: every place has a rule, and what has none is dropped.

Enters: a parsed HAR 1.2. Leaves: the same entries in the same order, loadable by any viewer. The twin of page/har.js.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import packing
from .names import lower, unquote
from .redactor import Redactor

if TYPE_CHECKING:
    Json = dict[str, Any]

_PLAIN = frozenset(
    "method httpVersion startedDateTime time headersSize bodySize status size compression version connection pageref "
    "id mimeType encoding onContentLoad onLoad blocked dns connect send wait receive ssl hitCount lastAccess expires "
    "httpOnly secure sameSite statusText name".split()
)
# Some protocols put a number in front of a JSON payload: 42["event",{…}].
_TAGGED = re.compile(r"([0-9A-Za-z:/,-]{1,40}?)([\[{].*)", re.DOTALL)
_URLS = frozenset({"url", "redirectURL", "redirectionURL"})


class HarRedactor:
    """Bound to one redactor."""

    def __init__(self, redactor: Redactor) -> None:
        book = redactor.book
        self._redactor = redactor
        self._keep = frozenset(book["har_keep"])
        self._messages = frozenset(book["har_messages"])
        self._known = frozenset([*book["har_keep"], *book["har_text"], *book["har_messages"]])

    def redact(self, document: Json) -> Json:
        return {
            name: self._log(each) if name == "log" and isinstance(each, dict) else self._any(name, each)
            for name, each in document.items()
        }

    def _log(self, log: Json) -> Json:
        out: Json = {}
        for name, each in self._allowed(log).items():
            if name == "entries" and isinstance(each, list):
                out[name] = [self._entry(entry) if isinstance(entry, dict) else self._json(entry) for entry in each]
            elif name == "pages" and isinstance(each, list):
                out[name] = [self._page(page) if isinstance(page, dict) else self._json(page) for page in each]
            else:
                out[name] = self._any(name, each)
        return out

    def _page(self, page: Json) -> Json:
        return {
            name: self._redactor.value(each) if name == "title" and isinstance(each, str) else self._any(name, each)
            for name, each in self._allowed(page).items()
        }

    def _entry(self, entry: Json) -> Json:
        out: Json = {}
        for name, each in self._allowed(entry).items():
            if name in ("request", "response") and isinstance(each, dict):
                out[name] = self._message(each)
            elif name == "serverIPAddress" and isinstance(each, str):
                out[name] = self._redactor.address(each)
            else:
                out[name] = self._any(name, each)
        return out

    def _message(self, message: Json) -> Json:
        parts = {"headers": self._header, "cookies": self._cookie, "queryString": self._parameter}
        out: Json = {}
        for name, each in self._allowed(message).items():
            if name in _URLS and isinstance(each, str):
                out[name] = self._redactor.url(each)
            elif name in parts:
                out[name] = self._listed(each, parts[name])
            elif name in ("postData", "content") and isinstance(each, dict):
                out[name] = self._body(each)
            else:
                out[name] = self._any(name, each)
        return out

    def _listed(self, value: Any, change: Callable[[Any], Any]) -> Any:
        return [change(each) for each in value] if isinstance(value, list) else self._json(value)

    def _header(self, header: Any) -> Any:
        if not isinstance(header, dict) or not isinstance(header.get("name"), str):
            return self._json(header)
        out: Json = {}
        for name, each in self._allowed(header).items():
            if name == "name":
                out[name] = self._redactor.text(each)
            elif name == "value" and isinstance(each, str):
                out[name] = self._redactor.header(header["name"], each)
            else:
                out[name] = self._json(each)
        return out

    def _cookie(self, cookie: Any) -> Any:
        if not isinstance(cookie, dict):
            return self._redactor.set_cookie(cookie) if isinstance(cookie, str) else self._json(cookie)
        out: Json = {}
        for name, each in self._allowed(cookie).items():
            if name in ("path", "domain") or name in _PLAIN:
                out[name] = self._redactor.text(each) if isinstance(each, str) else each
            else:
                out[name] = self._redactor.slot(each, "cookie") if isinstance(each, str) else self._json(each)
        return out

    def _parameter(self, parameter: Any) -> Any:
        if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
            return self._json(parameter)
        out: Json = {}
        for name, each in self._allowed(parameter).items():
            if name == "value" and isinstance(each, str):
                out[name] = self._parameter_value(parameter["name"], each)
            else:
                out[name] = self._redactor.value(each) if isinstance(each, str) else self._json(each)
        return out

    def _parameter_value(self, name: str, value: str) -> str:
        # Some writers keep the percent escapes in queryString, some undo them.
        plain_name, plain = unquote(name), unquote(value)
        plain = value if plain is None else plain
        changed = self._redactor.parameter(name if plain_name is None else plain_name, plain)
        return value if changed == plain else changed

    def _body(self, body: Json) -> Json:
        media = lower(body["mimeType"]) if isinstance(body.get("mimeType"), str) else ""
        is_text = not media or any(each in media for each in self._redactor.book["text_types"])
        out: Json = {}
        for name, each in self._allowed(body).items():
            if name == "text" and isinstance(each, str):
                out[name] = self._body_text(each, str(body.get("encoding") or ""), is_text)
            elif name == "params":
                out[name] = self._listed(each, self._parameter)
            else:
                out[name] = self._any(name, each)
        return out

    def _body_text(self, text: str, encoding: str, is_text: bool) -> str:
        if not encoding and (is_text or packing.is_readable(text[:4096])):
            return self._redactor.value(text)
        if lower(encoding) == "base64" and is_text:
            run = "".join(text.split())
            data = packing.unbase64(run)
            inside = None if data is None else packing.to_text(data)
            if inside is not None:
                changed = self._redactor.value(inside)
                return text if changed == inside else packing.base64(packing.to_bytes(changed), run)
        if text:
            self._redactor.tally("body")
        return ""

    def _allowed(self, record: Json) -> Json:
        """Without what is denied by default: comments and unknown vendor fields."""
        out: Json = {}
        for name, each in record.items():
            if name != "comment" and (not name.startswith("_") or name in self._known):
                out[name] = each
            else:
                self._redactor.tally("field")
        return out

    def _any(self, name: str, value: Any) -> Any:
        if name in self._messages and isinstance(value, list):
            return [self._frame(frame) for frame in value]
        if name in _URLS and isinstance(value, str):
            return self._redactor.url(value)
        if name in self._keep or name in _PLAIN:
            if isinstance(value, str):
                return self._redactor.text(value)
            if not isinstance(value, (dict, list)):
                return value
        if isinstance(value, dict):
            return {key: self._any(key, each) for key, each in self._allowed(value).items()}
        if isinstance(value, str):
            redactor = self._redactor
            return redactor.json_string(value, name, redactor.json_class(name, "string", value), 0)
        return self._json(value)

    def _frame(self, frame: Any) -> Any:
        if not isinstance(frame, dict):
            return self._redactor.value(frame) if isinstance(frame, str) else self._json(frame)
        out: Json = {}
        for name, each in frame.items():
            if name == "data" and isinstance(each, str):
                out[name] = self._body_text(each, "base64", True) if frame.get("opcode") == 2 else self._tagged(each)
            else:
                out[name] = each if name in ("type", "opcode", "time") else self._json(each)
        return out

    def _tagged(self, text: str) -> str:
        parts = _TAGGED.fullmatch(text)
        inner = self._redactor.json(parts.group(2), 0) if parts else None
        return self._redactor.value(text) if parts is None or inner is None else parts.group(1) + inner

    def _json(self, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        changed = self._redactor.json(text, 0)
        return value if changed == text else json.loads(changed or "null")
