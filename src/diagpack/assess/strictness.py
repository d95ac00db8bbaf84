"""How strict the readiness rules are, by severity: the `readiness` part of the severity matrix.

Enters: a mapping as in `matrix.yaml`. Leaves: which rules only warn at a level, and what an urgent filing still needs.
Rules about the redaction and the package (E12 to E15) and about names put to drafts (E17, E18) cannot be relaxed by a
level, and the former not by urgency either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

NEVER_RELAXED: Final = frozenset(["E12", "E13", "E14", "E15"])
_NEEDS_A_NAME: Final = frozenset(["E17", "E18"])
_KEYS: Final = frozenset(["only_warn", "urgent"])


@dataclass(frozen=True, slots=True)
class Strictness:
    """`only_warn`: level to rules that do not block there. `urgent_needs`: what urgency cannot put off."""

    only_warn: Mapping[str, frozenset[str]] = field(default_factory=dict)
    urgent_levels: frozenset[str] = frozenset()
    urgent_needs: frozenset[str] = NEVER_RELAXED

    def blocks(self, rule: str, level: str) -> bool:
        """Whether an `E…` rule blocks at this severity."""
        return rule.startswith("E") and rule not in self.only_warn.get(level, frozenset())

    def may_wait(self, rule: str, level: str) -> bool:
        """Whether an urgent filing at this severity may put the rule off."""
        return level in self.urgent_levels and rule not in self.urgent_needs


def parse_strictness(document: Any, levels: tuple[str, ...]) -> Strictness:
    """Raises ValueError for anything that is not as described, or that would relax what never relaxes."""
    if not isinstance(document, Mapping) or set(document) - _KEYS:
        raise ValueError("readiness")
    only_warn = {str(level): _rules(rules) for level, rules in (document.get("only_warn") or {}).items()}
    urgent = document.get("urgent") or {}
    urgent_levels = frozenset(map(str, urgent.get("levels") or ()))
    if (set(only_warn) | urgent_levels) - set(levels):
        raise ValueError("an unknown level")
    if any(rules & (NEVER_RELAXED | _NEEDS_A_NAME) for rules in only_warn.values()):
        raise ValueError("a rule that never relaxes")
    return Strictness(only_warn, urgent_levels, _rules(urgent.get("needs")) | NEVER_RELAXED)


def _rules(value: Any) -> frozenset[str]:
    found = frozenset(map(str, value or ()))
    if any(len(each) != 3 or each[0] != "E" or not each[1:].isdigit() for each in found):
        raise ValueError("an unknown rule")
    return found
