"""Values that a key names as secret or personal, in text: `password=…`, `"firstName": "…"`, `&code=…`, `--token …`.

Walkers handle parsed documents by the same names (`rules/slots.yaml`); this detector covers what is left as text: log
lines, escaped JSON, headers and cookies in dumps, shell commands, XML fragments.
"""

import functools
import re
from collections.abc import Iterator
from typing import Final

from diagpack.redact.detectors import _headers
from diagpack.redact.detectors._engine import Rank, compiled
from diagpack.redact.detectors._goes_on import end_of_assignment, end_of_word
from diagpack.redact.detectors._keyvalue import KeyValue, KeyValueScanner
from diagpack.redact.detectors._validators import is_mixed, is_scrambled
from diagpack.redact.rulebook import Slots, folded, slots, stem_pattern
from diagpack.redact.spans import SECRET_CLASSES, Detector, Span
from diagpack.redact.values import is_placeholder

# User names that name a role, not a person.
_ROLES: Final = frozenset(
    "admin root user test guest info support system service default public private anonymous unknown localhost nobody "
    "daemon www-data postgres mysql nginx administrator none null true false - name email api bot".split()
)


# `second user: same result`: words of a sentence, and nobody's name.
_FILLERS: Final = frozenset(
    "same other another first second third next last every any all no none not is was has had can "
    "cannot sees gets".split()
)
# `c.e.PasswordExpiryFilter : Failed …`: the class that logs, and words behind it.
_CLASS_NAME: Final = compiled(
    r"(?:[a-z0-9_]+\.)*[A-Z][A-Za-z0-9_$]*(?:Exception|Error|Filter|Provider|Service|Handler|Factory|Encoder|Validator"
    r"|Controller|Interceptor|Resolver|Repository|Configuration|Manager|Listener|Middleware|Strategy|Impl|Aspect)"
)
_PSK: Final = "psk"
_PINS: Final = frozenset({"pin", "passcode", "otp"})
# Values of several words: `GIT_AUTHOR_NAME=Zofia Mikkelby` to the end of its line.
_OF_WORDS: Final = frozenset({"name", "address", "company"})
_LAST_WORDS: Final = compiled(r"(?:[ ][^\s=:;{}\[\]\"'<>]{1,40}){1,6}")
# Kept in numbers by programs; letters are somebody's name.
_NUMBERED: Final = frozenset({"userid", "auid", "uid"})
# Short words that are also other things (`card 0`, `main.cc:7`): only a whole number counts (ISO/IEC 7812).
_CARD_WORDS: Final = ("card", "pan", "cc", "ccn")
_FEWEST_DIGITS: Final = 12
_GROUPS: Final = compiled(r"[0-9]{4}(?:[ -][0-9]{4,6}){1,4}")
# Drawn by a program, so without the signs of a URL; a password may hold any.
_DRAWN: Final = frozenset({"token", "cookie", "key", "secret"})
_PATH_PARAMETER: Final = re.compile(rb"[?#][A-Za-z_.-]{1,60}=")
# The shell's working directory, not a password.
_DIRECTORIES: Final = frozenset({"pwd", "oldpwd"})


class KeyedValues:
    """Secrets and personal data by their key."""

    id = "keyed-value"
    entities = ("secret", "cookie", "token", "password", "key", "email", "name", "user", "phone", "address", "dob",
                "nationalid", "iban", "card", "geo")  # fmt: skip
    rank = Rank.STRUCTURAL

    def trigger(self) -> str:
        """A pattern that matches wherever a finding may be."""
        return f"(?i:{_scanner().source})"

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        names, behind_cookies = slots(), 0
        for found in _scanner().scan(data):
            if found.key_start < behind_cookies:
                continue
            if found.values and names.secret(found.key, "header") == "cookie":
                spans, behind_cookies = _headers.read_cookies(data, found.values[0][0], names.cookie_attributes)
                yield from spans
            else:
                yield from _spans(data, found, names)


@functools.cache
def _scanner() -> KeyValueScanner:
    names = slots()
    words = names.secret_words("text") | names.personal_text_words | names.secret_words("json")
    words = words - {"userid"} | {"user[-_. ]?id"}
    parameters = names.secret_words("query") - words
    headers = [each for each in names.secret_headers | names.cookie_headers if names.secret(each, "json") is None]
    stems = "|".join([*sorted(headers, key=len, reverse=True), stem_pattern(names.secret_stems),
                      stem_pattern(names.personal_stems), names.endings_pattern(), "_user"])  # fmt: skip
    return KeyValueScanner(stems, _alternation(words), _alternation(parameters))


