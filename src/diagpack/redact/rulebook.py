"""The detection rules as data: `rules/*.yaml`, in a subset that RE2 and JavaScript read alike.

Enters: the YAML files beside this module. Leaves: frozen rules, slot names, and `rules_as_json()` for the page.

The portable subset: ASCII; no inline flags, lookaround, named groups, back-references, possessive or atomic groups;
repeats up to 1000. Flags, keywords and validators stand beside the pattern. Text is matched as the UTF-8 bytes of the
input, one character a byte, so `\\x80-\\xff` means "part of a letter beyond ASCII" in both languages.

How an engine applies one rule:

1. With keywords: skip the rule unless one of them occurs in the lower-cased chunk.
2. For each match, left to right: take `group` (0: the whole match) as the value; with `left`, a character class, walk
   the start to the left over its characters (at most `LEFT_LIMIT`), but not over the digits of a percent escape (two
   behind `%`, four when they begin with `25`, if something is left); with `trim`, cut its end (`iban`: to the length
   of its country; `card`: to the groups that are one).
3. Reject it when the character before the value is in `not_before`, or the one after in `not_after`; and, with
   `not_named`, when `=` stands before it and, before that, a name (letters, digits, `_.-`) one of whose words is in
   that list or whose last word ends in `id` or `ids`.
4. Run the validators in order on the value; one that fails rejects the match.
5. After a rejected match the search goes on behind the first run of letters and digits of that match; behind the whole
   match when it is longer than `RESCAN_LIMIT`, so that the time stays linear.
"""

import functools
import importlib.resources
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from diagpack.errors import UsageError

LEFT_LIMIT: Final = 256
RESCAN_LIMIT: Final = 64
FILES: Final = ("secrets", "personal")
# Fields that the guided collector needs; the others explain or test a rule.
_EXPORTED: Final = (
    "id",
    "class",
    "pattern",
    "flags",
    "keywords",
    "group",
    "left",
    "trim",
    "not_before",
    "not_after",
    "not_named",
    "validators",
)
_FIELDS: Final = frozenset({*_EXPORTED, "vendor", "source", "example", "structural", "off", "server"})
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", re.ASCII)
# A pseudonym names a class (`dp-password-…`), and is no name itself.
_TOKEN: Final = re.compile(r"dp-[a-z]+-[a-z2-7]{10}(?:-x[a-z2-7]{3})?[a-z2-7]{2}(?![a-z2-7])")
_SEPARATORS: Final = str.maketrans("", "", "-_. ")


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of `rules/*.yaml`. `validators` are (name, argument) pairs, run in order.

    `structural`: the match itself contains a key name that makes it a secret, so it outranks protected identifiers.
    `server`: only administrators of servers meet it, so the collector's page, which must stay small, goes without.
    """

    id: str
    entity: str
    pattern: str
    flags: str = ""
    keywords: tuple[str, ...] = ()
    group: int = 0
    left: str = ""
    trim: str = ""
    not_before: str = ""
    not_after: str = ""
    not_named: tuple[str, ...] = ()
    validators: tuple[tuple[str, Any], ...] = ()
    vendor: str = ""
    source: str = ""
    example: str = ""
    structural: bool = False
    server: bool = False

    @property
    def is_case_sensitive(self) -> bool:
        return "i" not in self.flags


@functools.cache
def load_rules(name: str) -> tuple[Rule, ...]:
    """The rules of one file of `rules/`, in file order. Raises UsageError (DP250) for an unknown field."""
    content = load_data(name)
    return tuple(_rule(name, each) for each in content["rules"])


@functools.cache
def load_data(name: str) -> Mapping[str, Any]:
    """The parsed content of `rules/<name>.yaml`."""
    text = importlib.resources.files("diagpack.redact").joinpath("rules", f"{name}.yaml").read_bytes()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders
    return content


def _rule(file: str, fields: Mapping[str, Any]) -> Rule:
    unknown = set(fields) - _FIELDS
    if unknown:
        raise UsageError("DP250", f"a rule of {file}.yaml has an unknown field: {min(unknown)}")
    return Rule(
        id=fields["id"],
        entity=fields["class"],
        pattern=fields["pattern"],
        flags=fields.get("flags", ""),
        keywords=tuple(fields.get("keywords", ())),
        group=fields.get("group", 0),
        left=fields.get("left", ""),
        trim=fields.get("trim", ""),
        not_before=fields.get("not_before", ""),
        not_after=fields.get("not_after", ""),
        not_named=tuple(fields.get("not_named", ())),
        validators=tuple(_validators(fields.get("validators", ()))),
        vendor=fields.get("vendor", ""),
        source=fields.get("source", ""),
        example=fields.get("example", ""),
        structural=fields.get("structural", False),
        server=fields.get("server", False),
    )


def _validators(listed: Any) -> Iterator[tuple[str, Any]]:
    """`[luhn, {length: [8, 64]}]` as pairs; a bare name has no argument."""
    for each in listed:
        if isinstance(each, str):
            yield each, None
        else:
            yield from each.items()


def without_tokens(name: str) -> str:
    """The name of a key without pseudonyms that were written into it."""
    return _TOKEN.sub("", name) if "dp-" in name else name


def words_of(key: str) -> list[str]:
    """The words of a compound name, in lower case: `orderId`, `ORDER_ID` and `order.id` are `order`, `id`."""
    return [each.lower() for each in _WORDS.findall(key)]


def folded(key: str) -> str:
    """A key name without case and separators: `X-Api_Key` is `xapikey`."""
    return key.lower().translate(_SEPARATORS)


class Slots:
    """Which names hold a secret or personal data. One instance, from `slots()`."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.secret_headers = frozenset(content["secret_headers"].split())
        self.cookie_headers = frozenset(content["cookie_headers"].split())
        self.cookie_attributes = frozenset(content["cookie_attributes"].split())
        self.kept_values = frozenset(content["kept_values"].split())
        self.secret_stems: Mapping[str, list[str]] = content["secret_stems"]
        self.personal_stems: Mapping[str, list[str]] = content["personal_stems"]
        self.personal_text_words = frozenset(folded(each) for each in content["personal_text_words"])
        self._secret_stems = _by_stem(self.secret_stems)
        self._personal_stems = _by_stem(self.personal_stems)
        self._secret_words = {where: _by_stem(words) for where, words in content["secret_words"].items()}
        self._personal_words = _by_stem(content["personal_words"])
        self._endings: Mapping[str, str] = _by_stem(content["secret_endings"])
        self._kept = frozenset(folded(each) for each in content["kept_keys"].split())
        self._personal_kept = frozenset(folded(each) for each in content["personal_kept_keys"].split())
        self.secret = functools.lru_cache(maxsize=20_000)(self._secret)
        self.personal = functools.lru_cache(maxsize=20_000)(self._personal)
        self.is_strong = functools.lru_cache(maxsize=20_000)(self._is_strong)

    def secret_words(self, where: str) -> frozenset[str]:
        """Folded whole keys that are secret in `where`: query, json or text."""
        return frozenset(self._secret_words[where])

    def personal_words(self) -> frozenset[str]:
        return frozenset(self._personal_words)

    def _secret(self, key: str, where: str = "json") -> str | None:
        """The secret class of a key in `where` (header, query, form, json, text), or None.

        Header names are looked up as they are; cookies are `cookie`. Cached as `secret`.
        """
        if where == "header":
            if key.lower() in self.cookie_headers:
                return "cookie"
            if key.lower() in self.secret_headers:
                return "token"
        name = folded(key)
        if name in self._kept:
            return None
        found = self._secret_words.get({"form": "query", "header": "json"}.get(where, where), {}).get(name)
        if found is not None:
            return found
        return _stem_in(name, self._secret_stems) or self._by_ending(key)

    def has_stem(self, key: str) -> bool:
        """Whether a stem inside the key names a secret; `n.sid` only ends like one."""
        return _stem_in(folded(key), self._secret_stems) is not None

    def _is_strong(self, key: str) -> bool:
        """Whether the key alone makes its value a secret, wherever it stands. Cached as `is_strong`."""
        return _stem_in(folded(key), self._secret_stems) is not None or self._by_ending(key) is not None

    def _by_ending(self, key: str) -> str | None:
        """The class of the last word of a compound key: `github_token`, `dbPass`, `slack.webhook`."""
        words = words_of(key)
        return self._endings.get(words[-1]) if len(words) > 1 else None

    def endings_pattern(self) -> str:
        """One alternation for compound keys; the scanner finds them before `_by_ending` decides."""
        return "|".join(sorted(self._endings, key=lambda each: (-len(each), each)))

    def _personal(self, key: str, where: str = "json") -> str | None:
        """The class of personal data a key holds, or None; in `text` only trusted words count. Cached as `personal`."""
        name = folded(key)
        if name in self._personal_kept:
            return None
        for each in (name, folded(key.rpartition(".")[2])):
            if each in self._personal_words and (where != "text" or each in self.personal_text_words):
                return self._personal_words[each]
        words = words_of(key)
        if len(words) > 1 and words[-1] == "user":
            return "user"  # `ansible_user`, `smtp.user`
        return _stem_in(name, self._personal_stems)


