"""Lines into records: a timestamped line and everything that belongs to it.

Enters: lines in order. Leaves: records in the order of their first line. A line without a timestamp of its own (a stack
trace, a wrapped message) belongs to the record before it. Container runtimes stamp every line: there the content
decides, and stdout and stderr, which interleave, are put together each by itself.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from diagpack.collectors.logs.clock import Clock, Instant
from diagpack.collectors.logs.levels import ERRORS, level_of
from diagpack.collectors.logs.lines import Line
from diagpack.collectors.logs.stamper import Stamper, without_escapes

LINES_MAX: Final = 400
_CHARACTERS_MAX: Final = 64 << 10
_PENDING_MAX: Final = 64
_CRI = re.compile(r"^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP])(?::\S*)? ?(.*)$")
_COMPOSE = re.compile(r"^([\w.-]{1,60}?)\s+\| ?")
_DATE_HEADER = re.compile(r"^#(?:Start-)?Date:")
_CONTINUES = re.compile(
    r"^(?:\s+\S|\s*$|Caused by:|\.\.\. \d+ (?:more|common)|Suppressed:|During handling of|The above exception"
    r"|Traceback \(most recent call last\)|goroutine \d+|created by |[\w./-]{1,120}\.[\w.()*]{1,80}\([^()]{0,200}\)$"
    r"|\}|\]"
    r"|(?:[\w$]+[.:]+)*(?:[A-Z]\w*)?(?:Exception|Error|Warning|Throwable|KeyboardInterrupt)(?::|$))"
)

_THROWN = re.compile(r"^(?:[\w$]+[.:]+)*(?:[A-Z]\w*)?(?:Exception|Error|Throwable)(?::|$)")


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `lines` counts from the first to the last of its lines, `end` is the byte after the last."""

    line: int
    lines: int
    start: int
    end: int
    time: Instant | None
    level: str | None
    text: str
    stream: str = ""
    is_orphan: bool = False
    """It begins in the middle of a record whose start was not read."""
    invalid_lines: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """A line taken out of its container format."""

    line: Line
    text: str
    stream: str = ""
    is_partial: bool = False
    is_container: bool = False


@dataclass(slots=True)
class _Open:
    """A record that may still grow."""

    first: Line
    last: Line
    time: Instant | None
    stream: str
    is_orphan: bool
    texts: list[str] = field(default_factory=list)
    characters: int = 0
    left_out: int = 0
    invalid: int = 0
    ends_partial: bool = False
    is_closed: bool = False

    def add(self, piece: _Piece, *, is_wanted: bool = False) -> None:
        self.last = piece.line
        self.invalid += not piece.line.is_valid
        if self.ends_partial and self.texts:
            self.texts[-1] += piece.text
        elif is_wanted or (len(self.texts) < LINES_MAX and self.characters < _CHARACTERS_MAX):
            if self.left_out and is_wanted:
                self.texts.append(f"[… {self.left_out:,} lines not shown …]")
                self.left_out = 0
            self.texts.append(piece.text)
        else:
            self.left_out += 1
        self.characters += len(piece.text)
        self.ends_partial = piece.is_partial and self.characters < _CHARACTERS_MAX

    def is_failing(self) -> bool:
        """Whether an exception line would be the next line of this record rather than a message of its own."""
        return level_of(self.texts[0]) in ERRORS or any(each.startswith("Traceback (") for each in self.texts)

    def record(self) -> Record:
        texts = [*self.texts, f"[… {self.left_out:,} lines not shown …]"] if self.left_out else self.texts
        text = "\n".join(texts).rstrip()
        count = self.last.number - self.first.number + 1
        return Record(
            self.first.number,
            count,
            self.first.start,
            self.last.end,
            self.time,
            level_of(text),
            text,
            self.stream,
            self.is_orphan,
            self.invalid,
        )


class RecordReader:
    """Puts lines together. `wanted` holds line numbers that are never left out of a long record."""

    def __init__(self, stamper: Stamper, clock: Clock, wanted: frozenset[int] = frozenset()) -> None:
        self._stamper, self._clock, self._wanted = stamper, clock, wanted
        self._order: deque[_Open] = deque()
        self._open: dict[str, _Open] = {}

    def read(self, lines: Iterable[Line], *, from_start: bool) -> Iterator[Record]:
        """Records. Without `from_start`, lines before the first timestamp belong to a record that was not read."""
        has_begun = from_start
        for line in lines:
            piece = _unpacked(line)
            instant = self._time(piece)
            if self._continues(piece, instant):
                self._open[piece.stream].add(piece, is_wanted=line.number in self._wanted)
                continue
            has_begun = has_begun or instant is not None
            self._begin(piece, instant, is_orphan=not has_begun)
            yield from self._finished()
        for each in self._order:
            yield each.record()
        self._order.clear()

    def _time(self, piece: _Piece) -> Instant | None:
        if _DATE_HEADER.match(piece.text):
            self._set_date(piece.text)
            return None
        reading = self._stamper.read(piece.line.text)
        return self._clock.instant(reading) if reading else None

    def _set_date(self, text: str) -> None:
        """A W3C log states the date again after each restart, for lines that hold only a time."""
        header = Clock.of(text, anchor=self._clock.anchor)
        if header.header_date is not None:
            self._clock = replace(self._clock, header_date=header.header_date)

    def _continues(self, piece: _Piece, instant: Instant | None) -> bool:
        previous = self._open.get(piece.stream)
        if previous is None:
            return False
        if previous.ends_partial:
            return True
        # Bounded: patterns that look to the end of a line must not meet a hostile one of 8 KiB.
        head = piece.text[:400]
        if piece.is_container:
            if _THROWN.match(head):
                return previous.is_failing()
            return bool(_CONTINUES.match(head))
        if instant is not None:
            return False
        if piece.text.startswith("#") and previous.time is None:
            return False  # header lines each stand by themselves
        if previous.time is not None or previous.is_orphan:
            return self._stamper.knows_a_format or bool(_CONTINUES.match(head))
        return bool(_CONTINUES.match(head))

    def _begin(self, piece: _Piece, instant: Instant | None, *, is_orphan: bool) -> None:
        previous = self._open.get(piece.stream)
        if previous is not None:
            previous.is_closed = True
        opened = _Open(piece.line, piece.line, instant, piece.stream, is_orphan)
        opened.add(piece)
        self._open[piece.stream] = opened
        self._order.append(opened)

    def _finished(self) -> Iterator[Record]:
        while self._order and (self._order[0].is_closed or len(self._order) > _PENDING_MAX):
            first = self._order.popleft()
            if self._open.get(first.stream) is first:
                del self._open[first.stream]
            yield first.record()


def _unpacked(line: Line) -> _Piece:
    text = without_escapes(line.text)
    if match := _CRI.match(text):
        return _Piece(line, match[4], f"cri {match[2]}", match[3] == "P", True)
    if text.startswith('{"') and '"log":' in text[:20_000] and '"stream":' in text:
        return _docker(line, text)
    if match := _COMPOSE.match(text):
        return _Piece(line, text, match[1])
    return _Piece(line, text)


def _docker(line: Line, text: str) -> _Piece:
    try:
        document = json.loads(text)
        content, stream = document["log"], document["stream"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return _Piece(line, text)
    if not isinstance(content, str) or not isinstance(stream, str):
        return _Piece(line, text)
    return _Piece(line, content.rstrip("\n"), f"docker {stream}", not content.endswith("\n"), True)
