"""Applies the portable rules with RE2: compile, match, extend, validate.

Enters: a rule and a chunk of bytes. Leaves: (start, end) of each value. RE2 keeps every pattern linear in the input;
a pattern without captures and with one byte a character is what makes it fast (measured: 500 MB/s and more).
"""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any, Final

import re2

from diagpack.redact.detectors._validators import TRIMMED_HEADS, TRIMMERS, VALIDATORS
from diagpack.redact.rulebook import LEFT_LIMIT, RESCAN_LIMIT, Rule, words_of

# 8 MB, RE2's default, makes the lazy automaton start over on long alternations; 64 MB is used only when needed.
_MAX_MEM: Final = 64 << 20
# Values repeat: the verdicts of so many short ones are kept for each rule.
_MOST_VERDICTS: Final = 20_000
_REMEMBERED: Final = 64
_ANYWHERE: Final = re2._re2.RE2.Anchor.UNANCHORED
_HERE: Final = re2._re2.RE2.Anchor.ANCHOR_START


_NAME_BYTES: Final = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.-")
_LONGEST_NAME: Final = 64
_IS_HEX: Final = re.compile(rb"[0-9A-Fa-f]+")
# An opening bracket that captures: not escaped, not `(?:`, not inside a class (no rule puts one there).
_ALPHANUMERIC: Final = re.compile(rb"[0-9A-Za-z]+")
_GROUP: Final = re.compile(r"(?<!\\)\((?!\?)")


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

    __slots__ = ("group_count", "match")

    def __init__(self, compiled_by_re2: Any) -> None:
        self.match = compiled_by_re2._regexp.Match
        self.group_count: int = compiled_by_re2.groups

    def find(self, data: bytes, position: int = 0, end: int | None = None) -> tuple[int, int] | None:
        """(start, end) of the first match at or after `position`."""
        span: tuple[int, int] = self.match(_ANYWHERE, data, position, len(data) if end is None else end)[0]
        return None if span[0] < 0 else span

    def at(self, data: bytes, position: int) -> int:
        """The end of a match that starts exactly at `position`, or -1."""
        end: int = self.match(_HERE, data, position, len(data))[0][1]
        return end

    def groups(self, data: bytes, position: int = 0) -> list[tuple[int, int]] | None:
        """Offsets of the first match and of its groups; the pattern must be compiled with captures."""
        spans: list[tuple[int, int]] = self.match(_ANYWHERE, data, position, len(data))
        return None if spans[0][0] < 0 else spans

    def groups_at(self, data: bytes, position: int) -> list[tuple[int, int]] | None:
        """Offsets of a match that starts exactly at `position`, and of its groups."""
        spans: list[tuple[int, int]] = self.match(_HERE, data, position, len(data))
        return None if spans[0][0] < 0 else spans

    def spans(self, data: bytes, position: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """(start, end) of every match, left to right; empty matches are skipped."""
        match, limit = self.match, len(data) if end is None else end
        while position <= limit:
            start, stop = match(_ANYWHERE, data, position, limit)[0]
            if start < 0:
                return
            if stop > start:
                yield start, stop
            position = max(stop, start + 1)


def options(*, ignore_case: bool = False, captures: bool = False) -> Any:
    """How RE2 reads bytes here."""
    chosen = re2.Options()
    chosen.encoding = re2.Options.Encoding.LATIN1
    chosen.max_mem = _MAX_MEM
    chosen.log_errors = False
    chosen.case_sensitive = not ignore_case
    chosen.never_capture = not captures
    return chosen


def compiled(pattern: str, *, ignore_case: bool = False, captures: bool = False) -> Pattern:
    """An RE2 pattern over bytes. Raises re2.error for syntax outside RE2."""
    return Pattern(re2.compile(pattern.encode("ascii"), options(ignore_case=ignore_case, captures=captures)))


def union_of(rules: Iterable[Rule], *, captures: bool = False) -> Pattern:
    """One pattern that matches wherever one of the rules does; the flags of each stay its own.

    With captures, each alternative is a group, followed by the groups of its rule.
    """
    return compiled(union_source(rules, captures=captures), captures=captures)


def union_source(rules: Iterable[Rule], *, captures: bool = False) -> str:
    """The same as text."""
    opening = "(" if captures else "(?:"
    parts = [f"{opening}{f'(?i:{_sought(each)})' if 'i' in each.flags else _sought(each)})" for each in rules]
    return "|".join(parts)


def _sought(rule: Rule) -> str:
    """The pattern of a rule, without matches that its trimmer cuts down to nothing whatever stands around them.

    Such a match starts at a word boundary, so nothing else is found in its first run of letters and digits either.
    """
    head, better = TRIMMED_HEADS.get(rule.trim, ("", ""))
    return rule.pattern.replace(head, better, 1) if head and rule.pattern.startswith(rf"\b{head}") else rule.pattern


class RuleScanner:
    """One rule, compiled on first use."""

    __slots__ = (
        "_after",
        "_before",
        "_has_letters",
        "_is_whole",
        "_keywords",
        "_left",
        "_named",
        "_pattern",
        "_trim",
        "_validators",
        "_verdicts",
        "rule",
    )

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._pattern: Pattern | None = None
        self._keywords = tuple(keyword.encode() for keyword in rule.keywords)
        self._has_letters = any(keyword.upper() != keyword for keyword in self._keywords)
        self._left = bytes(character_class(rule.left))
        self._before = character_class(rule.not_before)
        self._after = character_class(rule.not_after)
        self._named = frozenset(rule.not_named)
        self._trim = TRIMMERS[rule.trim] if rule.trim else None
        self._validators = tuple((VALIDATORS[name], argument) for name, argument in rule.validators)
        self._verdicts: dict[bytes, bool] = {}
        # Whether the value is the whole match.
        self._is_whole = not (rule.group or self._left or self._trim or self._named)

    def is_triggered(self, data: bytes) -> bool:
        """Whether a keyword of the rule stands in the chunk, or it needs none."""
        if not self._keywords:
            return True
        text = lower_case(data) if self._has_letters else data
        return any(keyword in text for keyword in self._keywords)

    @property
    def group_count(self) -> int:
        """How many groups the pattern has."""
        return _GROUP.subn("", self.rule.pattern)[1]

    @property
    def pattern(self) -> Pattern:
        """The compiled pattern."""
        if self._pattern is None:
            rule = self.rule
            self._pattern = compiled(rule.pattern, ignore_case=not rule.is_case_sensitive, captures=rule.group > 0)
        return self._pattern

    def values(self, data: bytes) -> Iterator[tuple[int, int]]:
        """(start, end) of each accepted value, in order."""
        return self._whole_matches(data) if self._is_whole else self._parts(data)

    def _parts(self, data: bytes) -> Iterator[tuple[int, int]]:
        groups, position, size = self.pattern.groups, 0, len(data)
        while position <= size:
            match = groups(data, position)
            if match is None:
                return
            value = self.value(data, match)
            first, last = match[0]
            if value is not None:
                yield value
                position = max(last, first + 1)
            else:
                position = behind_first_run(data, first, last)

    def _whole_matches(self, data: bytes) -> Iterator[tuple[int, int]]:
        """The same for a rule whose value is the whole match."""
        match, position, size = self.pattern.match, 0, len(data)
        before, after, verdicts, is_valid = self._before, self._after, self._verdicts, self._is_valid
        while position <= size:
            first, last = match(_ANYWHERE, data, position, size)[0]
            if first < 0:
                return
            is_cut = (before and first and data[first - 1] in before) or (after and last < size and data[last] in after)
            if first < last and not is_cut and (verdicts.get(value := data[first:last]) or is_valid(value)):
                yield first, last
                position = last
            else:
                position = behind_first_run(data, first, last)

    def value_at(self, data: bytes, position: int) -> tuple[int, int] | None:
        """The accepted value of a match that starts exactly at `position`."""
        match = self.pattern.groups_at(data, position)
        return None if match is None else self.value(data, match)

    def value(self, data: bytes, match: list[tuple[int, int]]) -> tuple[int, int] | None:
        """The accepted value of one match, or None."""
        start, end = match[self.rule.group]
        if self._left:
            start = walk_left(data, start, self._left)
        if self._trim is not None:
            end = start + self._trim(data[start:end])
        return (start, end) if start < end and self._is_accepted(data, start, end) else None

    def _is_accepted(self, data: bytes, start: int, end: int) -> bool:
        if self._before and start and data[start - 1] in self._before:
            return False
        if self._after and end < len(data) and data[end] in self._after:
            return False
        if self._named and data[start - 1 : start] == b"=" and says(name_before(data, start - 1), self._named):
            return False
        return not self._validators or self._is_valid(data[start:end])

    def _is_valid(self, value: bytes) -> bool:
        verdict = self._verdicts.get(value)
        if verdict is None:
            verdict = all(check(value, argument) for check, argument in self._validators)
            if len(value) <= _REMEMBERED:
                if len(self._verdicts) >= _MOST_VERDICTS:
                    self._verdicts.clear()
                self._verdicts[value] = verdict
        return verdict


_lowered: list[tuple[bytes, bytes]] = [(b"", b"")]


def lower_case(data: bytes) -> bytes:
    """The chunk in lower case; kept for the detectors that ask for the same chunk in turn."""
    known, lowered = _lowered[0]
    if known is not data:
        lowered = data.lower()
        _lowered[0] = data, lowered
    return lowered


def character_class(text: str) -> frozenset[int]:
    """The bytes of a class such as `A-Za-z0-9_.` (no escapes but `\\x80-\\xff`, `\\-` and `\\\\`)."""
    if not text:
        return frozenset()
    pattern = compiled(f"[{text}]")
    return frozenset(byte for byte in range(256) if pattern.at(bytes([byte]), 0) == 1)


def walk_left(data: bytes, start: int, allowed: bytes, limit: int = LEFT_LIMIT) -> int:
    """The leftmost position reachable from `start` over allowed bytes."""
    floor = max(0, start - limit)
    return behind_escape(data, floor + len(data[floor:start].rstrip(allowed)), start)


def name_before(data: bytes, end: int) -> str:
    """The name that ends at a position: letters, digits, `_`, `.` and `-`, the last 64 of them."""
    start, floor = end, max(0, end - _LONGEST_NAME)
    while start > floor and data[start - 1] in _NAME_BYTES:
        start -= 1
    return data[start:end].decode("ascii")


def says(name: str, words: frozenset[str]) -> bool:
    """Whether one of the words is in a name, or it ends as the name of an identifier does."""
    parts = words_of(name)
    return bool(parts) and (parts[-1].endswith(("id", "ids")) or not words.isdisjoint(parts))


def behind_escape(data: bytes, start: int, limit: int) -> int:
    """Behind the digits of an escape whose `%` (`%40`, `%2540`) or backslash (`\\u0022`, `\\n`) stands in front."""
    before = data[start - 1 : start]
    if before == b"\\":
        if data[start : start + 1] == b"u" and _IS_HEX.fullmatch(data, start + 1, start + 5) and start + 5 < limit:
            return start + 5
        return start + 1 if data[start : start + 1] in (b"n", b"r", b"t") and start + 1 < limit else start
    if before != b"%":
        return start
    digits = 4 if data[start : start + 2] == b"25" else 2
    behind = start + digits
    return behind if behind < limit and _IS_HEX.fullmatch(data, start, behind) else start


def behind_first_run(data: bytes, start: int, end: int) -> int:
    """Where to go on after a rejected match: behind its first run of letters and digits, at least one byte on.

    Behind a long match, at its end: reading it again from each of its parts would take quadratic time.
    """
    if end - start > RESCAN_LIMIT:
        return end
    run = _ALPHANUMERIC.match(data, start, end)
    return max(run.end() if run else start, start + 1)
