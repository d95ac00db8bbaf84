"""A detector made of rules of one file.

Enters: rule ids. Leaves: a detector whose patterns are read and compiled at its first scan, so importing it is cheap.
"""

from collections.abc import Iterator
from functools import cached_property

from diagpack.redact.detectors._engine import Rank, RuleScanner
from diagpack.redact.rulebook import load_rules
from diagpack.redact.spans import Span


class RuleDetector:
    """Runs some rules of `rules/<file>.yaml`, each over the whole chunk."""

    rank = Rank.PERSONAL

    def __init__(self, id: str, entities: tuple[str, ...], rules: tuple[str, ...], *, file: str = "personal") -> None:
        self.id = id
        self.entities = entities
        self._names = rules
        self._file = file

    @cached_property
    def _scanners(self) -> tuple[RuleScanner, ...]:
        by_id = {rule.id: rule for rule in load_rules(self._file)}
        return tuple(RuleScanner(by_id[name]) for name in self._names)

    @cached_property
    def structural_rules(self) -> frozenset[str]:
        """Rules whose match names the value by key; they outrank protected identifiers."""
        return frozenset(each.rule.id for each in self._scanners if each.rule.structural)

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        lowered: bytes | None = None
        for scanner in self._scanners:
            rule = scanner.rule
            if rule.keywords:
                lowered = data.lower() if lowered is None and not rule.is_case_sensitive else lowered
                text = data if rule.is_case_sensitive else lowered or b""
                if not any(keyword.encode() in text for keyword in rule.keywords):
                    continue
            for start, end in scanner.values(data):
                yield Span(start, end, rule.entity, rule.id)
