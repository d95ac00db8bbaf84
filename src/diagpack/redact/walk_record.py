"""What the members of a JSON record say about each other: people, wrapped values, patches, calls, command lines.

Enters: a parsed record or list, and the key it stands under. Leaves: for each member the class it has because of its
neighbours. Sources: RFC 7644 3.5.2 (SCIM PATCH), RFC 6902 (JSON Patch), JSON-RPC 2.0, OpenID Connect Core 5.1.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from diagpack.redact.looks import is_user_and_password, looks_like
from diagpack.redact.spans import SECRET_CLASSES

if TYPE_CHECKING:
    from diagpack.redact.policy import Policy

# Beside one of these a record is a person's.
_PERSONAL: Final = frozenset(
    "email mail emailaddress phone phonenumber mobile firstname givenname lastname familyname birthdate dateofbirth "
    "dob postalcode postcode preferredusername street streetaddress addressline1 line1".split()
)
# Beside one of these it may be one of a service (a database has a user and a password as well).
_ACCOUNT: Final = frozenset({"username", "password"})
# Two or three words that are written like names.
_FULL_NAME: Final = re.compile(r"[^\W\d_a-z][^\W\d_A-Z][\w.'’-]*(?: [^\W\d_a-z][^\W\d_A-Z][\w.'’-]*){1,2}")
# A name of words, and none of a program (`orders-api`).
_WORDS: Final = re.compile(r"[^\W\d_]+(?:[ .,'’-]{1,2}[^\W\d_]+)*\.?")
# Records of companies: their `name` is one.
_COMPANIES: Final = frozenset(
    "company companies employer organization organizations organisation organisations customer customers".split()
)
# `{"password": {"value": "…"}}`, as parameters of deployments, claims of OpenID Connect, DynamoDB and XML as JSON
# write it: the members that hold the value, and those that may stand beside it.
_HOLDING: Final = frozenset({"value", "values", "stringvalue", "_text", "#text", "$t", "_", "s", "n"})
_BESIDE: Final = frozenset({"type", "essential", "metadata", "sensitive", "description", "_attributes", "@type", "$"})
_FILTER: Final = re.compile(r"\[[^\]]*\]")
_FLAG: Final = re.compile(r"--?([A-Za-z][A-Za-z0-9_-]{0,60})")
_SIGN_IN: Final = re.compile(r"log_?in|log_?on|sign_?in|sign_?on|authenticat|password|credential", re.IGNORECASE)
_SQUEEZE: Final = str.maketrans("", "", "-_ ")
_LONGEST_NAME: Final = 80
# What a field was and became, in histories.
_CHANGES: Final = frozenset(
    "old new oldValue newValue previous current from to fromString toString before after".split()
)
# Records under these are about somebody.
_PEOPLE: Final = frozenset(
    "author requester assignee reporter creator submitter sender recipient owner approver reviewer organizer attendee "
    "patient contact subscriber from customer client person name actor user member employee operator agent".split()
)
_NAMES: Final = frozenset({"name", "text"})
# `{"system": "phone", "value": …}` of FHIR, `{"type": "mobile", "value": …}` of SCIM.
_KINDS: Final = ("system", "type")
_OF_KINDS: Final = frozenset({"phone", "email", "dob", "nationalid", "iban", "card"})
_PARTS_OF_NAMES: Final = frozenset({"first", "last", "middle", "given", "family", "maiden"})
# Members that hold the rows of a table, beside one that names its columns.
ROWS: Final = frozenset({"rows", "data", "values", "records"})
_COLUMNS: Final = ("columns", "columnNames", "fields")
# A record with one of these is walked member by member.
TELLING: Final = (
    frozenset(
        {
            "op",
            "method",
            "display",
            "formatted",
            "login",
            "_text",
            "$t",
            "_",
            "S",
            "N",
            "stringValue",
            "first",
            "family",
            "system",
        }
    )
    | _CHANGES
    | frozenset(_COLUMNS)
)


def squeezed(name: str) -> str:
    return name.lower().translate(_SQUEEZE)


def is_person(names: Collection[str]) -> bool:
    """Whether a record with these members is about a person: `name` and other doubtful names count there."""
    plain = {squeezed(each) for each in names}
    return not _PERSONAL.isdisjoint(plain) or (
        "sub" in plain and not plain.isdisjoint(("iss", "aud", "exp", "iat", "azp", "name"))
    )


def is_account(names: Collection[str]) -> bool:
    """Whether it is at least about somebody, or something, that signs in."""
    return not _ACCOUNT.isdisjoint(map(squeezed, names))


def is_doubtful(policy: "Policy", name: str) -> bool:
    """Whether only the neighbours of a member decide about it."""
    return name.lower() == "name" or policy.is_ambiguous(name)


def class_in_person(policy: "Policy", name: str, value: Any) -> str:
    """The class of a doubtful member in the record of a person."""
    if not isinstance(value, str) or not any(each.isalpha() for each in value) or len(value) > 200:
        return ""
    if name.lower() == "name":
        is_name = _WORDS.fullmatch(value.strip()) is not None and not ("-" in value and value.islower())
        return "name" if is_name or "@" in value else ""
    if squeezed(name) in _PERSONAL | _ACCOUNT:
        return ""  # what a policy calls doubtful is no evidence for itself
    entity = policy.classify(name) if policy.is_ambiguous(name) else ""
    return entity if entity in ("user", "name", "address", "company") else ""


def class_in_account(policy: "Policy", name: str, value: Any) -> str:
    """The same in the record of an account: who signs in, and a name that looks like a person's."""
    entity = class_in_person(policy, name, value)
    return entity if entity == "user" or (entity == "name" and _FULL_NAME.fullmatch(value)) else ""


