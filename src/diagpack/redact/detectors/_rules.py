"""A detector made of rules of one file.

Enters: rule ids. Leaves: a detector whose patterns are read and compiled at its first scan, so importing it is cheap.
Several such detectors merge into one scan: their findings are rare, so one pass over the union of all patterns says
where to look, and only there each rule is tried.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from diagpack.redact.detectors._engine import (
    Pattern,
    Rank,
    RuleScanner,
    behind_first_run,
    union_of,
    union_source,
)
from diagpack.redact.rulebook import load_rules
from diagpack.redact.spans import Span, span_of

_MOST_DECIDED: Final = 20_000
# A rule that matched so often is asked by itself; so many are.
_RETURNS: Final = 16
_MOST_RETURNING: Final = 4
# Longer matches are not remembered.
_REMEMBERED: Final = 64


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
        self._tails: dict[int, Pattern] = {}
        self._heads: dict[int, Pattern] = {}
        # Rules that are asked by themselves, what they are asked with, and how often the others matched.
        self._returning: tuple[int, ...] = (0,)
        self._last = 0
        self._alone: dict[int, tuple[Pattern, bool]] = {}
        self._matches: Counter[int] = Counter()
        # What was accepted of a short match, as offsets from its start, by the match and the byte on each side of it.
        self._decided: dict[tuple[int, bytes, bytes], tuple[int, int, str, str]] = {}

    @cached_property
    def _scanners(self) -> tuple[RuleScanner, ...]:
        by_id = {rule.id: rule for rule in load_rules("personal")}
        return tuple(RuleScanner(by_id[name]) for name in self.rule_ids)

    @cached_property
    def _union(self) -> Pattern:
        return union_of((scanner.rule for scanner in self._scanners), captures=True)

    @cached_property
    def _wheres(self) -> list[Pattern]:
        """The union without captures: says where to look in half of the time.

        Shapes of digits and letters apart from words: together they make more mixtures than RE2 keeps fast.
        """
        shapes = [scanner.rule for scanner in self._scanners if scanner.rule.pattern.startswith(r"\b[")]
        words = [scanner.rule for scanner in self._scanners if scanner.rule not in shapes]
        return [union_of(each) for each in (shapes, words) if each]

    def _place(self, data: bytes, position: int, ahead: list[tuple[int, int] | None]) -> tuple[int, int] | None:
        """(start, end) of the first match of the union. `ahead`: what was found before, for each of its parts."""
        found: tuple[int, int] | None = None
        for number, where in enumerate(self._wheres):
            hit = ahead[number]
            if hit is not None and hit[0] < position:
                hit = ahead[number] = where.find(data, position)
            if hit is None or (found is not None and found[0] < hit[0]):
                continue
            if found is not None and found[0] == hit[0]:
                # The order of the rules decides.
                hit = hit[0], self._any.at(data, hit[0])
            found = hit
        return found

    @cached_property
    def _any(self) -> Pattern:
        return union_of(scanner.rule for scanner in self._scanners)

    @cached_property
    def _groups(self) -> tuple[int, ...]:
        """The number of each rule's own group inside the union."""
        numbers, number = [], 1
        for scanner in self._scanners:
            numbers.append(number)
            number += 1 + scanner.group_count
        return tuple(numbers)

    def _earlier(self, number: int) -> Pattern:
        """The union of the rules in front of one."""
        if number not in self._heads:
            self._heads[number] = union_of(scanner.rule for scanner in self._scanners[:number])
        return self._heads[number]

    def _later(self, number: int) -> Pattern:
        """The union of the rules behind one; says in one step that none of them matches either."""
        if number not in self._tails:
            self._tails[number] = union_of(scanner.rule for scanner in self._scanners[number + 1 :])
        return self._tails[number]

    @cached_property
    def structural_rules(self) -> frozenset[str]:
        """Rules whose match names the value by key; they outrank protected identifiers."""
        return frozenset(each.rule.id for each in self._scanners if each.rule.structural)

    def trigger(self) -> str:
        """A pattern that matches wherever a finding may be."""
        return union_source(scanner.rule for scanner in self._scanners)

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        if not self.is_frequent:
            return self._scan_once(data)
        return (
            span_of((start, end, scanner.rule.entity, scanner.rule.id))
            for scanner in self.triggered(data)
            for start, end in scanner.values(data)
        )

    def triggered(self, data: bytes) -> Iterator[RuleScanner]:
        """The rules whose keywords stand in a chunk, and those without any."""
        return (scanner for scanner in self._scanners if scanner.is_triggered(data))

    def _scan_once(self, data: bytes) -> Iterator[Span]:
        decided, position = self._decided, 0
        ahead: list[tuple[int, int] | None] = [(-1, -1)] * len(self._wheres)
        while (span := self._place(data, position, ahead)) is not None:
            first, last = span
            # A pattern sees one byte beyond its match, and so do the guards of a rule.
            key = (last - first, data[first - 1 : first] if first else b"", data[first : last + 1])
            known = decided.get(key)
            if known is not None:
                start, end, entity, rule = known
                yield span_of((first + start, first + end, entity, rule))
                position = max(last, first + 1)
                continue
            match = self._matched(data, first)
            found = None if match is None else self._accepted(data, *match)
            if found is not None:
                yield found
                position = max(last, first + 1)
            else:
                position = behind_first_run(data, first, last)

    def _matched(self, data: bytes, first: int) -> tuple[int, list[tuple[int, int]]] | None:
        """The first rule that matches at a place, with its match.

        A few rules find nearly all there is in a text: each is asked by itself, which takes a tenth of the time.
        """
        for number in (self._last, *self._returning):
            match = self._own(number, data, first)
            if match is not None and (number == 0 or self._earlier(number).at(data, first) < 0):
                self._last = number
                return number, match
        groups = self._union.groups_at(data, first)
        if groups is None:
            return None
        number = next(at for at, group in enumerate(self._groups) if groups[group][0] >= 0)
        self._matches[number] += 1
        if self._matches[number] == _RETURNS and len(self._returning) < _MOST_RETURNING:
            self._returning = tuple(sorted({*self._returning, number}))
        return number, groups[self._groups[number] :]

    def _own(self, number: int, data: bytes, first: int) -> list[tuple[int, int]] | None:
        """The match of one rule at a place."""
        known = self._alone.get(number)
        if known is None:
            scanner = self._scanners[number]
            has_groups = scanner.group_count > 0
            known = self._alone[number] = union_of([scanner.rule], captures=has_groups), has_groups
        pattern, has_groups = known
        if has_groups:
            groups = pattern.groups_at(data, first)
            return None if groups is None else groups[1:]
        end = pattern.at(data, first)
        return None if end < 0 else [(first, end)]

    def _accepted(self, data: bytes, number: int, match: list[tuple[int, int]]) -> Span | None:
        """The finding of the rule that matched, or of a later one that matches at the same place."""
        first, last = match[0]
        scanner = self._scanners[number]
        value = scanner.value(data, match)
        if value is not None:
            found = span_of((*value, scanner.rule.entity, scanner.rule.id))
            is_named = scanner.rule.not_named and data[first - 1 : first] == b"="
            if last - first <= _REMEMBERED and not (scanner.rule.left or is_named):
                self._remember(data, first, last, found)
            return found
        while value is None and number + 1 < len(self._scanners) and self._later(number).at(data, first) >= 0:
            number += 1
            scanner = self._scanners[number]
            value = scanner.value_at(data, first)
        return None if value is None else span_of((*value, scanner.rule.entity, scanner.rule.id))

    def _remember(self, data: bytes, first: int, last: int, found: Span) -> None:
        """Values repeat: the same match between the same bytes is decided once."""
        if len(self._decided) >= _MOST_DECIDED:
            self._decided.clear()
        start, end, entity, rule = found
        key = (last - first, data[first - 1 : first] if first else b"", data[first : last + 1])
        self._decided[key] = (start - first, end - first, entity, rule)


def merged(detectors: Sequence[RuleDetector]) -> RuleDetector:
    """One detector for the rules of several whose findings are rare."""
    entities = dict.fromkeys(entity for each in detectors for entity in each.entities)
    rules = dict.fromkeys(rule for each in detectors for rule in each.rule_ids)
    return RuleDetector("personal-shape", tuple(entities), tuple(rules))
