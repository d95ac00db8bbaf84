"""Do two answers to one call mean the same?

Enters: the captured exchange and a new one. Leaves: differences in words, and whether the same failure happened.
Compared: status, kind of failure, shape of the body (keys and types, not values) and the headers that steer clients.
"""

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from diagpack.model.exchange import Exchange
from diagpack.model.failure import classify
from diagpack.model.party import Party


class Verdict(Enum):
    """Whether a failure happened again."""

    NOT_REPRODUCED = "not reproduced"
    REPRODUCED = "reproduced"
    FAILS_OTHERWISE = "fails otherwise"
    NOT_TRIED = "not tried"


_HEADERS: Final = ("content-type", "location", "www-authenticate", "retry-after", "access-control-allow-origin")
_MAX_PATHS: Final = 400


def is_same_failure(captured: Exchange, answered: Exchange) -> bool:
    """Whether the answer fails as the captured one did: the same kind, and the same status where there was one."""
    before, after = classify(captured, Party()), classify(answered, Party())
    if after is None:
        return False
    if before is None:
        return captured.status == answered.status
    return before.kind is after.kind and (captured.status == answered.status or captured.status <= 0)


def differences(captured: Exchange, answered: Exchange) -> tuple[str, ...]:
    """What differs, the most telling first; values of the evidence are not quoted."""
    found = []
    if captured.status != answered.status:
        found.append(f"status {answered.status} in place of {captured.status}")
    for name in _HEADERS:
        old, new = _steering(captured, name), _steering(answered, name)
        if bool(old) != bool(new):
            found.append(f"header {name} is {'new' if new else 'gone'}")
        elif old != new:
            found.append(f"header {name} differs")
    found += _shapes(captured.response_text, answered.response_text)
    return tuple(found)


def shape(text: str | None) -> Mapping[str, str] | None:
    """Key paths and types of a JSON text (`/errors/*/message`: `string`); None when it is no JSON."""
    if not text or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found: dict[str, str] = {}
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting and len(found) < _MAX_PATHS:
        path, node = waiting.pop(0)
        if isinstance(node, dict):
            waiting += [(f"{path}/{key}", each) for key, each in node.items()]
        elif isinstance(node, list):
            waiting += [(f"{path}/*", each) for each in node[:20]]
        found.setdefault(path or "/", _kind(node))
    return found


def _shapes(old: str | None, new: str | None) -> list[str]:
    before, after = shape(old), shape(new)
    if old is None or new is None:
        # A body that was not recorded says nothing about the new one.
        return []
    if before is None or after is None:
        return [] if before is after else [f"the body is {'now' if after is not None else 'no longer'} JSON"]
    gone, new_paths = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    changed = sorted(path for path in set(before) & set(after) if before[path] != after[path])
    found = []
    for paths, word in ((gone, "lacks"), (new_paths, "has, new,"), (changed, "has another type at")):
        if paths:
            more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
            found.append(f"the body {word} {', '.join(paths[:3])}{more}")
    return found


def _steering(exchange: Exchange, name: str) -> str:
    # Not every writer lists the type among the headers too.
    value = exchange.response_header(name) or (exchange.response_mime if name == "content-type" else "")
    return value.split(";")[0].strip().lower() if name == "content-type" else value


def _kind(node: Any) -> str:
    if node is None:
        return "null"
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "list", dict: "object"}
    return names.get(type(node), "other")