def is_company(key: str) -> bool:
    """Whether a record under this key is a company's."""
    return len(key) <= _LONGEST_NAME and _is_company(key)


@lru_cache(maxsize=20_000)
def _is_company(key: str) -> bool:
    return squeezed(key) in _COMPANIES


def hangs_on_key(key: str, records: Iterable[Any]) -> bool:
    """Whether the key above says of members of these records what they are: of a company, or somebody's name."""
    if is_company(key):
        return True
    return _is_persons(key) and any(isinstance(each, dict) and not _NAMES.isdisjoint(each) for each in records)


@lru_cache(maxsize=20_000)
def _is_persons(key: str) -> bool:
    return len(key) <= _LONGEST_NAME and squeezed(key) in _PEOPLE


def holder(record: Mapping[str, Any]) -> str:
    """The member that is all there is of a record: the value of the key above. Empty when there is none."""
    if not record or len(record) > 4:
        return ""
    names = {each.lower(): each for each in record}
    held = _HOLDING & names.keys()
    return names[next(iter(held))] if len(held) == 1 and names.keys() <= _HOLDING | _BESIDE else ""


def patched(record: Mapping[str, Any]) -> list[str]:
    """The names in the path of `{"op": "replace", "path": "name.familyName", "value": …}`, the last one first."""
    if "op" not in record or "value" not in record or not isinstance(record.get("path"), str):
        return []
    path = _FILTER.sub("", record["path"]).rpartition(":")[2]
    return [each for each in re.split(r"[./]", path) if each and not each.isdigit()][::-1]


def formatted(record: Mapping[str, Any]) -> str:
    """The class of the member that says a name or an address in one piece (SCIM, OpenID Connect). Empty for others."""
    names = set(map(squeezed, record))
    if not names.isdisjoint(("familyname", "givenname")):
        return "name"
    return "" if names.isdisjoint(("streetaddress", "locality", "postalcode")) else "address"


def is_sign_in(record: Mapping[str, Any]) -> bool:
    """Whether a record is a call of a method to sign in, whose arguments stand by position."""
    return isinstance(record.get("method"), str) and _SIGN_IN.search(record["method"]) is not None


def holds_marks(listed: list[Any]) -> bool:
    """Whether something in a list is no string, or begins like an option of a command or a marked number."""
    if set(map(type, listed)) != {str}:
        return True
    joined = "\n".join(["", *listed])
    return "\n-" in joined or "\n#" in joined


def arguments(policy: "Policy", listed: list[Any]) -> Iterator[tuple[int, str]]:
    """(index, class) of values behind flags: `["--password", "…", "-u", "jo:…"]`."""
    if not any(each[:1] == "-" for each in listed if type(each) is str):
        return
    for index, (flag, value) in enumerate(pairwise(listed), start=1):
        if not isinstance(flag, str) or flag[:1] != "-" or not isinstance(value, str) or value[:1] == "-":
            continue
        match = _FLAG.fullmatch(flag)
        if match is None:
            continue
        if match.group(1) in ("u", "user") and is_user_and_password(value):
            yield index, "password"
            continue
        entity = policy.classify(match.group(1))
        if entity in SECRET_CLASSES and not policy.is_ambiguous(match.group(1)):
            yield index, entity


