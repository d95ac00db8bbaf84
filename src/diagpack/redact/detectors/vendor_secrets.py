"""Vendors' token shapes (`rules/secrets.yaml`): a gate over keywords (Aho-Corasick), then RE2 for each rule it names.

Enters: a chunk. Leaves: spans. A chunk is looked at in blocks, so that one keyword somewhere in a long line does not
run its rule over the whole of it; blocks overlap by more than the longest token.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

import ahocorasick

from diagpack.redact.detectors._engine import Pattern, Rank, RuleScanner, compiled, union_of, union_source
from diagpack.redact.rulebook import Rule, load_rules
from diagpack.redact.spans import Detector, Span

_BLOCK: Final = 72 << 10
# Longer than any vendor token; what is longer is found by its first part and extended by its own pattern.
_OVERLAP: Final = 1 << 12
_LONGEST_KEYWORD: Final = 32
# After so many keywords in one block the automaton reads the rest of it in one go.
_MANY: Final = 256
# A pattern of several rules is compiled when they were triggered together so often.
_RETURNS: Final = 8
_MOST_UNIONS: Final = 200


class VendorSecrets:
    """All rules of one file behind one keyword automaton."""

    id = "vendor-secret"
    entities = ("secret", "token", "password", "key")
    rank = Rank.VENDOR

    def __init__(self, rules: tuple[Rule, ...] | None = None) -> None:
        self._rules = rules

    @cached_property
    def structural_rules(self) -> frozenset[str]:
        """Rules whose match names the secret by key; they outrank protected identifiers."""
        return frozenset(each.rule.id for each in self._scanners if each.rule.structural)

    @cached_property
    def _scanners(self) -> tuple[RuleScanner, ...]:
        rules = load_rules("secrets") if self._rules is None else self._rules
        return tuple(RuleScanner(rule) for rule in rules)

    @cached_property
    def _gate(self) -> Any:
        by_keyword: dict[str, list[int]] = {}
        for number, scanner in enumerate(self._scanners):
            for keyword in scanner.rule.keywords:
                by_keyword.setdefault(keyword, []).append(number)
        automaton = ahocorasick.Automaton()
        for keyword, numbers in by_keyword.items():
            automaton.add_word(keyword, tuple(numbers))
        automaton.make_automaton()
        return automaton

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        if len(data) <= _BLOCK:
            yield from self._scan_block(data, 0)
            return
        seen: set[Span] = set()
        for start in range(0, len(data), _BLOCK):
            lead = max(0, start - 64)
            fresh = set(self._scan_block(data[lead : start + _BLOCK + _OVERLAP], lead))
            yield from sorted(fresh - seen, key=lambda each: each.start)
            seen = fresh

    @cached_property
    def _any_keyword(self) -> Pattern:
        """RE2 says at 600 MB/s where a keyword may stand; the automaton, slower, says which."""
        return compiled(self._keyword_source(), ignore_case=True)

    def _keyword_source(self) -> str:
        words = {word for each in self._scanners for word in each.rule.keywords}
        return "|".join(_quoted(word) for word in sorted(words, key=lambda word: (-len(word), word)))

    def trigger(self) -> str:
        """A pattern that matches wherever a rule without a keyword may find something."""
        return union_source(self._scanners[number].rule for number in self._without_keywords)

    def worded_trigger(self) -> tuple[Pattern, Pattern]:
        """For the other rules: keywords, without one of which nothing is found, and the rules themselves.

        All rules in one pattern make so many mixtures in a random token that RE2 builds them anew for each.
        """
        worded = (each.rule for each in self._scanners if each.rule.keywords)
        return self._any_keyword, union_of(worded)

    @cached_property
    def _without_keywords(self) -> tuple[int, ...]:
        """Rules whose shape has no part long enough to be a keyword."""
        return tuple(number for number, each in enumerate(self._scanners) if not each.rule.keywords)

    @cached_property
    def _any_without_keywords(self) -> Pattern:
        return union_of(self._scanners[number].rule for number in self._without_keywords)

    @cached_property
    def _unions(self) -> dict[frozenset[int], Pattern | int]:
        """For rules that were triggered together: a pattern of all, or how often that happened so far."""
        return {}

    def _likely(self, triggered: frozenset[int], block: bytes) -> frozenset[int]:
        """Numbers of the rules to try: those that keywords named, and those without any.

        For a set of rules that returns, one search most often says no for all of them.
        """
        every = triggered.union(self._without_keywords)
        union = self._unions.get(every, 0)
        if isinstance(union, int) and union >= _RETURNS:
            union = self._unions[every] = union_of(self._scanners[each].rule for each in sorted(every))
        if isinstance(union, Pattern):
            return frozenset() if union.find(block) is None else every
        if len(self._unions) < _MOST_UNIONS:
            self._unions[every] = union + 1
        is_any = bool(self._without_keywords) and self._any_without_keywords.find(block) is not None
        return every if is_any else triggered

    def _triggered(self, block: bytes) -> set[int]:
        """Numbers of the rules whose keywords stand in this block."""
        triggered: set[int] = set()
        for count, (start, end) in enumerate(self._any_keyword.spans(block)):
            # A keyword that overlaps this hit starts inside it.
            window = block[start : end + _LONGEST_KEYWORD] if count < _MANY else block[start:]
            for _end, numbers in self._gate.iter(window.lower().decode("latin1")):
                triggered.update(numbers)
            if count == _MANY:
                break
        return triggered

    def _scan_block(self, block: bytes, offset: int) -> Iterator[Span]:
        for number in sorted(self._likely(frozenset(self._triggered(block)), block)):
            scanner = self._scanners[number]
            for start, end in scanner.values(block):
                yield Span(offset + start, offset + end, scanner.rule.entity, scanner.rule.id)


def _quoted(word: str) -> str:
    return "".join(each if each.isalnum() or each in "_/ " else f"\\{each}" for each in word)


DETECTOR: Final[Detector] = VendorSecrets()
