"""Whether a value looks like what its name would mean.

Enters: a value and, for most questions, the class that its name gives it. Leaves: yes or no. For names that say too
little alone (`key`, `name`, `session`), and for records of secrets.
"""

import re
from typing import Any

from diagpack.redact.spans import SECRET_CLASSES

# Times, UUIDs, URLs, versions and names of algorithms are no credentials.
_PLAIN_SHAPE = re.compile(
    r"\d{4}-\d\d-\d\d|[a-z][a-z0-9+.-]*:|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$|[\d.]+[a-z]?$", re.IGNORECASE
)
# `deployment.environment`, `some_long_name`: words of a program.
_DOTTED = re.compile(r"[A-Za-z]{1,15}(?:[._:/-][A-Za-z]{1,15})+")
_WORDS = re.compile(r"[a-z]{1,12}\d{0,4}(?:[-_][a-z]{0,12}\d{0,4}){1,6}", re.IGNORECASE)

# Where a machine is, not a person: a host with a dot or a port, an address of a page, a place in memory, a resource.
_NETWORK = re.compile(
    r"[a-z][a-z0-9+.-]*://\S*|(?:[a-z0-9_-]+\.)+[a-z0-9-]*[a-z][a-z0-9-]*\.?(?::\d+)?|[a-z0-9_.-]+:\d+|0x[0-9a-f]+"
    r"|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:[%/]\S+)?"
    r"|(?:module\.[\w-]+\.)*[a-z0-9]+_\w+\.[\w-]+(?:\[\S*\])?",
    re.IGNORECASE,
)

_USER_AND_PASSWORD = re.compile(r"[^\s:/]+:(?!//)\S+")
# Smaller numbers under `pass` are counts.
_LEAST_PIN = 1000


def looks_opaque(value: str) -> bool:
    """A value that no person would have chosen as a word: long, or letters and digits mixed."""
    if len(value) >= 20:
        return True
    return len(value) >= 8 and any(each.isdigit() for each in value) and any(each.isalpha() for each in value)


def looks_like(value: Any, entity: str) -> bool:
    """Whether a value under an ambiguous name looks like what the name would mean."""
    if isinstance(value, list):
        return any(looks_like(each, entity) for each in value)
    if isinstance(value, float):
        return entity == "geo"
    if not isinstance(value, str):
        return False
    if entity in SECRET_CLASSES:
        bare = value.strip()
        return looks_opaque(bare) and not re.search(r"\s", bare) and not value.isupper() and not _DOTTED.fullmatch(bare)
    if entity == "email":
        return "@" in value
    if entity in ("name", "user", "company"):
        return bool(re.fullmatch(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3}|\S+@\S+", value.strip()))
    if entity == "address":
        return any(each.isalpha() for each in value) and _NETWORK.fullmatch(value.strip()) is None
    return any(each.isdigit() for each in value)


def is_credential(value: Any, entity: str) -> bool:
    """A text that looks drawn at random: no words, no time, no id, no address of a page."""
    if not isinstance(value, str) or len(value) < 8 or any(each.isspace() for each in value):
        return False
    # A password may well be made of words.
    if _PLAIN_SHAPE.match(value) or (entity != "password" and _WORDS.fullmatch(value)):
        return False
    return any(each.isdigit() for each in value) and any(each.isalpha() for each in value)


def is_pin(value: Any) -> bool:
    """A number of four digits or more, or four to eight digits as text: under `pin` and its like that is one."""
    if isinstance(value, str):
        bare = value.strip()
        return 4 <= len(bare) <= 8 and bare.isascii() and bare.isdigit()
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LEAST_PIN


def counts_still(key: str, value: Any, entity: str) -> bool:
    """Whether a value that does not look drawn at random counts under a name that says little.

    A number under `pin` is one, under `code` or `state` a diagnosis; a password may be a word (`"pass": "ok"` is
    shorter), and behind `auth` may stand the user and the password.
    """
    if entity == "password" and isinstance(value, str) and is_word(value):
        return True
    if (entity == "password" or key.lower() == "otp") and is_pin(value):
        return True
    return key.lower().endswith("auth") and isinstance(value, str) and is_user_and_password(value)


def is_user_and_password(value: str) -> bool:
    """`zofia:…`, as HTTP's basic scheme joins them, and no address of a page."""
    return _USER_AND_PASSWORD.fullmatch(value) is not None


def is_word(value: Any) -> bool:
    """What may be a password under `passwords`: one word that is no flag."""
    is_plain = not isinstance(value, str) or len(value) < 8 or any(each.isspace() for each in value)
    return not is_plain and _PLAIN_SHAPE.match(value) is None