def _by_stem(listed: Mapping[str, list[str]]) -> dict[str, str]:
    return {folded(stem): entity for entity, stems in listed.items() for stem in stems}


def _stem_in(name: str, stems: Mapping[str, str]) -> str | None:
    """The class of the longest stem inside `name`."""
    best = max((stem for stem in stems if stem in name), key=len, default=None)
    return None if best is None else stems[best]


@functools.cache
def slots() -> Slots:
    """The slot names of `rules/slots.yaml`."""
    return Slots(load_data("slots"))


def stem_pattern(stems: Mapping[str, list[str]]) -> str:
    """One alternation over stems, longest first; a blank is an optional separator."""
    words = sorted({stem for listed in stems.values() for stem in listed}, key=lambda each: (-len(each), each))
    return "|".join(word.replace(" ", "[-_. ]?") for word in words)


def portable_engine() -> str:
    """The JavaScript that applies `rules_as_json()`; the guided collector's page embeds both."""
    return importlib.resources.files("diagpack.redact").joinpath("portable.js").read_text("utf-8")


def rules_as_json() -> dict[str, Any]:
    """Everything the guided collector's page embeds: rules with their validators by name, and the slot names."""
    exported = []
    for file in FILES:
        for rule in load_rules(file):
            fields: dict[str, Any] = {
                "id": rule.id,
                "class": rule.entity,
                "pattern": rule.pattern,
                "flags": rule.flags,
                "keywords": list(rule.keywords),
                "group": rule.group,
                "left": rule.left,
                "trim": rule.trim,
                "not_before": rule.not_before,
                "not_after": rule.not_after,
                **({"not_named": list(rule.not_named)} if rule.not_named else {}),
                "validators": [[name, argument] for name, argument in rule.validators],
                **({"server": True} if rule.server else {}),
            }
            exported.append(fields)
    return {
        "version": 1,
        "left_limit": LEFT_LIMIT,
        "rescan_limit": RESCAN_LIMIT,
        "rules": exported,
        "slots": dict(load_data("slots")),
    }