def _alternation(words: frozenset[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


def _spans(data: bytes, found: KeyValue, names: Slots) -> Iterator[Span]:
    if found.where == "text" and _CLASS_NAME.at(found.key.encode(), 0) == len(found.key):
        return
    header = names.secret(found.key, "header")
    if found.key.lower().endswith("authorization") and found.values:
        yield from _headers.authorization_spans(data, found.values[0][0])
        return
    secret = header or names.secret(found.key, found.where)
    if secret is not None:
        is_list = bool(found.values) and data[found.key_start : found.values[0][0]].rstrip(b"\"' \t").endswith(b"[")
        for start, end in found.values:
            if found.where == "flag" and data[end : end + 1] == b",":
                end = end_of_word(data, end)
            elif found.where == "query" and secret in _DRAWN:
                # A parameter of the path, or of a URL within it, ends where the query begins (RFC 3986, 3.3).
                end = start + len(_PATH_PARAMETER.split(data[start:end], 1)[0])
            elif found.where == "text" and not is_list:
                end = end_of_assignment(data, found.key_start, start, end)
            if _is_secret_value(data[start:end], names) and _is_plausible(data[start:end], found, names):
                yield Span(start, end, secret, f"slot-{secret}")
        return
    personal = names.personal(found.key, "text") if " " not in found.key else None
    if personal is not None:
        for start, end in found.values:
            if personal in _OF_WORDS and found.where == "text":
                end = _to_line_end(data, found.key_start, start, end)
            elif personal == "card":
                # Written in groups.
                end = max(end, _GROUPS.at(data, start))
            value = data[start:end]
            is_reference = value.startswith(b"$") or is_placeholder(value.decode("latin1"))
            if (
                _is_personal_value(value, personal, names)
                and not is_reference
                and _is_fitting(value, found.key, personal)
            ):
                yield Span(start, end, personal, f"slot-{personal}")


def _is_secret_value(value: bytes, names: Slots) -> bool:
    """No flag, no stars. Digits stay in: a one-time code is a secret."""
    return bool(value.strip(b"*x.-")) and value.lower().decode("latin1") not in names.kept_values


def _is_personal_value(value: bytes, entity: str, names: Slots) -> bool:
    """No role, no flag, no dashes; an e-mail slot in text holds an e-mail (`MAIL:RCPT` of a mail log does not)."""
    if entity == "email" and not (b"@" in value or b"%40" in value or b"u0040" in value):
        return False
    lowered = value.lower().decode("latin1")
    if lowered.isalpha() and (names.personal(lowered) or names.secret(lowered)):
        return False  # `login:username` is the name of a field
    if entity == "user":
        lowered = lowered.partition("@")[0]  # `root@build-host`
    return bool(value.strip(b"-*.")) and lowered not in _ROLES | _FILLERS | names.kept_values


def _to_line_end(data: bytes, key_start: int, start: int, end: int) -> int:
    """Where a value ends that may be several words: at the end of its line, when the line holds nothing else."""
    is_alone = not data[data.rfind(b"\n", 0, key_start) + 1 : key_start].strip() and data[start - 1 : start] not in (
        b'"',
        b"'",
    )
    rest = _LAST_WORDS.at(data, end) if is_alone else -1
    return rest if rest > end and data[rest : rest + 1] in (b"", b"\r", b"\n") else end


def _is_fitting(value: bytes, key: str, entity: str) -> bool:
    """Numbers under `user_id` or `auid` are the program's own, and measured under `cpu.user`; `card=front` is none."""
    if entity == "card":
        digits = sum(each in b"0123456789" for each in value)
        return digits >= (_FEWEST_DIGITS if folded(key).endswith(_CARD_WORDS) else 1)
    is_numbered = folded(key) in _NUMBERED or "." in key or key.lower().endswith("_user")
    return not (is_numbered and entity == "user") or any(each.isalpha() for each in value.decode("latin1"))


def _is_plausible(value: bytes, found: KeyValue, names: Slots) -> bool:
    """A weak word such as `token` or `session` in plain log text needs a value that looks like a credential."""
    if is_placeholder(value.decode("latin1")) or value.lstrip(b"$").lower() == found.key.lower().encode():
        return False  # `password: $password` of a query
    if folded(found.key) in _DIRECTORIES and value.startswith(b"/"):
        return False
    if "onn" in found.key and b"://" in value and not set(b"@?") & set(value):
        return False  # a connection string that is an address only
    is_prose = " " in found.key and found.where == "text"
    if not is_prose and (found.where in ("query", "json", "flag") or names.is_strong(found.key)):
        return len(value) > 3 or found.where != "text" or names.has_stem(found.key) or _is_short_one(value, found.key)
    if folded(found.key) == _PSK and 8 <= len(value) <= 64:
        return True  # of letters only, as people choose them (IEEE 802.11i, annex H.4)
    if "-" in found.key and found.key.lower() in names.secret_headers:
        return len(value) >= 6
    if folded(found.key) in _PINS and 4 <= len(value) <= 8 and value.isdigit():
        return True
    return (len(value) >= 8 and is_mixed(value)) or is_scrambled(value)


def _is_short_one(value: bytes, key: str) -> bool:
    """`DB_PASS=x9`: a letter and a digit or sign, under the name of a setting; `TESTS_PASS=12` is a count."""
    return key.isupper() and "_" in key and len(value) > 1 and not value.isdigit() and not value.isalpha()


DETECTOR: Final[Detector] = KeyedValues()
assert set(DETECTOR.entities) & SECRET_CLASSES  # noqa: S101 - the class names of policy and detectors must meet
