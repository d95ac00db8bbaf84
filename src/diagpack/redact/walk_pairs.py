"""Names and values of JSON that stand beside each other instead of as a member.

Enters: `{"name": "Authorization", "value": …}`, `["password", "…"]`, `[["name", "value"], …]`, names and values in
turn. Leaves: the class that a name gives to its value, and such values redacted.
"""

from typing import TYPE_CHECKING, Any

from diagpack.redact.looks import is_credential
from diagpack.redact.spans import SECRET_CLASSES

if TYPE_CHECKING:
    from diagpack.redact.walk_json import JsonWalker

VALUE_KEYS = frozenset({"value", "Value", "values", "val"})
_NAME_KEYS = ("name", "key", "Name", "Key", "header", "id", "field", "label", "attribute")
# Names and values of headers in turn, as Node.js lists them.
_RAW_HEADERS = frozenset({"rawHeaders", "rawTrailers"})
_LONGEST_NAME = 60


def class_of_pair(walker: "JsonWalker", value: dict[str, Any]) -> str:
    """The class of `{"name": "Authorization", "value": …}`, where key and value are two members."""
    if value.keys().isdisjoint(VALUE_KEYS):
        return ""
    policy = walker.engine.policy
    for key in _NAME_KEYS:
        name = value.get(key)
        if isinstance(name, str):
            entity = policy.classify(name) or policy.classify_header(name)
            held = next(value[each] for each in VALUE_KEYS if each in value)
            if entity and policy.is_ambiguous(name) and not walker.looks_like(held, entity):
                return ""
            return entity
    return ""


def class_of_second(walker: "JsonWalker", value: list[Any]) -> str:
    """The class of the second of `["password", "…"]`, a pair written as a list."""
    if len(value) != 2 or not isinstance(value[0], str):
        return ""
    policy = walker.engine.policy
    entity = policy.classify(value[0]) or policy.classify_header(value[0])
    return entity if entity in SECRET_CLASSES and is_credential(value[1], entity) else ""


def is_in_turn(key: str, value: list[Any]) -> bool:
    """Whether a list under this key holds names and values in turn."""
    return key in _RAW_HEADERS and len(value) % 2 == 0 and all(type(each) is str for each in value)


def is_listed(value: list[Any]) -> bool:
    """`[["name", value], …]`."""
    return (
        bool(value)
        and isinstance(value[0], list)
        and all(
            isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) and 0 < len(each[0]) <= _LONGEST_NAME
            for each in value
        )
    )


def walk_second(walker: "JsonWalker", name: str, value: Any, level: int) -> Any:
    """The second of `["name", value]` in a list of such pairs: headers of a client, rows of a form."""
    policy = walker.engine.policy
    if isinstance(value, str) and policy.classify_header(name) in SECRET_CLASSES:
        from diagpack.redact.walk_http import redact_header

        return redact_header(walker.engine, name, value)
    entity = walker.class_of(name, value)
    # `["email", "name"]` is a list of fields.
    is_field = isinstance(value, str) and (policy.classify(value) or (entity == "email" and "@" not in value))
    return walker.walk(value, name, "" if is_field else entity, level)
