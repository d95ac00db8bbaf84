"""A detector made of rules of one file.

Enters: rule ids. Leaves: a detector whose patterns are read and compiled at its first scan, so importing it is cheap.
Several such detectors merge into one scan: their findings are rare, so one pass over the union of all patterns says
where to look, and only there each rule is tried.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property

from diagpack.redact.detectors._engine import Pattern, Rank, RuleScanner, behind_first_run, union_of
from diagpack.redact.rulebook import load_rules
from diagpack.redact.spans import Span


class RuleDetector:
    """Runs some rules of `rules/personal.yaml`. `is_frequent`: hits are common, so each rule makes its own pass."""

    rank = Rank.PERSONAL

    def __init__(
        self, id: str, entities: tuple[str, ...], rules: tuple[str, ...], *, is_frequent: bool = False
    ) -> None:
        self.id = id
        self.entities = entities
        self.rule_ids = rules
        self.is_frequent = is_frequent

    @cached_property
    def _scanners(self) -> tuple[RuleScanner, ...]:
        by_id = {rule.id: rule for rule in load_rules("personal")}
        return tuple(RuleScanner(by_id[name]) for name in self.rule_ids)

    @cached_property
    def _union(self) -> Pattern:
        return union_of(scanner.rule for scanner in self._scanners)

    @cached_property
    def structural_rules(self) -> frozenset[str]:
        """Rules whose match names the value by key; they outrank protected identifiers."""
        return frozenset(each.rule.id for each in self._scanners if each.rule.structural)

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        if self.is_frequent:
            for scanner in self._scanners:
                for start, end in scanner.values(data):
                    yield Span(start, end, scanner.rule.entity, scanner.rule.id)
        else:
            yield from self._scan_once(data)

    def _scan_once(self, data: bytes) -> Iterator[Span]:
        find, position = self._union.find, 0
        while (hit := find(data, position)) is not None:
            for scanner in self._scanners:
                value = scanner.value_at(data, hit[0])
                if value is not None:
                    yield Span(*value, entity=scanner.rule.entity, rule=scanner.rule.id)
            position = behind_first_run(data, *hit)


def merged(detectors: Sequence[RuleDetector]) -> RuleDetector:
    """One detector for the rules of several whose findings are rare."""
    entities = dict.fromkeys(entity for each in detectors for entity in each.entities)
    rules = dict.fromkeys(rule for each in detectors for rule in each.rule_ids)
    return RuleDetector("personal-shape", tuple(entities), tuple(rules))