def told(policy: "Policy", class_of: Callable[[str, Any], str], record: Mapping[str, Any], key: str) -> dict[str, str]:
    """Classes that members have because of their neighbours or of the key above. `class_of`: by their own names."""
    if key and (found := _below(class_of, record, key)):
        return found
    found = _beside(class_of, record) or _persons(policy, record)
    if is_company(key):
        found |= {name: "company" for name, each in record.items() if name.lower() == "name" and isinstance(each, str)}
    return found


def _below(class_of: Callable[[str, Any], str], record: Mapping[str, Any], key: str) -> dict[str, str]:
    """What the key above says: about a wrapped value, about what a field was and became, about parts of a name."""
    held = holder(record)
    if held:
        entity = "user" if key == "sub" else class_of(key, record[held])
        return {held: entity} if entity not in ("", "keep") else {}
    if record and record.keys() <= _CHANGES:
        return {name: entity for name, each in record.items() if (entity := class_of(key, each)) not in ("", "keep")}
    plain = squeezed(key)
    if plain in ("name", "names", "fullname", "realname"):
        return {name: "name" for name, each in record.items() if _is_part_of_name(name, each)}
    if plain in _PEOPLE and isinstance(record.get("name"), str) and _FULL_NAME.fullmatch(record["name"]):
        return {"name": "name"}
    return {}


def _is_part_of_name(name: str, value: Any) -> bool:
    """`{"family": …, "given": […], "text": …}` (FHIR R5, HumanName), `{"first": …, "last": …}`."""
    plain = squeezed(name)
    return plain in _PARTS_OF_NAMES or (plain == "text" and isinstance(value, str) and looks_like(value, "name"))


def _beside(class_of: Callable[[str, Any], str], record: Mapping[str, Any]) -> dict[str, str]:
    """What one member says about another."""
    for name in patched(record):
        if (entity := class_of(name, record["value"])) not in ("", "keep"):
            return {"value": entity}
    if is_sign_in(record):
        return {name: "secret" for name in ("params", "args", "arguments") if isinstance(record.get(name), list)}
    if record.get("type") in ("secret", "password") and "value" in record and ("key" in record or "name" in record):
        return {"value": "secret"}
    for kind in _KINDS:
        if "value" in record and isinstance(record.get(kind), str):
            entity = class_of(record[kind], record["value"])
            if entity in _OF_KINDS:
                return {"value": entity}
    if record.get("type") == "User" and isinstance(record.get("login"), str):
        return {"login": "user"}
    if "display" in record and "value" in record and looks_like(record["display"], "name"):
        return {"display": "name"}
    field = record.get("field", record.get("property"))
    if isinstance(field, str) and not record.keys().isdisjoint(_CHANGES):
        changed = {name: class_of(field, record[name]) for name in record.keys() & _CHANGES}
        return {name: entity for name, entity in changed.items() if entity not in ("", "keep")}
    return {}


def _persons(policy: "Policy", record: Mapping[str, Any]) -> dict[str, str]:
    """The doubtful members of a record that is about somebody."""
    address = record.get("address")
    has_address = isinstance(address, dict) or (isinstance(address, str) and "@" in address)
    found = {}
    if has_address or is_person(record):
        found = {name: entity for name, each in record.items() if (entity := class_in_person(policy, name, each))}
    elif is_account(record):
        found = {name: entity for name, each in record.items() if (entity := class_in_account(policy, name, each))}
    if isinstance(record.get("formatted"), str) and (entity := formatted(record)):
        found["formatted"] = entity
    return found


def columns_of(policy: "Policy", record: Mapping[str, Any]) -> list[str]:
    """The names of the columns of `{"columns": […], "rows": [[…], …]}`; empty when none says something."""
    for member in _COLUMNS:
        listed = record.get(member)
        if isinstance(listed, list) and listed and not record.keys().isdisjoint(ROWS):
            names = [each.get("name", each.get("label")) if isinstance(each, dict) else each for each in listed]
            return _telling(policy, names)
    return []


def heading_of(policy: "Policy", listed: list[Any]) -> list[str]:
    """The first of a list of rows when it names the columns of the others."""
    if len(listed) < 2 or not isinstance(listed[0], list) or len(listed[0]) < 3:
        return []
    is_even = all(isinstance(each, list) and len(each) == len(listed[0]) for each in listed[1:])
    return _telling(policy, listed[0]) if is_even else []


def _telling(policy: "Policy", names: list[Any]) -> list[str]:
    is_named = all(isinstance(each, str) and 0 < len(each) <= _LONGEST_NAME for each in names)
    return names if is_named and any(policy.classify(each) not in ("", "keep") for each in names) else []
