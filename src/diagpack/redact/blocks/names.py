"""What the name of a column, or of a key with its value on the next line, says about that value.

Enters: a name as written and the policy. Leaves: a `Meaning`; whether a value looks the part.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from diagpack.redact.looks import looks_like
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.values import is_placeholder

if TYPE_CHECKING:
    from diagpack.redact.policy import Policy

# A name of a person only where the value looks like one (`NAME` is also a pod's), or beside other personal columns.
_PERSON_NAMES = frozenset(
    "name names person contact customer kunde kundin kundenname ansprechpartner mitarbeiter client nombre apellidos "
    "cognome nome naam employee member participant attendee patient requester requestor agent inhaber".split()
)
# Columns that hold parameters, which have names of their own.
QUERY = "query"
_QUERIES = frozenset({"csuriquery", "uriquery", "querystring"})
_NO_VALUES = frozenset(
    "true false null none nil undefined nan n/a na - -- <none> <null> <nil> \\n (null) anonymous unknown yes no".split()
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """`entity` is "" where a name says nothing. `is_weak`: only values that look the part count."""

    entity: str
    is_weak: bool = False


NOTHING = Meaning("")


@lru_cache(maxsize=20_000)
def _squeezed(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def meaning(policy: "Policy", name: str) -> Meaning:
    """The class of values under a name."""
    bare = name.strip().strip("\"'`*#").strip()
    if not bare or len(bare) > 60 or len(bare.split()) > 4:
        return NOTHING
    if _squeezed(bare) in _QUERIES:
        return Meaning(QUERY)
    entity = policy.classify(bare)
    if not entity and bare.lower().startswith(("cs(", "sc(", "x-")):
        # W3C Extended Log File Format: `cs(Cookie)` is a header of the request.
        entity = policy.classify_header(bare[3:].rstrip(")") if "(" in bare else bare)
    if entity == "keep":
        return NOTHING
    if entity:
        return Meaning(entity, policy.is_ambiguous(bare))
    return Meaning("name", is_weak=True) if _squeezed(bare) in _PERSON_NAMES else NOTHING


def holds(meant: Meaning, value: str) -> bool:
    """Whether a value under such a name is one of its class."""
    bare = value.strip()
    if not bare or bare.lower() in _NO_VALUES or is_placeholder(bare):
        return False
    if meant.entity in SECRET_CLASSES:
        return (not meant.is_weak or looks_like(bare, meant.entity)) and len(bare) > 1
    if meant.entity == "email":
        return "@" in bare
    if meant.entity == "ip":
        return False  # its shape decides, and the policy about private ones
    if meant.entity in ("phone", "card", "iban", "nationalid", "dob", "geo"):
        return sum(each.isdigit() for each in bare) >= 2
    return not meant.is_weak or looks_like(bare, meant.entity)
