"""Vendors' token shapes (`rules/secrets.yaml`): a gate over keywords (Aho-Corasick), then RE2 for each rule it names.

Enters: a chunk. Leaves: spans. A chunk is looked at in blocks, so that one keyword somewhere in a long line does not
run its rule over the whole of it; blocks overlap by more than the longest token.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

import ahocorasick

from diagpack.redact.detectors._engine import Rank, RuleScanner
from diagpack.redact.rulebook import Rule, load_rules
from diagpack.redact.spans import Detector, Span

_BLOCK: Final = 1 << 16
# Longer than any vendor token; what is longer is found by its first part and extended by its own pattern.
_OVERLAP: Final = 1 << 12


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

    def _scan_block(self, block: bytes, offset: int) -> Iterator[Span]:
        triggered: set[int] = set()
        for _end, numbers in self._gate.iter(block.decode("latin1").lower()):
            triggered.update(numbers)
        for number in sorted(triggered):
            scanner = self._scanners[number]
            for start, end in scanner.values(block):
                yield Span(offset + start, offset + end, scanner.rule.entity, scanner.rule.id)


DETECTOR: Final[Detector] = VendorSecrets()
