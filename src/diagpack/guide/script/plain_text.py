"""Plain text: everything that can be found in a line without a structure, replaced in one pass.

Enters: text. Leaves: the text with the found places rewritten. The twin of page/plain_text.js; works on
the UTF-8 bytes, as the rules do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import packing
from .learning import Finder
from .names import NO_VALUE, looks_opaque, lower, quote, unquote
from .rules import RuleScanner

if TYPE_CHECKING:
    from .redactor import Redactor

_KEYED = re.compile(
    rb"(^|[^A-Za-z0-9_.\-\[\]])([A-Za-z_][A-Za-z0-9_.\-\[\]]{1,80})"
    rb"(\\{0,3}[\"']?[ \t]{0,4}(?:=>|:=|=|:)[ \t]{0,4}\\{0,3})([\"'])?"
)
_BARE_VALUE = re.compile(rb"[^ \t\r\n\"'&,;<>|(){}\[\]\\`]+")
_HEADER_LINE = re.compile(
    rb"(^|[^A-Za-z0-9_-])((?:proxy-)?authorization|cookie|set-cookie)(\\?[\"']?[ \t]{0,4}[:=][ \t]{0,4}\\?[\"']?)"
    rb"([^\r\n\"'\\]+)",
    re.IGNORECASE,
)
_SCHEME_VALUE = re.compile(
    rb"(^|[^A-Za-z0-9])((?:bearer|basic|negotiate)[ \t]{1,4})([A-Za-z0-9._~+/=-]{12,})", re.IGNORECASE
)
_PRIVATE_KEY = re.compile(
    rb"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)"
)
_JWT = re.compile(rb"(^|[^A-Za-z0-9_.-])(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*){0,3})")
_URL = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^ \t\r\n\"'<>\\`]+")
_PATH = re.compile(rb"(^|[ \t\"'(])(/[^ \t\r\n\"'<>\\`?]*\?[^ \t\r\n\"'<>\\`]+)")
_PERCENT = re.compile(rb"[^ \t\r\n\"'<>&]*%[0-9A-Fa-f]{2}[^ \t\r\n\"'<>&]*")
_PACKED = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_NOT_PACKED = re.compile("[0-9a-f]+")
_MAYBE_PACKED = re.compile("[0-9A-Z+/_-]")


# `https://` and `urn:oasis:names:tc:SAML:2.0:protocol` are addresses: nothing in them is a key with its value.
_URN = re.compile(rb"urn:[A-Za-z0-9:._-]{0,80}:\Z", re.IGNORECASE)


def _is_address(data: bytes, match: re.Match[bytes], start: int) -> bool:
    if b":" not in match.group(3):
        return False
    before = data[max(0, match.start() - 90) : match.start() + 1]
    return data.startswith(b"//", start) or _URN.search(before) is not None


class _Span:
    __slots__ = ("end", "entity", "rank", "start", "text")

    def __init__(self, start: int, end: int, rank: int, entity: str = "", text: bytes | None = None) -> None:
        self.start, self.end, self.rank, self.entity, self.text = start, end, rank, entity, text


class TextScanner:
    """Bound to one redactor."""

    def __init__(self, redactor: Redactor, hidden: list[str]) -> None:
        self._redactor = redactor
        self._rules = RuleScanner(redactor.book)
        self.finder = Finder(())
        self._hidden = [packing.to_bytes(word).lower() for word in hidden]

    def redacted(self, text: str, depth: int, is_full: bool) -> str:
        if len(text) < 3:
            return text
        data = packing.to_bytes(text)
        spans = [_Span(start, end, 3, entity) for start, end, entity in self._rules.values(data)]
        if is_full and depth <= 8:
            self._more(data, depth, spans)
        self._words(data, spans)
        spans += [_Span(start, end, 0, entity) for start, end, entity in self.finder.values(data)]
        if not spans:
            return text
        out = self._written(data, spans)
        if out == data:
            return text
        changed = packing.to_text(out)
        return self._redactor.slot(text, "secret") if changed is None else changed

    def _words(self, data: bytes, spans: list[_Span]) -> None:
        lowered = data.lower()
        for word in self._hidden:
            at = lowered.find(word)
            while at >= 0:
                spans.append(_Span(at, at + len(word), 0, "word"))
                at = lowered.find(word, at + len(word))

    def _more(self, data: bytes, depth: int, spans: list[_Span]) -> None:
        redactor = self._redactor
        if b"-----BEGIN" in data:
            spans += [_Span(each.start(), each.end(), 0, "key") for each in _PRIVATE_KEY.finditer(data)]
        if b"=" in data or b":" in data:
            self._headers(data, spans)
            self._keyed(data, spans)
        for each in _SCHEME_VALUE.finditer(data):
            if looks_opaque(each.group(3).decode("ascii")):
                spans.append(_Span(each.start(3), each.end(3), 0, "token"))
        if b"://" in data:
            for each in _URL.finditer(data):
                self._rewrite(spans, each, 0, lambda plain: redactor.url(plain, depth + 1))
        if b"?" in data:
            for each in _PATH.finditer(data):
                self._rewrite(spans, each, 2, lambda plain: redactor.url(plain, depth + 1))
        if b"eyJ" in data:
            for each in _JWT.finditer(data):
                self._rewrite(spans, each, 2, lambda plain: self._token(plain, depth))
        if b"%" in data:
            self._percent(data, depth, spans)
        for each in _PACKED.finditer(data):
            self._packed(each, depth, spans)

    def _token(self, plain: str, depth: int) -> str:
        found = self._redactor.jwt(plain, depth + 1)
        return self._redactor.slot(plain, "token") if found is None else found

    def _rewrite(self, spans: list[_Span], match: re.Match[bytes], group: int, change: Callable[[str], str]) -> None:
        plain = packing.to_text(match.group(group))
        if plain is None:
            return
        changed = change(plain)
        if changed != plain:
            spans.append(_Span(match.start(group), match.end(group), 1, text=packing.to_bytes(changed)))

    def _percent(self, data: bytes, depth: int, spans: list[_Span]) -> None:
        for each in _PERCENT.finditer(data):
            source = packing.to_text(each.group(0)) or ""
            plain = unquote(source)
            if not plain or plain == source:
                continue
            changed = self._redactor.value(plain, depth + 1)
            if changed != plain:
                spans.append(_Span(each.start(), each.end(), 2, text=quote(changed).encode("ascii")))

    def _packed(self, match: re.Match[bytes], depth: int, spans: list[_Span]) -> None:
        run = match.group(0).decode("ascii")
        if _MAYBE_PACKED.search(run) is None or _NOT_PACKED.fullmatch(run):
            return
        changed = self._redactor.packed(run, depth)
        if changed is not None and changed != run:
            spans.append(_Span(match.start(), match.end(), 2, text=changed.encode("ascii")))

    def _headers(self, data: bytes, spans: list[_Span]) -> None:
        for each in _HEADER_LINE.finditer(data):
            plain = packing.to_text(each.group(4)) or ""
            changed = self._redactor.header(each.group(2).decode("ascii"), plain)
            if changed != plain:
                spans.append(_Span(each.start(4), each.end(4), 0, text=packing.to_bytes(changed)))

    def _keyed(self, data: bytes, spans: list[_Span]) -> None:
        redactor = self._redactor
        match = _KEYED.search(data)
        while match is not None:
            name = match.group(2).decode("ascii")
            start = match.end()
            entity = redactor.classify(name)
            if entity and entity != "keep" and not _is_address(data, match, start):
                end = self._quoted_end(data, start, match.group(4)) if match.group(4) else self._bare_end(data, start)
                value = data[start:end].decode("latin-1")
                if end > start and lower(value) not in NO_VALUE and redactor.fits(name, entity, value):
                    spans.append(_Span(start, end, 0, entity))
            match = _KEYED.search(data, match.end(2))

    def _quoted_end(self, data: bytes, start: int, mark: bytes) -> int:
        limit = min(len(data), start + 65536)
        at = start
        while at < limit:
            each = data[at : at + 1]
            if each in (mark, b"\n") or (each == b"\\" and data[at + 1 : at + 2] == mark):
                return at
            at += 2 if each == b"\\" else 1
        return limit

    def _bare_end(self, data: bytes, start: int) -> int:
        match = _BARE_VALUE.match(data, start)
        return match.end() if match else start

    def _written(self, data: bytes, spans: list[_Span]) -> bytes:
        spans.sort(key=lambda each: (each.start, -each.end, each.rank))
        merged: list[_Span] = []
        for span in spans:
            if not merged or span.start >= merged[-1].end:
                merged.append(span)
            elif span.end > merged[-1].end:
                last = merged[-1]
                last.end, last.text = span.end, None
                last.entity = last.entity or span.entity or "secret"
        out, at = [], 0
        for span in merged:
            out.append(data[at : span.start])
            out.append(self._replaced(data[span.start : span.end], span.entity) if span.text is None else span.text)
            at = span.end
        out.append(data[at:])
        return b"".join(out)

    def _replaced(self, source: bytes, entity: str) -> bytes:
        decoded = packing.to_text(source)
        plain = source.decode("latin-1") if decoded is None else decoded
        if entity == "email":
            plain = plain.replace("%40", "@").replace("\\u0040", "@")
        return packing.to_bytes(self._redactor.slot(plain, entity))
