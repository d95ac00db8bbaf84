"""Rewrites the strings and numbers of a JSON text in place: every other byte stays, so that long numbers survive.

Enters: JSON text. Leaves: the text, or None when it is not JSON. The twin of page/json.js.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from . import packing

if TYPE_CHECKING:
    from .redactor import Redactor

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_CONTROL = re.compile("[\x00-\x1f]")
_BLANK = re.compile("[ \n\r\t]*")
_NAME_MEMBER = re.compile(r'"(?:name|key)"[ \t\r\n]*:[ \t\r\n]*"([^"\\]{1,200})"[ \t\r\n]*,[ \t\r\n]*"value"')
_LITERALS = {"t": "true", "f": "false", "n": "null"}


class _NotJson(ValueError):
    pass


class JsonRewriter:
    """One text."""

    def __init__(self, redactor: Redactor, text: str, depth: int, *, is_claims: bool = False) -> None:
        self._redactor = redactor
        self._text = text
        self._depth = depth
        self._is_claims = is_claims
        self._out: list[str] = []
        self._copied = 0

    def rewritten(self) -> str | None:
        try:
            at = self._blank(1 if self._text.startswith("\ufeff") else 0)
            at = self._blank(self._any(at, "", "", 0))
        except ValueError:
            return None
        if at != len(self._text):
            return None
        if not self._copied:
            return self._text
        return "".join([*self._out, self._text[self._copied :]])

    def _blank(self, at: int) -> int:
        return _BLANK.match(self._text, at).end()  # type: ignore[union-attr]

    def _put(self, start: int, end: int, replacement: str) -> None:
        self._out += [self._text[self._copied : start], replacement]
        self._copied = end

    def _string_end(self, at: int) -> int:
        end = at + 1
        while True:
            end = self._text.find('"', end)
            if end < 0:
                raise _NotJson
            slashes = 0
            while self._text[end - 1 - slashes] == "\\":
                slashes += 1
            if slashes % 2 == 0:
                return end + 1
            end += 1

    def _decoded(self, start: int, end: int) -> str:
        raw = self._text[start:end]
        if "\\" in raw or _CONTROL.search(raw):
            return packing.well_formed(json.loads(raw))
        return raw[1:-1]

    def _any(self, at: int, key: str, entity: str, level: int) -> int:
        if level > 100:
            raise _NotJson
        head = self._text[at : at + 1]
        if head == "{":
            return self._object(at, level)
        if head == "[":
            return self._array(at, key, entity, level)
        if head == '"':
            return self._string(at, key, entity)
        if head in _LITERALS and head:
            word = _LITERALS[head]
            if not self._text.startswith(word, at):
                raise _NotJson
            return at + len(word)
        return self._number(at, key, entity)

    def _class_of(self, key: str, at: int, sibling: str | None) -> str:
        head = self._text[at : at + 1]
        kind = {"{": "object", "[": "array", '"': "string"}.get(head, "number")
        name = sibling if sibling is not None and key == "value" else key
        if self._is_claims:
            return self._redactor.claim_class(name, kind)
        value = self._decoded(at, self._string_end(at)) if kind == "string" else ""
        known = self._redactor.json_class(name, kind, value)
        return known or ("" if name == key else self._redactor.classify_header(name))

    def _object(self, at: int, level: int) -> int:
        at = self._blank(at + 1)
        if self._text[at : at + 1] == "}":
            return at + 1
        found = _NAME_MEMBER.match(self._text[at : at + 300])
        sibling = found.group(1) if found else None
        while True:
            if self._text[at : at + 1] != '"':
                raise _NotJson
            end = self._string_end(at)
            key = self._decoded(at, end)
            shown = self._redactor.text(key, self._depth)
            if shown != key:
                self._put(at, end, json.dumps(shown, ensure_ascii=False))
            at = self._blank(end)
            if self._text[at : at + 1] != ":":
                raise _NotJson
            at = self._blank(at + 1)
            at = self._blank(self._any(at, key, self._class_of(key, at, sibling), level + 1))
            mark = self._text[at : at + 1]
            if mark == "}":
                return at + 1
            if mark != ",":
                raise _NotJson
            at = self._blank(at + 1)

    def _array(self, at: int, key: str, entity: str, level: int) -> int:
        at = self._blank(at + 1)
        if self._text[at : at + 1] == "]":
            return at + 1
        while True:
            at = self._blank(self._any(at, key, entity, level + 1))
            mark = self._text[at : at + 1]
            if mark == "]":
                return at + 1
            if mark != ",":
                raise _NotJson
            at = self._blank(at + 1)

    def _string(self, at: int, key: str, entity: str) -> int:
        end = self._string_end(at)
        value = self._decoded(at, end)
        changed = self._redactor.json_string(value, key, entity, self._depth)
        if changed != value:
            self._put(at, end, json.dumps(packing.well_formed(changed), ensure_ascii=False))
        return end

    def _number(self, at: int, key: str, entity: str) -> int:
        match = _NUMBER.match(self._text, at)
        if match is None:
            raise _NotJson
        digits = match.group(0)
        is_hidden = entity not in ("", "keep", "text")
        if is_hidden or (len(digits) > 11 and entity != "keep" and self._redactor.shapes(digits) != digits):
            changed = self._redactor.tokens.number(digits)
            if changed != digits:
                self._redactor.tally(entity or "id")
                self._put(at, match.end(), changed)
        return match.end()
