"""Names decide: which header, cookie, parameter or key holds what; and small helpers both halves share.

Enters: the book and names. Leaves: classes. The twin of page/words.js.
"""

from __future__ import annotations

import re
from typing import Any

from . import packing

MASKED = re.compile("(?:[*\u2022.]+|x{3,}|[\\[<(]?(?:redacted|removed|masked|hidden|filtered)[\\])>]?)", re.IGNORECASE)
NO_VALUE = frozenset("true false null none nil undefined yes no on off 0 1".split())
URL_HEADERS = frozenset(
    "location referer referrer origin content-location refresh :path x-original-url x-rewrite-url x-forwarded-uri link "
    "sourcemap x-request-uri x-original-uri".split()
)
COOKIE_ATTRIBUTES = frozenset("path domain expires max-age secure httponly samesite priority partitioned".split())
_UPPER = re.compile("[A-Z]+")
_SQUEEZE = str.maketrans("", "", "-_. []:")
_ESCAPED = re.compile("%[0-9A-Fa-f]{2}")
_ESCAPED_BYTE = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNSAFE = re.compile(rb"[^A-Za-z0-9\-_.~@]")
_LETTER = re.compile("[A-Za-z\x80-\uffff]")
_BLANK = re.compile("[ \t\r\n]")


def strip(text: str) -> str:
    return text.strip(" \t\r\n")


def lower(text: str) -> str:
    """Lower case of ASCII letters only."""
    return _UPPER.sub(lambda match: match.group(0).lower(), text)


def squeeze(name: str) -> str:
    return lower(name).translate(_SQUEEZE)


def looks_opaque(value: str) -> bool:
    """A value that no person would have chosen as a word: long, or letters and digits mixed."""
    if _BLANK.search(value):
        return False
    if len(value) >= 20:
        return True
    return len(value) >= 8 and re.search("[0-9]", value) is not None and re.search("[A-Za-z]", value) is not None


def unquote(text: str, plus: bool = False) -> str | None:
    """Percent escapes undone; None when they are no text."""
    spaced = text.replace("+", " ") if plus else text
    if _ESCAPED.search(spaced) is None:
        return spaced
    return packing.to_text(_ESCAPED_BYTE.sub(lambda match: bytes([int(match.group(1), 16)]), packing.to_bytes(spaced)))


def quote(text: str) -> str:
    escaped = _UNSAFE.sub(lambda match: b"%%%02X" % match.group(0)[0], packing.to_bytes(text))
    return escaped.decode("ascii")


def _by_name(classes: dict[str, str]) -> dict[str, str]:
    """The book lists the names of each class; they are looked up the other way round."""
    return {name: entity for entity, names in classes.items() for name in names.split(" ")}


class Names:
    """Looks names up in the book."""

    def __init__(self, book: dict[str, Any]) -> None:
        self.book = book
        self.secret_classes = frozenset(book["secret_classes"])
        self.reset_words = frozenset(book["reset_words"])
        self._words = _by_name(book["words"])
        self._stems: list[list[str]] = book["stems"]
        self._headers = _by_name(book["headers"])
        self._ambiguous = frozenset(book["ambiguous"])
        self._kept = frozenset(book["id_fields"])
        self._classified: dict[str, str] = {}

    def classify(self, name: str) -> str:
        """The class of a name: "" for none, "keep" for a value that stays."""
        found = self._classified.get(name)
        if found is None:
            found = self._class_of(name)
            if len(self._classified) < 50_000:
                self._classified[name] = found
        return found

    def _class_of(self, name: str) -> str:
        if len(name) > 200:
            return ""
        plain = squeeze(name).strip("\"'@$/")
        if plain in self._kept:
            return "keep"
        if plain in self._words:
            return self._words[plain]
        for stem, entity in self._stems:
            if stem in plain:
                return entity
        if plain.endswith("token"):
            return "token"
        inner = lower(name).replace("]", "").replace("[", ".")
        tail = squeeze(inner[inner.rfind(".") + 1 :])
        return self._words.get(tail, "") if tail != plain else ""

    def classify_header(self, name: str) -> str:
        lowered = lower(strip(name))
        if lowered in self._headers:
            return self._headers[lowered]
        found = self.classify(lowered)
        return found if found in self.secret_classes or found in ("email", "ip", "user", "geo") else ""

    def is_ambiguous(self, name: str) -> bool:
        return squeeze(name) in self._ambiguous

    def fits(self, name: str, entity: str, value: str) -> bool:
        """Whether a value under an ambiguous name looks like what the name would mean."""
        if not self.is_ambiguous(name):
            return True
        if entity == "password":
            return _BLANK.search(strip(value)) is None
        if entity in self.secret_classes:
            return looks_opaque(strip(value))
        return _LETTER.search(value) is not None

    def json_class(self, key: str, kind: str, value: str) -> str:
        entity = self.classify(key)
        if not entity or entity == "keep":
            return entity
        if kind == "object" or (kind == "string" and not self.fits(key, entity, value)):
            return ""
        if kind == "number" and self.is_ambiguous(key) and entity != "password":
            return ""
        return entity

    def claim_class(self, key: str, kind: str) -> str:
        if key in self.book["jwt_keep"]:
            return "keep"
        if key in self.book["jwt_classes"]:
            return str(self.book["jwt_classes"][key])
        known = self.classify(key)
        if known:
            return "" if kind == "object" else known
        return "id" if kind == "string" else ""
