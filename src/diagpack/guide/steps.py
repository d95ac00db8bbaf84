"""A checklist as the few steps a customer is asked for.

Enters: a checklist and what is known already. Leaves: at most five steps (a look at the content and the file itself
are the last two of seven), each as the JSON object that page and script read, and the titles of what is left out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from diagpack.model.checklist import Checklist, Item, Text, in_language
from diagpack.model.expression import names_in, parse

MOST_STEPS: Final = 5
_KINDS: Final = ("file", "text", "choice", "datetime", "confirm")
_REASONS: Final = ("no_permission", "cannot_reproduce", "policy_forbids", "other")
_BROWSERS: Final = ("chrome", "edge", "firefox", "safari", "any")
_IMAGE_MB: Final = 10
_OTHER_FILES: Final = {"image": "image", "har": "har"}


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps in order, and the titles of items that found no room."""

    chosen: tuple[Mapping[str, Any], ...]
    left_out: tuple[str, ...]


def choose_steps(checklist: Checklist, language: str, *, known: Collection[str] = (), most: int = MOST_STEPS) -> Steps:
    """Files first, then what is required, then the rest, each in the order of the checklist. `known`: ids not asked."""
    asked = [
        each
        for each in checklist.items
        if each.audience == "customer" and each.kind in _KINDS and each.id not in known and _can_be_asked(each)
    ]
    ranked = sorted(asked, key=lambda each: (each.kind != "file", not each.is_required))
    chosen = [each for each in asked if each in ranked[:most]]
    chosen.sort(key=lambda each: each.kind != "file")
    return Steps(
        tuple(_step(each, language) for each in chosen),
        tuple(in_language(each.title, language) for each in ranked[most:]),
    )


def _can_be_asked(item: Item) -> bool:
    """A condition the customer's answers cannot decide is left to the analyst, unless it always asks."""
    return not item.when or all(name.startswith("answers.") for name in names_in(parse(item.when)))


def _step(item: Item, language: str) -> dict[str, Any]:
    kind = "text" if item.kind == "confirm" else item.kind
    step: dict[str, Any] = {
        "id": item.id,
        "kind": kind,
        "title": in_language(item.title, language),
        "title_en": in_language(item.title, "en"),
        "question": in_language(item.question, language),
        "why": in_language(item.why, language),
        "privacy": in_language(item.privacy, language),
        "minutes": item.minutes,
        "can_skip": True,  # never a dead end: a skip with its reason is an answer
        "skip_reasons": list(item.skip_reasons or _REASONS),
    }
    if item.when:
        step["when"] = parse(item.when)
    if kind == "choice":
        step["options"] = list(item.options)
    if kind == "file":
        step |= _file(item, language)
    return step


def _file(item: Item, language: str) -> dict[str, Any]:
    kind = str(item.evidence.get("type", ""))
    return {
        "accept": list(item.accept),
        "max_mb": item.max_mb or (_IMAGE_MB if kind == "image" else 200),
        "reads": _OTHER_FILES.get(kind, "log"),
        "how": {name: _lines(item.how[name], language) for name in _BROWSERS if name in item.how},
        "validate": [[name, dict(parameters)] for name, parameters in item.validate],
    }


def _lines(how: Mapping[str, tuple[str, ...]], language: str) -> list[str]:
    return list(how.get(language) or how.get("en", ()))


def title_of(text: Text, language: str) -> str:
    """A title in this language, else in English."""
    return in_language(text, language)
