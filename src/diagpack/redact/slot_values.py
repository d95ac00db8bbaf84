"""Whole values in places that name their class: a key, a header, a cookie, an element.

Enters: a value, the class of its place and the rule that says so. Leaves: what it becomes, counted; itself when it is
no value, stands for one, or was redacted before.
"""

import re
from typing import TYPE_CHECKING

from diagpack.redact.edits import is_glued
from diagpack.redact.replacer import Replacer
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.values import is_placeholder

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_MAILBOX = re.compile(r"\s*\"?([^\"<>@]+?)\"?\s*<([^<>\s]+@[^<>\s]+)>\s*")
_HIDDEN = re.compile(r"[*•.\-_ x]*|\[?<?(?:redacted|removed|hidden|masked|filtered)>?\]?", re.IGNORECASE)
_NOT_A_VALUE = frozenset(
    {"true", "false", "null", "none", "nil", "undefined", "nan", "n/a", "anonymous", "unknown", "-"}
)
_LONGEST_NO_VALUE = max(map(len, _NOT_A_VALUE))
# First characters of what `_HIDDEN` means.
_HIDING = frozenset("*•.-_ xX[<rRhHmMfF")
# Characters of a value that may return, and how many of them are kept.
_REPEATED = 40
_MOST = 50_000


class SlotValues:
    """Bound to one engine."""

    def __init__(self, engine: "Engine", replacer: Replacer) -> None:
        self._engine = engine
        self._replacer = replacer
        self._known: dict[tuple[str, str, str], str] = {}

    def forget(self) -> None:
        """Results of earlier values are found anew."""
        self._known.clear()

    def value(self, value: str, entity: str, rule: str) -> str:
        """A whole value that stands in a place of this class."""
        engine = self._engine
        key = (value, entity, rule)
        new = self._known.get(key)
        if new is None:
            new = self._decided(value, entity, rule)
            # A secret may be a live credential, which is noted each time; a mailbox has two parts.
            is_noted = engine.learned is not None and entity in SECRET_CLASSES
            if len(value) <= _REPEATED and not is_noted and "<" not in value:
                if len(self._known) > _MOST:
                    self._known.clear()
                self._known[key] = new
        elif new != value:
            engine.tally[f"{entity}/{rule}"] += 1
        return new

    def _decided(self, value: str, entity: str, rule: str) -> str:
        engine = self._engine
        bare = value.strip()
        if not bare or not entity or entity == "keep" or (bare[0] in _HIDING and _HIDDEN.fullmatch(bare)):
            return value
        if is_placeholder(bare) or (len(bare) <= _LONGEST_NO_VALUE and bare.lower() in _NOT_A_VALUE):
            return value
        if entity not in SECRET_CLASSES:
            if engine.is_vendor_id(bare):
                return value
            mailbox = _MAILBOX.fullmatch(bare) if "<" in bare else None
            if mailbox is not None:
                name = self.value(mailbox.group(1), "name", rule)
                return f"{name} <{self.value(mailbox.group(2), 'email', rule)}>"
        if ("dp-" in bare or "dp.invalid" in bare) and self._was_redacted(bare):
            return engine.text(value)
        new = self._replacer.token(bare, entity, rule)
        if new == bare:
            return value
        engine.tally[f"{entity}/{rule}"] += 1
        return new if bare == value else value.replace(bare, new, 1)

    def _was_redacted(self, value: str) -> bool:
        """Whether tokens of this case stand in a value, parted from what is around them: that was decided before."""
        engine = self._engine
        data = value.encode("utf-8", "surrogatepass")
        found = list(engine.pseudonyms.find(data))
        return bool(found) and not is_glued(data, found)

    def number(self, digits: str, entity: str, rule: str) -> str:
        """A JSON number that stands in a place of this class."""
        engine = self._engine
        if engine.policy.action(entity) == "keep":
            return digits
        new = engine.pseudonyms.number(digits)
        if new != digits:
            engine.tally[f"{entity}/{rule}"] += 1
            if engine.learned is not None:
                engine.learned.not_searched[entity] += 1
        return new
