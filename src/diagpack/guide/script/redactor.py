"""The redactor of the script: names, slots, URLs and forms; the twin of page/redactor.js.

Enters: the book of rules and names, a random key, evidence. Leaves: the same evidence with secrets and personal data
replaced, and a count by class. Shared test vectors hold the two to the same result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from . import headers, packing
from .learning import Finder, Learner
from .markup import MarkupRewriter
from .names import MASKED, NO_VALUE, Names, looks_opaque, lower, quote, strip, unquote
from .plain_text import TextScanner
from .prose import Names as Prose
from .rewriting import JsonRewriter
from .tokens import Pseudonyms

MOST_DEPTH = 8
_URL_TEXT = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://[^ \t\r\n]*|(?:data|blob):[^ \t\r\n]*)")
_URL_PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_FORM = re.compile(
    r"[A-Za-z0-9_.\-\[\]%$:+~*]{1,200}=[^& \t\r\n]*(?:&[A-Za-z0-9_.\-\[\]%$:+~*]{1,200}(?:=[^& \t\r\n]*)?)*&?"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_JWT = re.compile(
    r"(eyJ[A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)(?:\.([A-Za-z0-9_-]*))?(?:\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*))?"
)
_DATA_URL = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),(.*)", re.DOTALL)
_HEAD = re.compile("[\ufeff \t\r\n]*")
_JSON_LINE = re.compile(r"[{[][^\n]*[}\]][ \t\r]*\n")
_MARKUP = re.compile("[\ufeff \t\r\n]*<[A-Za-z_!?]")
_BOUNDARY = re.compile(r"--([0-9A-Za-z'()+_,./:=?-]{1,70})\r?\n")
_EVENTS = re.compile(r"(?:data|event|id|retry)?:[^\n]*\n")
_EVENT = re.compile(r"(data|event|id|retry|)(: ?)(.*)", re.DOTALL)
_PACKED_MAGIC = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x9c\xda]")
_XML_BYTES = re.compile(rb"[\xef\xbb\xbf \t\r\n]*<")
_BLANK_LINE = re.compile(r"\r?\n\r?\n")
_PART_NAME = re.compile(r"(?:^|[ ;])name=\"?([^\";\r\n]*)\"?", re.IGNORECASE)


class Redactor(Names):
    """One session: the same value gets the same token in every file."""

    def __init__(self, book: dict[str, Any], key: bytes, hide: Iterable[str] = ()) -> None:
        super().__init__(book)
        self.tokens = Pseudonyms(key)
        self.counts: dict[str, int] = {}
        self._learned: dict[str, str] = {}
        self._prose: Prose | None = None
        self._cache: dict[str, tuple[str, dict[str, int]]] = {}
        self._scanner = TextScanner(self, [word for word in map(strip, hide) if len(word) > 1])

    def learn(self, text: str) -> list[tuple[str, str]]:
        """What a text says under a name is from here on replaced wherever it stands. Enters: the text of a file."""
        found = Learner(self).learn(text)
        return self.know(found)

    def know(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Add (value, class) pairs; all that are known."""
        for value, entity in pairs:
            self._learned.setdefault(value, entity)
        self._scanner.finder = Finder(self._learned.items())
        self._cache.clear()
        return list(self._learned.items())

    @property
    def learned(self) -> dict[str, str]:
        """Value to class."""
        return dict(self._learned)

    def tally(self, entity: str, count: int = 1) -> None:
        self.counts[entity] = self.counts.get(entity, 0) + count

    # Slots -----------------------------------------------------------------------------------------------------------

    def slot(self, value: str, entity: str) -> str:
        """A whole value that stands in a place of this class."""
        bare = strip(value)
        if not bare or not entity or entity == "keep" or lower(bare) in NO_VALUE or MASKED.fullmatch(bare):
            return value
        if entity == "text":
            return self.value(value)
        token = self.tokens.token(packing.well_formed(bare), entity)
        if token == bare:
            return value
        self.tally(entity)
        return value.replace(bare, token, 1)

    def parameter(self, name: str, value: str, depth: int = 0) -> str:
        if not value:
            return value
        entity = self.classify(name)
        if entity == "keep":
            return self.text(value, depth)
        if entity in ("token", "secret") and len(value) > 40:
            message = self.message(value, depth)
            if message is not None:
                return message
        return self.slot(value, entity) if entity else self.value(value, depth + 1)

    def header(self, name: str, value: str) -> str:
        return headers.header(self, name, value)

    def address(self, value: str) -> str:
        return headers.address(self, value)

    def set_cookie(self, line: str) -> str:
        return headers.set_cookie(self, line)

    # URLs and forms --------------------------------------------------------------------------------------------------

    def url(self, url: str, depth: int = 0) -> str:
        if url.startswith("blob:"):
            return "blob:" + self.url(url[5:], depth)
        if url.startswith("data:"):
            return self._data_url(url, depth)
        parts = _URL_PARTS.fullmatch(url)
        if parts is None:
            return self.text(url, depth)
        scheme, authority, path, query, fragment = parts.groups()
        head = "" if authority is None else (scheme or "") + "//" + self._authority(authority)
        out = self._path(path, depth)
        if query is not None:
            out += "?" + self.form(query, depth)
        if fragment is not None:
            out += "#" + (self._fragment(fragment, depth) if "=" in fragment else self._path(fragment, depth))
        # The authority is not searched with the rest: a token before the host would look like an e-mail address.
        return head + self.shapes(out)

    def _authority(self, authority: str) -> str:
        info, at, host = authority.rpartition("@")
        if not at:
            return self.shapes(authority)
        user, colon, password = info.partition(":")
        shown = quote(self.slot(unquote(user) or user, "user")) if user else ""
        hidden = ":" + quote(self.slot(unquote(password) or password, "password")) if colon else ""
        return shown + hidden + at + self.shapes(host)

    def _path(self, path: str, depth: int) -> str:
        if len(path) < 4:
            return path
        is_one_time = False
        out = []
        for segment in path.split("/"):
            name, *parameters = segment.split(";")
            decoded = unquote(name)
            plain = name if decoded is None else decoded
            is_link = is_one_time and looks_opaque(plain)
            changed = self.slot(plain, "token") if is_link else self.value(plain, depth + 1)
            is_one_time = lower(plain) in self.reset_words
            out.append(
                ";".join(
                    [name if changed == plain else quote(changed), *(self.form(each, depth) for each in parameters)]
                )
            )
        return "/".join(out)

    def _fragment(self, fragment: str, depth: int) -> str:
        path, question, query = fragment.partition("?")
        if not question:
            return self.form(fragment, depth)
        return self._path(path, depth) + "?" + self.form(query, depth)

    def _data_url(self, url: str, depth: int) -> str:
        parts = _DATA_URL.fullmatch(url)
        if parts is None:
            return self.text(url, depth)
        media, flags, body = parts.groups()
        head = "data:" + media + flags + ","
        if ";base64" in flags:
            changed = self.value(body, depth + 1)
            is_text = any(each in media for each in self.book["text_types"])
            return head + ("" if changed == body and not is_text and len(body) > 64 else changed)
        decoded = unquote(body)
        plain = body if decoded is None else decoded
        changed = self.value(plain, depth + 1)
        return url if changed == plain else head + quote(changed)

    def form(self, text: str, depth: int = 0) -> str:
        parts = re.split("([&;])", text)
        return "".join(each if index % 2 else self._pair(each, depth) for index, each in enumerate(parts))

    def _pair(self, pair: str, depth: int) -> str:
        held, equals, value = pair.partition("=")
        if not equals:
            return self._pair_part(pair, lambda plain: self.value(plain, depth + 1)) if pair else pair
        decoded = unquote(held, True)
        name = held if decoded is None else decoded
        shown = self._pair_part(held, lambda plain: self.text(plain, depth + 1))
        return shown + "=" + self._pair_part(value, lambda plain: self.parameter(name, plain, depth))

    def _pair_part(self, part: str, change: Callable[[str], str]) -> str:
        plain = unquote(part, True)
        if plain is None:
            return quote(self.slot(part, "secret"))
        changed = change(plain)
        return part if changed == plain else quote(changed)

    # Structures ------------------------------------------------------------------------------------------------------

    def value(self, text: str, depth: int = 0) -> str:
        """A value of unknown structure."""
        if len(text) < 3:
            return text
        if depth > MOST_DEPTH:
            return self.slot(text, "secret")
        cached = self._cache.get(text)
        if cached is None:
            before, self.counts = self.counts, {}
            out = self._structure(text, depth)
            cached, self.counts = (out, self.counts), before
            if len(text) < 4000:
                if len(self._cache) > 50_000:
                    self._cache.clear()
                self._cache[text] = cached
        for entity, count in cached[1].items():
            self.tally(entity, count)
        return cached[0]

    def _structure(self, text: str, depth: int) -> str:
        at = _HEAD.match(text).end()  # type: ignore[union-attr]
        head = text[at : at + 1]
        out: str | None
        if head in ("{", "[") or (head == '"' and len(text) > 4):
            out = self.json(text, depth)
            if out is not None:
                return out
            if _JSON_LINE.match(text):
                return "\n".join(self.value(line, depth + 1) for line in text.split("\n"))
        if head == "<" and _MARKUP.match(text):
            return self.markup(text, depth)
        if text.startswith("eyJ") and "." in text:
            out = self.jwt(text, depth)
            if out is not None:
                return out
        if _URL_TEXT.fullmatch(text) or (head == "/" and " " not in text and re.search("[?%;]", text)):
            return self.url(text, depth)
        boundary = _BOUNDARY.match(text)
        if boundary:
            return self._multipart(text, "--" + boundary.group(1), depth)
        if _EVENTS.match(text):
            return "\n".join(self._event(line, depth) for line in text.split("\n"))
        if _BASE64.fullmatch(text):
            out = self.packed(text, depth)
            if out is not None:
                return out
        if "=" in text and not text.endswith("==") and len(text) < 5_000_000 and _FORM.fullmatch(text):
            return self.shapes(self.form(text, depth))
        return self.text(text, depth)

    def _event(self, line: str, depth: int) -> str:
        field = _EVENT.fullmatch(line)
        if field is None:
            return self.text(line, depth)
        return field.group(1) + field.group(2) + self.value(field.group(3), depth + 1)

    def json(self, text: str, depth: int = 0) -> str | None:
        """JSON text with its strings and numbers rewritten in place; None when it is not JSON."""
        return JsonRewriter(self, text, depth).rewritten()

    def json_string(self, value: str, key: str, entity: str, depth: int) -> str:
        """One string under a key of this class."""
        if entity == "keep":
            return self.text(value, depth)
        if not entity:
            return self.value(value, depth + 1)
        if self.classify(key) == "token" and len(value) > 40:
            message = self.message(value, depth)
            if message is not None:
                return message
        return self.slot(value, entity)

    def markup(self, text: str, depth: int) -> str:
        return MarkupRewriter(self, text, depth).rewritten()

    def message(self, value: str, depth: int) -> str | None:
        """A JWT or SAML message keeps its protocol values; None when it is neither."""
        if value.startswith("eyJ"):
            return self.jwt(value, depth)
        data = packing.unbase64(re.sub("[ \t\r\n]", "", value))
        if not data:
            return None
        is_plain = _XML_BYTES.match(data) is not None
        inside = data if is_plain else packing.inflate_raw(data)
        if inside is None or b"SAML" not in inside or not _XML_BYTES.match(inside):
            return None
        text = packing.to_text(inside)
        if text is None:
            return None
        changed = self.markup(text, depth + 1)
        if changed == text:
            return value
        packed = packing.to_bytes(changed)
        return packing.base64(packed if is_plain else packing.deflate_stored(packed), value)

    def jwt(self, token: str, depth: int) -> str | None:
        if _JWT.fullmatch(token) is None:
            return None
        first, second, *rest = token.split(".")
        head = self._claims(first, depth)
        if head is None:
            return None
        if len(rest) == 3:
            return ".".join([head, *(self.slot(each, "token") for each in (second, *rest))])
        body = self._claims(second, depth)
        if body is None:
            return None
        return ".".join([head, body, *(self.slot(each, "token") for each in rest)])

    def _claims(self, segment: str, depth: int) -> str | None:
        data = packing.unbase64(segment)
        text = None if data is None else packing.to_text(data)
        if text is None or not re.match(r"[ \t\r\n]*\{", text):
            return None
        changed = JsonRewriter(self, text, depth + 1, is_claims=True).rewritten()
        if changed is None:
            return None
        return segment if changed == text else packing.base64(packing.to_bytes(changed), "-")

    def packed(self, run: str, depth: int) -> str | None:
        """A base64 run of readable text; None when it is not one."""
        data = packing.unbase64(run)
        if data is None:
            return None
        if _PACKED_MAGIC.match(data) and len(run) > 40:
            return self.slot(run, "secret")
        text = packing.to_text(data)
        if text is None or not packing.is_readable(text):
            return None
        changed = self.value(text, depth + 1)
        return run if changed == text else packing.base64(packing.to_bytes(changed), run)

    def _multipart(self, text: str, mark: str, depth: int) -> str:
        first, *parts = text.split(mark)
        return mark.join([first, *(self._part(part, depth) for part in parts)])

    def _part(self, part: str, depth: int) -> str:
        blank = _BLANK_LINE.search(part)
        if blank is None:
            return self.text(part, depth) if re.sub(r"[-\r\n]", "", part) else part
        head, body = part[: blank.start()], part[blank.end() :]
        content = body.rstrip("\r\n")
        name = _PART_NAME.search(head)
        field = name.group(1) if name else ""
        if "filename" in lower(head) and not self.classify(field):
            changed = self.value(content, depth + 1)
        else:
            changed = self.parameter(field, content, depth)
        return self.text(head, depth) + blank.group(0) + changed + body[len(content) :]

    # Plain text ------------------------------------------------------------------------------------------------------

    def log(self, text: str) -> str:
        """A log, in pieces of about 64 KB cut at line ends."""
        out, at = [], 0
        while at < len(text):
            end = min(len(text), at + 65536)
            if end < len(text):
                line = text.rfind("\n", at, end)
                if line < 0:
                    line = text.find("\n", end)
                end = len(text) if line < 0 else line + 1
            out.append(self.text(text[at:end]))
            at = end
        return "".join(out)

    def prose(self, text: str) -> str:
        """What a person typed: names of people too."""
        if self._prose is None:
            self._prose = Prose(self.book["prose"])
        done = self.log(text)
        out, at = [], 0
        for start, end in self._prose.spans(done):
            if end - start > 5:
                self._learned.setdefault(done[start:end], "name")
            out += [done[at:start], self.slot(done[start:end], "name")]
            at = end
        return "".join([*out, done[at:]])

    def text(self, text: str, depth: int = 0) -> str:
        return self._scanner.redacted(text, depth, True)

    def shapes(self, text: str) -> str:
        """Only the rules and the hidden words."""
        return self._scanner.redacted(text, 0, False)
