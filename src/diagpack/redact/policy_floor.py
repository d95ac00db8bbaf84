"""What no policy can do: keep a secret, or call it something else so that it may be kept.

Enters: the merged document of a policy, and the shipped policy. Leaves: nothing, or a UsageError (DP221) that names the
place and the way out. Names are the team's own words, so they may stand in the message.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from diagpack.errors import UsageError
from diagpack.redact.spans import PERSONAL_CLASSES, SECRET_CLASSES

if TYPE_CHECKING:
    from diagpack.redact.policy import Policy

ACTIONS: Final = ("drop", "pseudonymise", "keep")
_VERSION: Final = 1
_TABLES: Final = (("saml", "elements"), ("saml", "values"), ("saml", "attributes"), ("jwt", "classes"))
# Letters of any language, digits, dashes; `*` for a part of a label.
_HOST: Final = re.compile(r"(?:\*\.)?\.?[\w*-]*[^\W_][\w*-]*(?:\.[\w*-]+)*\.?")


def check(merged: Mapping[str, Any], shipped: "Policy", origin: str) -> None:
    """Raises UsageError (DP221). `origin`: the file that was merged last, for the message."""
    for place, problem, hint in (*_faults(merged), *_renamed(merged, shipped)):
        raise UsageError("DP221", f"{origin}: {place}: {problem}", hint=hint)


def _faults(merged: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Values that are not allowed: place, problem, way out."""
    listed = f"an action is one of {', '.join(ACTIONS)}"
    if merged["version"] != _VERSION:
        yield "version", f"this program reads policies of version {_VERSION}", f"write `version: {_VERSION}`"
    for entity, action in merged["classes"].items():
        if action not in ACTIONS:
            yield f"classes.{entity}", listed, f"write one of them, or leave {entity} out"
        elif entity in SECRET_CLASSES and action == "keep":
            yield f"classes.{entity}", "a policy cannot keep a secret class", "write pseudonymise or drop"
    if merged["private_ip"] not in ACTIONS:
        yield "private_ip", listed, "write one of them"
    known = SECRET_CLASSES | PERSONAL_CLASSES | {"keep", "text"}
    for section, key in _TABLES:
        for name, entity in merged[section][key].items():
            if entity not in known:
                yield f"{section}.{key}.{name}", f"{entity!r} is not a class", f"one of {', '.join(sorted(known))}"
    for name, value in merged["limits"].items():
        if value < 1:
            yield f"limits.{name}", "this is a whole number above zero", "leave it out for the default"
    for number, host in enumerate(merged["hosts"]["hide"], 1):
        if _HOST.fullmatch(host) is None:
            hint = (
                "for example corp.example.com, which hides its subdomains too; all hosts: classes: {host: pseudonymise}"
            )
            yield f"hosts.hide: entry {number}", "this is not the name of a host", hint


def _renamed(merged: Mapping[str, Any], shipped: "Policy") -> Iterator[tuple[str, str, str]]:
    """Names of secrets that a team or case gives a class that could be kept."""
    for place, name in _claimed(merged, shipped.data):
        is_header = place.startswith("headers.")
        if (shipped.classify_header(name) if is_header else shipped.classify(name)) in SECRET_CLASSES:
            yield place, f"a policy cannot keep {name!r}, which names a secret", "remove the line"
    for section, key in _TABLES:
        before, own = shipped.section(section)[key], merged[section][key]
        for name, entity in own.items():
            if before.get(name) == entity or entity in SECRET_CLASSES:
                continue
            if before.get(name) in SECRET_CLASSES or (name not in before and shipped.classify(name) in SECRET_CLASSES):
                yield f"{section}.{key}.{name}", "a policy cannot keep this, which names a secret", "remove the line"
    for name in _added(merged["jwt"]["keep"], shipped.section("jwt")["keep"]):
        if shipped.section("jwt")["classes"].get(name, shipped.classify(name)) in SECRET_CLASSES:
            yield "jwt.keep", f"a policy cannot keep {name!r}, which names a secret", "remove the line"


def _claimed(merged: Mapping[str, Any], shipped: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Place and name of what was added to a list that does not stand for a secret class."""
    for entity, lists in merged["names"].items():
        if entity not in SECRET_CLASSES:
            for kind, names in lists.items():
                for name in _added(names, shipped["names"][entity][kind]):
                    yield f"names.{entity}.{kind}", name
    for entity, names in merged["headers"].items():
        if entity not in SECRET_CLASSES:
            for name in _added(names, shipped["headers"][entity]):
                yield f"headers.{entity}", name
    for name in _added(merged["ambiguous"], shipped["ambiguous"]):
        yield "ambiguous", name


def _added(names: Iterable[str], shipped: Iterable[str]) -> list[str]:
    known = frozenset(shipped)
    return [each for each in names if each not in known]
