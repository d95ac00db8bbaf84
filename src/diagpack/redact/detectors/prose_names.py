"""Names of people in running text: titles, greetings, mentions and a word list. In logs such a list hits ordinary
words.

Enters: UTF-8 prose. Leaves: one span for each name, first and last name together. The lists and their exceptions are in
`rules/names.yaml`; a word that is also an ordinary one counts only beside another name or behind a title or greeting.
"""

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from diagpack.redact.detectors._engine import Rank, compiled
from diagpack.redact.rulebook import load_data
from diagpack.redact.spans import Detector, Span

# Upper-case letters of Latin-1, Latin Extended-A and Cyrillic, as UTF-8 bytes.
_UPPER: Final = r"(?:[A-Z]|\xc3[\x80-\x9e]|[\xc4\xc5][\x80-\xbf]|\xd0[\x80-\xaf])"
_WORD: Final = rf"{_UPPER}(?:[A-Za-z\x80-\xff]|['-][A-Za-z\x80-\xff])+"
_PARTICLE: Final = r"(?:van|von|de|der|den|da|di|del|dos|la|le|bin|al|el|ter|zu)"
_RUN = compiled(rf"{_WORD}(?:[ ](?:{_PARTICLE}[ ])*(?:{_WORD}|[A-Z]\.))*|[A-Z]\.[ ]?{_WORD}")
_TITLE = compiled(
    r"\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|herrn?|frau|monsieur|madame|mme|mlle|se[n\xc3]\xb1?ora?|sra?|signora?|"
    r"sig|ing|dipl|sir|dame)\.?[ ]$",
    ignore_case=True,
)
_GREETING = compiled(
    r"(?:\b(?:my name is|name:|dear|hi|hello|hey|hallo|hola|bonjour|ciao|attn:?|from:|cc:|signed|signed by|reported by|"
    r"assigned to|escalated by|spoke with|spoke to|talked to|talked with|met with|called by|liebe|lieber|"
    r"sehr geehrte|sehr geehrter)|"
    r"\b(?:regards|thanks|thank you|many thanks|cheers|sincerely|best|greetings|gr\xc3\xbc\xc3\x9fe|"
    r"gr\xc3\xbc\xc3\x9fen|cordialement|saludos|saludos cordiales|un saludo|atentamente|"
    r"bien \xc3\xa0 vous),?\r?\n?|\n(?:--|- |\xe2\x80\x94|\xe2\x80\x93))[ \t\r\n]*$",
    ignore_case=True,
)
# Weaker: only before two capitalised words that are no ordinary ones.
_CUE = compiled(
    r"\b(?:contact|ask|asked|told|colleague|manager|employee|admin|administrator|customer|user|according to|by|with|"
    r"from|for|and|met|call|phoned|emailed)[ ]$",
    ignore_case=True,
)
# Stronger than these in their languages, where ordinary nouns may be capitalised: only a person is asked or told.
_NAMING = compiled(
    r"\b(?:wenden sie sich an|ich habe mit|(?:ge)?sprochen mit|sprach mit|"
    r"contacto con|habl\xc3\xa9 con|hablar con|hablado con|"
    r"administradora?|compa\xc3\xb1er[oa]|colega|client[ea]|usuari[oa]|contacter|parl\xc3\xa9 avec|administrateur|"
    r"administratrice|coll\xc3\xa8gue|utilisateur|utilisatrice)[ ]$",
    ignore_case=True,
)
_REPORTS = compiled(
    r"[ ](?:meldet|berichtet|schreibt|schrieb|meldete|informa|comenta|indica|escribe|signale|indique|\xc3\xa9crit|"
    r"reports|reported|says|said|writes|wrote|mentioned|confirmed)\b"
)
_MENTION = compiled(r"@[a-z\x80-\xff]+[._][a-z\x80-\xff]+\b")
_TITLES: Final = frozenset("herr herrn frau mr mrs ms dr sr sra señor señora monsieur madame mme".split())
_ROLES: Final = frozenset(
    "administrator administratorin kollege kollegin kollegen kunde kundin mitarbeiter mitarbeiterin benutzer "
    "benutzerin ansprechpartner ansprechpartnerin administrador administradora".split()
)
_TOKEN = compiled(r"[^ ]+")
_LOOK_BACK: Final = 40
_LONGEST_NAME: Final = 4


@dataclass(frozen=True, slots=True)
class _Words:
    first: frozenset[str]
    last: frozenset[str]
    ambiguous: frozenset[str]
    never: frozenset[str]

    def kind(self, word: str, written: str) -> str:
        """first, last, ambiguous (a name only beside another), particle, initial, unknown or never."""
        if word in self.never:
            return "never"
        if len(word.rstrip(".")) == 1:
            return "initial"
        is_listed = word in self.first or word in self.last
        if word in self.ambiguous:
            return "ambiguous" if is_listed else "never"
        if is_listed:
            return "first" if word in self.first else "last"
        parts = word.split("-")
        if len(parts) > 1 and (parts[0] in self.first or parts[-1] in self.last):
            return "first" if parts[0] in self.first else "last"
        if written[:1].islower():
            return "particle"
        return "never" if _is_product(written) else "unknown"


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    kind: str


