"""Applies the portable rules with RE2: compile, match, extend, validate.

Enters: a rule and a chunk of bytes. Leaves: (start, end) of each value. RE2 keeps every pattern linear in the input;
a pattern without captures and with one byte a character is what makes it fast (measured: 500 MB/s and more).
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Any, Final

import re2

from diagpack.redact.detectors._validators import TRIMMERS, VALIDATORS
from diagpack.redact.rulebook import LEFT_LIMIT, Rule

# 8 MB, RE2's default, makes the lazy automaton start over on long alternations; 64 MB is used only when needed.
_MAX_MEM: Final = 64 << 20
_ANYWHERE: Final = re2._re2.RE2.Anchor.UNANCHORED
_HERE: Final = re2._re2.RE2.Anchor.ANCHOR_START


class Rank(IntEnum):
    """Who wins where findings overlap: the smaller number."""

    STRUCTURAL = 0
    PROTECTED = 1
    VENDOR = 2
    PERSONAL = 3


class Pattern:
    """An RE2 pattern over bytes that answers with offsets.

    The module's own match objects cost more than most matches; this calls the compiled expression below them.
    """

    __slots__ = ("_match",)

    def __init__(self, compiled_by_re2: Any) -> None:
        self._match = compiled_by_re2._regexp.Match

    def find(self, data: bytes, position: int = 0, end: int | None = None) -> tuple[int, int] | None:
        """(start, end) of the first match at or after `position`."""
        span: tuple[int, int] = self._match(_ANYWHERE, data, position, len(data) if end is None else end)[0]
        return None if span[0] < 0 else span

    def at(self, data: bytes, position: int) -> int:
        """The end of a match that starts exactly at `position`, or -1."""
        end: int = self._match(_HERE, data, position, len(data))[0][1]
        return end

    def groups(self, data: bytes, position: int = 0) -> list[tuple[int, int]] | None:
        """Offsets of the first match and of its groups; the pattern must be compiled with captures."""
        spans: list[tuple[int, int]] = self._match(_ANYWHERE, data, position, len(data))
        return None if spans[0][0] < 0 else spans

    def spans(self, data: bytes, position: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """(start, end) of every match, left to right; empty matches are skipped."""
        match, limit = self._match, len(data) if end is None else end
        while position <= limit:
            start, stop = match(_ANYWHERE, data, position, limit)[0]
            if start < 0:
                return
            if stop > start:
                yield start, stop
            position = max(stop, start + 1)


def compiled(pattern: str, *, ignore_case: bool = False, captures: bool = False) -> Pattern:
    """An RE2 pattern over bytes. Raises re2.error for syntax outside RE2."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MAX_MEM
    options.log_errors = False
    options.case_sensitive = not ignore_case
    options.never_capture = not captures
    return Pattern(re2.compile(pattern.encode("ascii"), options))


class RuleScanner:
    """One rule, compiled on first use."""

    __slots__ = ("_after", "_before", "_left", "_pattern", "_trim", "_validators", "rule")

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._pattern: Pattern | None = None
        self._left = character_class(rule.left)
        self._before = character_class(rule.not_before)
        self._after = character_class(rule.not_after)
        self._trim = TRIMMERS[rule.trim] if rule.trim else None
        self._validators = tuple((VALIDATORS[name], argument) for name, argument in rule.validators)

    def values(self, data: bytes) -> Iterator[tuple[int, int]]:
        """(start, end) of each accepted value, in order."""
        if self._pattern is None:
            rule = self.rule
            self._pattern = compiled(rule.pattern, ignore_case=not rule.is_case_sensitive, captures=rule.group > 0)
        pattern, group, position, size = self._pattern, self.rule.group, 0, len(data)
        while position <= size:
            match = pattern.groups(data, position)
            if match is None:
                return
            first, last = match[0]
            start, end = match[group]
            if self._left:
                start = walk_left(data, start, self._left)
            if self._trim is not None:
                end = start + self._trim(data[start:end])
            if start < end and self._is_accepted(data, start, end):
                yield start, end
                position = max(last, first + 1)
            else:
                position = behind_first_run(data, first, last)

    def _is_accepted(self, data: bytes, start: int, end: int) -> bool:
        if self._before and start and data[start - 1] in self._before:
            return False
        if self._after and end < len(data) and data[end] in self._after:
            return False
        value = data[start:end]
        return all(check(value, argument) for check, argument in self._validators)


def character_class(text: str) -> frozenset[int]:
    """The bytes of a class such as `A-Za-z0-9_.` (no escapes but `\\x80-\\xff`, `\\-` and `\\\\`)."""
    if not text:
        return frozenset()
    pattern = compiled(f"[{text}]")
    return frozenset(byte for byte in range(256) if pattern.at(bytes([byte]), 0) == 1)


def walk_left(data: bytes, start: int, allowed: frozenset[int], limit: int = LEFT_LIMIT) -> int:
    """The leftmost position reachable from `start` over allowed bytes."""
    floor = max(0, start - limit)
    while start > floor and data[start - 1] in allowed:
        start -= 1
    return start


def behind_first_run(data: bytes, start: int, end: int) -> int:
    """Where to go on after a rejected match: behind its first run of letters and digits, at least one byte on."""
    position = start
    while position < end and _is_alphanumeric(data[position]):
        position += 1
    return max(position, start + 1)


def _is_alphanumeric(byte: int) -> bool:
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122
