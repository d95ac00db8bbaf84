"""Names of people in what the customer typed: word lists, titles and greetings; the twin of page/prose.js.

Enters: text. Leaves: (start, end) pairs. For sentences only: in logs and recordings such lists hit ordinary words.
Finds no names in scripts without capital letters (Japanese, for one).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_UPPER = "[A-Z\u00c0-\u00de\u0100-\u017f\u0410-\u042f]"
_WORD = _UPPER + "(?:[A-Za-z\u0080-\U0010ffff]|['-][A-Za-z\u0080-\U0010ffff])+"
_RUN = re.compile(
    _WORD + "(?: (?:(?:van|von|de|der|den|da|di|del|dos|la|le|bin|al|el|ter|zu) )*(?:" + _WORD + r"|[A-Z]\.))*"
    r"|[A-Z]\. ?" + _WORD
)
_TITLE = re.compile(
    "(?:^|[^A-Za-z0-9])(?:mr|mrs|ms|miss|mx|dr|prof|professor|herr|herrn|frau|monsieur|madame|mme|mlle|se\u00f1ora?|sra?|"
    r"signora?|sig|dame|sir)\.? \Z",
    re.IGNORECASE,
)
_GREETING = re.compile(
    "(?:^|[^A-Za-z0-9])(?:my name is|name:|dear|hi|hello|hey|hallo|hola|bonjour|ciao|attn:?|from:|cc:|signed|signed by|"
    "reported by|assigned to|escalated by|spoke with|spoke to|talked to|talked with|met with|called by|liebe|lieber|"
    "sehr geehrte|sehr geehrter|regards,?|thanks,?|thank you,?|cheers,?|sincerely,?|best,?|greetings,?|"
    "gr[\u00fc\u00dc](?:\u00df|ss)en?,?|cordialement,?|saludos,?)[ \t\r\n]*\\Z",
    re.IGNORECASE,
)
_CUE = re.compile(
    "(?:^|[^A-Za-z0-9])(?:contact|ask|asked|told|colleague|manager|employee|admin|administrator|customer|user|"
    r"according to|by|with|from|for|and|met|call|phoned|emailed) \Z",
    re.IGNORECASE,
)
_ATTACHED = re.compile("[A-Za-z0-9_@/\\\\=.$\u0080-\U0010ffff]\\Z")


def _fold(word: str) -> str:
    if all(ord(each) < 128 for each in word):
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(each for each in parts if not unicodedata.category(each).startswith("M"))


def _is_product(written: str) -> bool:
    """`SAML`, `JavaScript`: all capitals, or a capital inside; but `McAdam` and `O'Neil` are people."""
    inner = re.sub("^(?:Mc|Mac|O'|D')", "", written)[1:]
    if any(re.search("[A-Z]", part[1:]) for part in inner.split("-")):
        return True
    return len(written) > 1 and written == written.upper() != written.lower()


class Names:
    """The word lists of the book."""

    def __init__(self, lists: dict[str, Any]) -> None:
        names = ("first", "last", "ambiguous", "never")
        self._first, self._last, self._ambiguous, self._never = (frozenset(lists[each].split(" ")) for each in names)

    def spans(self, text: str) -> list[tuple[int, int]]:
        found = []
        for match in _RUN.finditer(text):
            before = text[max(0, match.start() - 40) : match.start()]
            if _ATTACHED.search(before):
                continue
            tokens = self._tokens(match.group(0), match.start())
            is_cued = len(tokens) == 2 and all(kind == "unknown" for _, _, kind in tokens) and _CUE.search(before)
            is_named = _TITLE.search(before) or _GREETING.search(before) or is_cued
            at = 0
            while at < len(tokens):
                size = _size([kind for _, _, kind in tokens[at : at + 4]], bool(is_named) and at == 0)
                if size:
                    found.append((tokens[at][0], tokens[at + size - 1][1]))
                at += size or 1
        return found

    def _tokens(self, run: str, start: int) -> list[tuple[int, int, str]]:
        tokens = []
        for each in re.finditer("[^ ]+", run):
            bare = re.sub("['\u2019]s\\Z", "", each.group(0))
            at = start + each.start()
            tokens.append((at, at + len(bare), self._kind(_fold(bare), bare)))
        return tokens

    def _kind(self, word: str, written: str) -> str:
        """first, last, ambiguous (a name only beside another), particle, initial, unknown or never."""
        if word in self._never:
            return "never"
        if len(word.rstrip(".")) == 1:
            return "initial"
        is_listed = word in self._first or word in self._last
        if word in self._ambiguous:
            return "ambiguous" if is_listed else "never"
        if is_listed:
            return "first" if word in self._first else "last"
        parts = word.split("-")
        if len(parts) > 1 and (parts[0] in self._first or parts[-1] in self._last):
            return "first" if parts[0] in self._first else "last"
        if written[0] == written[0].lower():
            return "particle"
        return "never" if _is_product(written) else "unknown"


def _size(kinds: list[str], is_named: bool) -> int:
    """How many of these words are one name; 0 when the first does not start one."""
    known = kinds.index("never") if "never" in kinds else len(kinds)
    while known and kinds[known - 1] == "particle":
        known -= 1
    kinds = kinds[:known]
    if not kinds:
        return 0
    if is_named or kinds[0] == "first" or (kinds[0] == "last" and known <= 2):
        return known
    beside = [kind for kind in kinds[1:] if kind != "particle"]
    if kinds[0] == "ambiguous" and beside and beside[0] in ("first", "last", "ambiguous", "initial"):
        return known
    if kinds[0] in ("unknown", "initial") and "last" in beside[:2]:
        return kinds.index("last") + 1
    return 1 if kinds[0] == "last" else 0
