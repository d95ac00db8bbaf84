"""The book that the page and the script carry: rules and names in the form both redactors read.

Enters: the rule book as JSON data (`rules`, `slots`, under `names` the word lists of rules/names.yaml, under `policy`
the checked redaction policy). Leaves: one JSON-like mapping. Everything that needs a decision is decided here, so that
JavaScript and Python only look things up.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

from diagpack.errors import UsageError
from diagpack.guide.phones import PHONE_RULES
from diagpack.model.request_ids import FIELDS, HEADERS

_SQUEEZE: Final = str.maketrans("", "", "-_. []:")
_SECRET: Final = ("secret", "cookie", "token", "password", "key")
_RULE_FIELDS: Final = (
    "id",
    "class",
    "pattern",
    "flags",
    "group",
    "left",
    "trim",
    "not_before",
    "not_after",
    "validators",
)
_WORD_LISTS: Final = {"first": "first_names", "last": "surnames", "ambiguous": "ambiguous", "never": "never"}
# Headers whose names contain a stem but whose values are diagnostic.
_PLAIN_HEADERS: Final = (
    "access-control-allow-credentials access-control-allow-headers access-control-expose-headers www-authenticate "
    "proxy-authenticate content-type content-length date user-agent accept host origin server via cache-control "
    "access-control-request-headers x-content-type-options strict-transport-security sec-fetch-user "
    "sec-websocket-version x-ratelimit-limit x-ratelimit-remaining retry-after vary age expires last-modified"
).split()


def make_book(rules: Mapping[str, Any], *, is_page: bool = False) -> dict[str, Any]:
    """The book of both redactors. Raises UsageError (DP710) when the rules lack a part.

    `is_page`: without the rules that only administrators of servers need; the script takes those along.
    """
    try:
        book = _book(rules)
        if is_page:
            left_out = {each["id"] for each in rules["rules"] if each.get("server")}
            book["rules"] = [each for each in book["rules"] if each["id"] not in left_out]
        return book
    except (KeyError, TypeError, AttributeError):
        raise UsageError(
            "DP710", "the redaction rules for the collector are incomplete", hint="reinstall diagpack"
        ) from None


def _book(rules: Mapping[str, Any]) -> dict[str, Any]:
    policy = rules["policy"]
    words, stems = _names(policy["names"])
    keeps = {entity for entity, action in policy["classes"].items() if action == "keep"} - set(_SECRET)
    return {
        "version": rules["version"],
        "left_limit": rules["left_limit"],
        "rules": [_rule(each) for each in [*rules["rules"], *PHONE_RULES] if each["class"] not in keeps],
        "words": _grouped(words),
        "stems": stems,
        "headers": _grouped(_headers(policy["headers"], rules["slots"]["secret_headers"].split())),
        "secret_classes": list(_SECRET),
        "ambiguous": sorted({_squeezed(each) for each in policy["ambiguous"]}),
        "id_fields": sorted(FIELDS),
        "id_headers": sorted(HEADERS),
        "prose": _prose(rules["names"]),
        "reset_words": list(policy["urls"]["reset_words"]),
        "text_types": list(policy["har"]["text_types"]),
        "har_keep": list(policy["har"]["keep"]),
        "har_text": list(policy["har"]["text"]),
        "har_messages": list(policy["har"]["messages"]),
        "jwt_keep": list(policy["jwt"]["keep"]),
        "jwt_classes": dict(policy["jwt"]["classes"]),
        "saml_elements": dict(policy["saml"]["elements"]),
        "saml_attributes": dict(policy["saml"]["attributes"]),
        "saml_values": dict(policy["saml"]["values"]),
        "hide": [*policy["words"]["hide"], *policy["hosts"]["hide"]],
    }


def _prose(lists: Mapping[str, Any]) -> dict[str, str]:
    """The word lists for names in sentences, in lower case and without accents."""
    words = {name: [_unaccented(each) for each in str(lists[name]).split()] for name in _WORD_LISTS.values()}
    words["never"] = [each for each in words["never"] if each not in set(words["first_names"])]
    return {short: " ".join(sorted(set(words[name]))) for short, name in _WORD_LISTS.items()}


def _unaccented(word: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(each))


def _names(names: Mapping[str, Any]) -> tuple[dict[str, str], list[list[str]]]:
    """Whole words and stems; a name to keep cannot take a secret name away; secret stems first, then the longest."""
    words: dict[str, str] = {}
    stems: list[list[str]] = []
    for entity, lists in names.items():
        stems += [[_squeezed(stem), entity] for stem in lists.get("stems", ())]
        if entity != "keep":
            words.update((_squeezed(word), entity) for word in lists.get("words", ()))
    for word in names["keep"]["words"]:
        words.setdefault(_squeezed(word), "keep")
    stems.sort(key=lambda each: (each[1] not in _SECRET, -len(each[0]), each[0]))
    return words, stems


def _headers(kinds: Mapping[str, Sequence[str]], secret: Sequence[str]) -> dict[str, str]:
    headers = dict.fromkeys([*_PLAIN_HEADERS, *HEADERS], "keep")
    headers |= dict.fromkeys(secret, "token")
    for kind, names in kinds.items():
        headers |= {name.lower(): "id" if kind == "secret_tail" else kind for name in names}
    return dict(sorted(headers.items()))


def _grouped(classes: Mapping[str, str]) -> dict[str, str]:
    """Class to its names in one text: half the size of name to class."""
    names: dict[str, list[str]] = {}
    for name, entity in classes.items():
        names.setdefault(entity, []).append(name)
    return {entity: " ".join(sorted(listed)) for entity, listed in sorted(names.items())}


def _squeezed(name: str) -> str:
    return str(name).lower().translate(_SQUEEZE)


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    # Both readers know what an absent field means: it keeps the page small.
    fields = {name: rule[name] for name in _RULE_FIELDS if rule[name]}
    fields["needs"] = [str(each).lower() for each in rule["keywords"]] or needed_words(rule["pattern"])
    fields["digits"] = needs_digit(rule["pattern"])
    return fields


def needed_words(pattern: str) -> list[str]:
    """Words of two letters or more, one of which stands in every match; empty when there is no such list."""
    return sorted(_best(parser.parse(pattern)) or ())


def _best(parsed: Any) -> set[str] | None:
    """The needed words of one sequence: a literal run of its own, or those of one of its parts; the longest win."""
    found: list[set[str]] = []
    run = ""
    for kind, value in [*parsed, (None, None)]:
        name = str(kind)
        if name == "LITERAL":
            run += chr(value).lower() if value < 128 else chr(value)
            continue
        if len(run) > 1 or (run and not run.isalnum()):
            found.append({run})
        run = ""
        part = _part(name, value)
        if part:
            found.append(part)
    return max(found, key=lambda words: min(map(len, words)), default=None)


def _part(name: str, value: Any) -> set[str] | None:
    if name == "SUBPATTERN":
        return _best(value[3])
    if name == "IN" and len(value) < 4 and all(str(each) == "LITERAL" for each, _ in value):
        signs = {chr(each) for _, each in value}
        return None if any(each.isalnum() for each in signs) else signs
    if name == "BRANCH":
        branches = [_best(each) for each in value[1]]
        return None if not all(branches) else set().union(*(each for each in branches if each))
    if name in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0:
        return _best(value[2])
    return None


def needs_digit(pattern: str) -> bool:
    """Whether every match has a digit: some part that must occur matches digits only."""
    return _has_digit(parser.parse(pattern))


def _has_digit(parsed: Any) -> bool:
    for kind, value in parsed:
        name = str(kind)
        if name == "LITERAL" and chr(value).isdigit():
            return True
        if name == "IN" and all(_is_digits(str(part), held) for part, held in value):
            return True
        if name in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0 and _has_digit(value[2]):
            return True
        if name == "SUBPATTERN" and _has_digit(value[3]):
            return True
        if name == "BRANCH" and all(_has_digit(each) for each in value[1]):
            return True
    return False


def _is_digits(name: str, value: Any) -> bool:
    if name == "RANGE":
        return bool(value[0] >= 48 and value[1] <= 57)
    if name == "CATEGORY":
        return str(value) == "CATEGORY_DIGIT"
    return name == "LITERAL" and 48 <= value <= 57


def compiles(pattern: str, flags: str) -> bool:
    """Whether the standard library reads the pattern."""
    try:
        re.compile(pattern.encode("ascii"), re.IGNORECASE if "i" in flags else 0)
    except (re.error, UnicodeEncodeError):
        return False
    return True


__all__ = ["compiles", "make_book", "needed_words", "needs_digit"]
