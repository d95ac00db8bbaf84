"""Values that were found in text: which of them count, and what they become.

Enters: spans that detectors, the dictionary and decoded layers found in a text. Leaves: edits with the new bytes, but
for what the policy keeps, what was hidden before, and what changes nothing.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from diagpack.redact.edits import Edit, edit_of
from diagpack.redact.replacer import Replacer
from diagpack.redact.spans import SECRET_CLASSES, Span

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_ESCAPED_AT = re.compile(rb"%(?:25)*40|\\u0040|&#(?:64|x40);|&commat;", re.IGNORECASE)
# Values whose replacements are kept.
_MOST = 100_000
# Edits in front of a run that may reach into it.
_NEAR = 8


class SpanValues:
    """Bound to one engine."""

    def __init__(self, engine: "Engine", replacer: Replacer) -> None:
        self._engine = engine
        self._replacer = replacer
        self._known: dict[tuple[bytes, str], bytes] = {}

    def forget(self) -> None:
        """Results of earlier values are found anew."""
        self._known.clear()

    def counts(self, data: bytes, span: Span) -> bool:
        """Whether a finding is one that the policy replaces."""
        return self._counts(data, *span)

    def counting(self, data: bytes, spans: Sequence[Span]) -> list[Edit]:
        """Those of several findings that the policy replaces, with nothing in their place yet."""
        counts = self._counts
        return [
            edit_of((start, end, None, entity, rule))
            for start, end, entity, rule in spans
            if counts(data, start, end, entity, rule)
        ]

    def _counts(self, data: bytes, start: int, end: int, entity: str, rule: str) -> bool:
        if data[start] == 0x2A and not data[start:end].strip(b"*"):
            # Hidden already.
            return False
        if entity in SECRET_CLASSES:
            return True
        engine = self._engine
        if engine.policy.action_of(entity, rule) == "keep":
            return False
        if entity == "ip" and data.endswith(b".0.0.0", start, end):
            # A browser's version; no host has such an address.
            return False
        if entity == "email" and data.startswith((b"@", b"%40"), start, end):
            # The rest of `user:password@host` behind a password that was found first.
            return False
        return not (engine.has_vendor_ids and engine.is_vendor_id(data[start:end].decode("utf-8", "replace")))

    def settled(self, data: bytes, chosen: Sequence[Edit]) -> list[Edit]:
        """The same edits with what the values become, without those that change nothing."""
        known, settled = self._known, []
        for edit in chosen:
            start, end, new, entity, rule = edit
            value = data[start:end]
            if new is not None:
                if new != value:
                    settled.append(edit)
                continue
            new = known.get((value, entity))
            if new is None:
                new = self.value(value, entity, rule)
            if new != value:
                settled.append(edit_of((start, end, new, entity, rule)))
        return settled

    def value(self, value: bytes, entity: str, rule: str) -> bytes:
        """What a span of text becomes: itself when it stays."""
        known = self._known.get((value, entity))
        if known is None:
            known = self._made(value, entity, rule)
            if len(self._known) > _MOST:
                self._known.clear()
            self._known[value, entity] = known
        return known

    def _made(self, value: bytes, entity: str, rule: str) -> bytes:
        text = value.decode("utf-8", "surrogateescape")
        new = self._replacer.token(text, entity, rule).encode("utf-8", "surrogateescape")
        if b"@" in new and b"@" not in value:
            # The detectors also read an escaped `@`; it is written back the way it stood.
            escape = _ESCAPED_AT.search(value)
            return new.replace(b"@", escape.group(0)) if escape else new
        return new

    def without_opened(self, found: list[Edit]) -> list[Edit]:
        """Without learned values in runs that something else opens or replaces: what is around them there may stay."""
        encoded = [each for each in found if each.rule == "learned-encoded"]
        if not encoded or len(encoded) == len(found):
            return found
        others = sorted((each for each in found if each.rule != "learned-encoded"), key=lambda each: each[:2])
        return [*others, *(each for each in encoded if not self._is_covered(each, others))]

    def _is_covered(self, encoded: Edit, others: Sequence[Edit]) -> bool:
        for each in others[: bisect_right(others, encoded.start, key=lambda other: other.start)][-_NEAR:]:
            if encoded.end <= each.end and (each.entity or not self._engine.holds_learned(each.new or b"")):
                return True
        return False
