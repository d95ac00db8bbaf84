"""What to gather for one kind of problem: the words that assess, the guided collector and the command line share.

Enters: a checked checklist file (the assess room reads it). Leaves: frozen values. Texts are mappings from language
(`en`, `de`, …) to words; English is always there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Text = Mapping[str, str]


def in_language(text: Text, language: str) -> str:
    """The text in this language, else in English."""
    return text.get(language) or text.get("en", "")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to gather. `question` is what the customer is asked when it is not there, `why` the reason they see.

    `how`: platform (chrome, firefox, edge, safari, windows, macos, linux, any) to language to steps. `met_by`,
    `partly_by`: conditions (docs/checklists.md), any of them is enough. `when`: an expression of
    `model.expression`; empty means always. `accept`, `max_mb`, `validate`, `privacy`, `on_fail`, `redact` and
    `evidence` are for the guided collector.
    """

    id: str
    kind: str
    title: Text
    question: Text
    why: Text
    privacy: Text = field(default_factory=dict)
    how: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    met_by: tuple[Mapping[str, Any], ...] = ()
    partly_by: tuple[Mapping[str, Any], ...] = ()
    when: str = ""
    is_required: bool = True
    can_skip: bool = True
    skip_reasons: tuple[str, ...] = ()
    audience: str = "customer"
    options: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    max_mb: int = 0
    minutes: int = 1
    validate: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    on_fail: Mapping[str, Any] = field(default_factory=dict)
    redact: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clue:
    """What speaks for a topic: a condition, its weight, and the reason in words."""

    points: int
    condition: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """One topic. `draft_languages` have not been read by a speaker yet."""

    id: str
    title: Text
    items: tuple[Item, ...]
    clues: tuple[Clue, ...] = ()
    audience: str = "customer"
    minutes: int = 5
    hosts: tuple[str, ...] = ()
    window: Mapping[str, Any] = field(default_factory=dict)
    draft_languages: tuple[str, ...] = ()
