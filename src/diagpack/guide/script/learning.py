"""What a file says under a name it may say elsewhere without one: learned first, then replaced wherever it stands.

Enters: the text of a file, before anything is replaced. Leaves: (value, class) pairs in the order of the file, a
bounded number of them. The twin of page/learning.js.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import packing
from .names import looks_opaque, lower, strip, unquote

if TYPE_CHECKING:
    from .redactor import Redactor

_MOST = 1000
_JSON_NAME = re.compile(r'"([A-Za-z_][A-Za-z0-9_.-]{1,60})\\{0,3}"[ \t]{0,4}:[ \t]{0,4}\\{0,3}"')
_JSON_VALUE = re.compile(r'[^"\\\r\n]{4,400}')
_ITS_VALUE = re.compile(r'"[ \t\r\n]{0,40},[ \t\r\n]{0,40}"value"[ \t]{0,4}:[ \t]{0,4}"([^"\\\r\n]{4,4000})')
_FORM_NAME = re.compile(r"[?&; ,]([A-Za-z_][A-Za-z0-9_.-]{1,60})=")
_FORM_VALUE = re.compile(r"[^&;#\"' \t\r\n\\]{4,400}")
_FIRST_LAST = re.compile(r"([A-Za-z]{2,20})\.([A-Za-z]{2,20})@")
_WORD = re.compile("[0-9]|[A-Za-z\x80-\U0010ffff]")
_AUTHORIZATION = re.compile("(?:proxy-|x-)?authorization")
_WRITTEN = re.compile("[A-Z\u00c0-\u00de\u0100-\u024f\u0370-\U0010ffff]")
_NOT_NAME = re.compile("[0-9:/=<>{}@]")
_WORD_START = re.compile(rb"(?<![0-9A-Za-z\x80-\xff])[0-9A-Za-z\x80-\xff]")
_INSIDE = re.compile(rb"[0-9A-Za-z\x80-\xff]")


def _value_at(pattern: re.Pattern[str], text: str, at: int) -> str:
    found = pattern.match(text, at)
    return found.group(0) if found else ""


class Learner:
    """One file. `kept`: values that stay because they are identifiers."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._values: dict[str, str] = {}
        self._kept: set[str] = set()
        self._ids = frozenset(redactor.book["id_headers"])
        lists = redactor.book["prose"]
        self._common = frozenset((lists["ambiguous"] + " " + lists["never"]).split(" "))
        self._given = frozenset((lists["first"] + " " + lists["last"]).split(" "))

    def learn(self, text: str) -> list[tuple[str, str]]:
        for match in _JSON_NAME.finditer(text):
            name = match.group(1)
            if name in ("name", "key"):
                self._named(text, match.end())
            elif self._is_telling(name):
                self._pair(name, _value_at(_JSON_VALUE, text, match.end()))
        for match in _FORM_NAME.finditer(text):
            name = match.group(1)
            if self._is_telling(name):
                value = _value_at(_FORM_VALUE, text, match.end())
                self._pair(name, (unquote(value, True) or "") if "%" in value or "+" in value else value)
        return [pair for pair in self._values.items() if pair[0] not in self._kept][:_MOST]

    def _is_telling(self, name: str) -> bool:
        """Most names tell nothing: their values are not even read."""
        entity = self._redactor.classify(name)
        return entity in ("keep", "email", "name") or entity in self._redactor.secret_classes

    def _named(self, text: str, at: int) -> None:
        """`{"name": "Cookie", "value": "…"}`."""
        name = _value_at(_JSON_VALUE, text, at)
        held = _ITS_VALUE.match(text, at + len(name)) if name else None
        if held:
            self._header(name, held.group(1))

    def _header(self, name: str, value: str) -> None:
        lowered = lower(name)
        if lowered in self._ids:
            self._kept.add(value)
        elif lowered in ("cookie", "set-cookie"):
            for each in value.split(";") if lowered == "cookie" else [value.split(";")[0]]:
                self._add(each[each.find("=") + 1 :], "cookie")
        elif _AUTHORIZATION.fullmatch(lowered):
            self._add(re.sub("^[A-Za-z-]{1,20} +", "", value), "token")
        else:
            self._pair(name, value)

    def _pair(self, name: str, value: str) -> None:
        entity = self._redactor.classify(name) if value else ""
        if entity == "keep":
            self._kept.add(value)
        elif entity == "email":
            self._mailbox(value)
        elif (entity == "name" or entity in self._redactor.secret_classes) and not self._redactor.is_ambiguous(name):
            self._add(value, entity)

    def _mailbox(self, address: str) -> None:
        parts = _FIRST_LAST.match(address)
        if parts is None:
            return
        names = [lower(each) for each in parts.groups()]
        if any(each in self._common for each in names) and names[0] not in self._given:
            return
        self._add(" ".join(each[0].upper() + each[1:] for each in names), "name")

    def _add(self, value: str, entity: str) -> None:
        bare = strip(value)
        if len(self._values) >= 2 * _MOST or bare in self._values or not _WORD.match(bare):
            return
        is_wanted = self._is_name(bare) if entity == "name" else 7 < len(bare) <= 400 and looks_opaque(bare)
        if is_wanted:
            self._values[bare] = entity

    def _is_name(self, text: str) -> bool:
        """Two words, or one that nobody would take for an ordinary one."""
        if not 4 <= len(text) <= 80 or _NOT_NAME.search(text):
            return False
        words = [each for each in text.split(" ") if each]
        if len(words) > 5 or not _WRITTEN.match(text):
            return False
        if len(words) > 1:
            return not all(lower(each) in self._common for each in words)
        return len(text) > 5 and lower(text) not in self._common and not re.search("[A-Z_.-]", text[1:])


class Finder:
    """Finds learned values that stand as whole words."""

    def __init__(self, learned: Iterable[tuple[str, str]]) -> None:
        self._by_head: dict[bytes, list[tuple[bytes, bytes, str]]] = {}
        for value, entity in learned:
            data = packing.to_bytes(value)
            lowered = data.lower()
            self._by_head.setdefault(lowered[:4], []).append((data, lowered, entity))

    def values(self, data: bytes) -> list[tuple[int, int, str]]:
        """(start, end, class)."""
        if not self._by_head:
            return []
        lowered = data.lower()
        found = []
        for match in _WORD_START.finditer(data):
            at = match.start()
            for value, folded, entity in self._by_head.get(lowered[at : at + 4], ()):
                end = at + len(value)
                is_there = lowered.startswith(folded, at) if entity == "name" else data.startswith(value, at)
                if is_there and not _INSIDE.match(data, end):
                    found.append((at, end, entity))
        return found