class ProseNames:
    """Names in prose."""

    id = "prose-name"
    entities = ("name", "user")
    rank = Rank.PERSONAL

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        words = _words()
        for start, end in _RUN.spans(data):
            if start and (data[start - 1] >= 0x80 or chr(data[start - 1]).isalnum() or data[start - 1] in b"_@/\\=.$"):
                continue
            tokens = _tokens(data, start, end, words)
            before = data[max(0, start - _LOOK_BACK) : start]
            is_named = _TITLE.find(before) is not None or _GREETING.find(before) is not None
            is_cued = any(each.find(before) is not None for each in (_CUE, _NAMING)) or _REPORTS.at(data, end) > 0
            word = next((at for at in range(len(tokens) - 1, -1, -1) if _is_in(data, tokens[at], _TITLES | _ROLES)), -1)
            if word >= 0:
                # Titles and roles may be capitalised and part of the run: `Unser Administrator Rico …`.
                is_named, is_cued = _is_in(data, tokens[word], _TITLES), True
                tokens = tokens[word + 1 :]
            yield from _names(tokens, is_named, is_cued)
        for start, end in _MENTION.spans(data):
            # `@angular/core` is a package, `@Test.run(` code, `jo@mail.example` an address.
            is_attached = start and (
                chr(data[start - 1]).isalnum() or data[start - 1] >= 0x80 or data[start - 1] in b"/._-"
            )
            if not is_attached and data[end : end + 1] not in (b"/", b"(", b"@", b"="):
                yield Span(start + 1, end, "user", "mention")


def _is_in(data: bytes, token: _Token, words: frozenset[str]) -> bool:
    return data[token.start : token.end].decode("utf-8", "replace").lower().strip(".") in words


def _names(tokens: list[_Token], is_named: bool, is_cued: bool) -> Iterator[Span]:
    """Names among the capitalised words of one run; a title or greeting (named) or a cue stands before it."""
    if is_cued and [token.kind for token in tokens] == ["unknown", "unknown"]:
        is_named = True
    position = 0
    while position < len(tokens):
        length = _length(tokens[position : position + _LONGEST_NAME], is_named and position == 0)
        if length == 0:
            position += 1
            continue
        yield Span(tokens[position].start, tokens[position + length - 1].end, "name", "prose-name")
        position += length


def _length(tokens: list[_Token], is_named: bool) -> int:
    """How many of these words are one name; 0 when the first does not start one."""
    kinds = [token.kind for token in tokens]
    known = next((at for at, kind in enumerate(kinds) if kind == "never"), len(kinds))
    while known and kinds[known - 1] == "particle":
        known -= 1
    kinds = kinds[:known]
    if not kinds:
        return 0
    if is_named or kinds[0] == "first" or (kinds[0] == "last" and len(kinds) <= 2):
        return known
    beside = [kind for kind in kinds[1:] if kind != "particle"]
    if kinds[0] == "ambiguous" and beside and beside[0] in ("first", "last", "ambiguous", "initial"):
        return known
    if kinds[0] in ("unknown", "initial") and beside and "last" in beside[:2]:
        return kinds.index("last") + 1
    return 1 if kinds[0] == "last" else 0


def _tokens(data: bytes, start: int, end: int, words: _Words) -> list[_Token]:
    tokens = []
    for first, last in _TOKEN.spans(data, start, end):
        written = data[first:last].decode("utf-8", "replace")
        bare = written.removesuffix("'s").removesuffix("’s")
        last -= len(written[len(bare) :].encode())
        tokens.append(_Token(first, last, words.kind(_fold(bare), bare)))
    return tokens


def _fold(word: str) -> str:
    """Lower case, without accents."""
    if word.isascii():
        return word.lower()
    return "".join(each for each in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(each))


def _is_product(written: str) -> bool:
    """`SAML`, `JavaScript`: all capitals, or a capital inside; but `McAdam` and `O'Neil` are people."""
    inner = written.removeprefix("Mc").removeprefix("Mac").removeprefix("O'").removeprefix("D'")[1:]
    return any(part[1:] != part[1:].lower() for part in inner.split("-")) or (written.isupper() and len(written) > 1)


@functools.cache
def _words() -> _Words:
    lists = load_data("names")
    folded = {name: frozenset(map(_fold, lists[name].split())) for name in ("first_names", "surnames")}
    return _Words(
        folded["first_names"],
        folded["surnames"],
        frozenset(lists["ambiguous"].split()),
        frozenset(lists["never"].split()) - folded["first_names"],
    )


PROSE: Final[Detector] = ProseNames()
