"""Redacts neighbouring lines of base64 or hex, so that no way to read them shows a value.

Enters: a group of such lines. Leaves: edits, one a line. What one program folded is read as a whole and folded again; a
line that is a text by itself stays one; what another reading still shows is overwritten where it stands.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from diagpack.redact.blocks import folded
from diagpack.redact.blocks.readings import Mark, Readings, blanked
from diagpack.redact.edits import Edit
from diagpack.redact.packed import TooBig, Unpacked, unpack_base64, unpack_hex
from diagpack.redact.spans import Span

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

# A line as it becomes; a line that stays, in which nothing else counts: half a token may stand there.
WRITTEN, READ = "folded", "folded-read"
# How often lines are looked at again after something in them changed.
_ROUNDS = 4
# How often the size of a group is tried as one text, line by line.
_TRIES = 8
# A first line of this size may also hold what neither looks like a text nor has a mark: bare deflate.
_WIDE = 20
# What compressed texts and UTF-16 begin with.
_PACKED = re.compile(rb"H4sI|e[JNA]|(?i:1f8b|78)|[A-Za-z0-9]A[A-Za-z0-9]{2}|.{3}A|//4|/v8|(?i:fffe|feff)")


class Unfolder:
    """Bound to one engine."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._cap = engine.policy.limit("inflate_bytes")

    def edits(self, data: bytes, places: list[folded.Line]) -> Iterator[Edit]:
        """Lines of base64 or hex, so that no reading shows a value: each line alone, and any of them joined."""
        lines = old = [data[start:end] for start, end in places]
        new, read = self._unfolded(lines)
        for _ in range(_ROUNDS):
            if new == lines:
                break
            lines = new
            new, read = self._unfolded(lines)
        whole = {number for first, last in read for number in range(first, last)}
        for number, (place, line) in enumerate(zip(places, lines, strict=True)):
            if line != old[number]:
                yield Edit(*place, line, "", WRITTEN)
            elif number in whole:
                yield Edit(*place, line, "", READ)

    def _unfolded(self, lines: list[bytes]) -> tuple[list[bytes], list[tuple[int, int]]]:
        """The lines as they become; and the runs in which a token was folded, which no line tells by itself."""
        readings = Readings(lines)
        marks = readings.marks(self._engine)
        new, read = self._joined(lines, marks, readings.begins)
        if new == lines and not marks:
            return new, read
        hidden = readings.without(marks)
        for number, line in enumerate(lines):
            if new[number] == line:
                new[number] = self._alone(line, number, marks, is_last=number == len(lines) - 1) or hidden[number]
        return self._without_shapes(self._without_marks(new)), read

    def _joined(
        self, lines: list[bytes], marks: list[Mark], begins: set[int]
    ) -> tuple[list[bytes], list[tuple[int, int]]]:
        """What was folded from one text, and which lines hold it. `begins`: lines that begin like a text."""
        new, read = list(lines), []
        first = behind = 0
        left = _TRIES * sum(map(len, lines))
        while first < len(lines):
            line, last = lines[first], first + 1
            # A text may also begin behind other lines that are as long.
            if first in begins or _PACKED.match(line) or (first >= behind and len(line) >= _WIDE):
                for kind, end in folded.runs(lines, first):
                    behind = max(behind, end)
                    left -= sum(map(len, lines[first:end]))
                    found = self._run(lines, first, end, kind, marks) if left >= 0 else None
                    if found is not None:
                        last = end
                        new[first:last], holds_tokens = found
                        if holds_tokens:
                            read.append((first, last))
                        break
            first = last
        return new, read

    def _run(
        self, lines: list[bytes], first: int, last: int, kind: str, marks: list[Mark]
    ) -> tuple[list[bytes], bool] | None:
        """A run of lines as one text, and whether it stays with tokens in it; None when it is no text."""
        try:
            unpacked = self._unpacked(b"".join(lines[first:last]), kind, is_slot=True)
        except TooBig:
            return list(map(blanked, lines[first:last])), False
        if unpacked is None:
            return None
        packed = self._rewritten(unpacked, _touching(marks, first, last), is_last=last == len(lines))
        if packed is not None:
            is_last = last == len(lines)
            return folded.spread(packed, len(lines[first]), last - first, is_last=is_last), False
        return lines[first:last], next(self._engine.pseudonyms.find(unpacked.text), None) is not None

    def _unpacked(self, run: bytes, kind: str, *, is_slot: bool) -> Unpacked | None:
        return unpack_hex(run, self._cap) if kind == "hex" else unpack_base64(run, self._cap, is_slot=is_slot)

    def _alone(self, line: bytes, number: int, marks: list[Mark], *, is_last: bool) -> bytes | None:
        for kind in folded.kinds(line):
            try:
                unpacked = self._unpacked(line, kind, is_slot=False)
            except TooBig:
                return blanked(line)
            if unpacked is not None:
                return self._rewritten(unpacked, _touching(marks, number, number + 1), is_last=is_last)
        return None

    def _rewritten(self, unpacked: Unpacked, marks: list[Mark] | None, *, is_last: bool) -> bytes | None:
        """Packed again; None where nothing changes, or where it would still show what another reading shows."""
        inside = unpacked.text.decode("utf-8", "surrogateescape")
        new = self._engine.value(inside)
        if new == inside or marks is None:
            return None
        text = new.encode("utf-8", "surrogateescape")
        if any(each.value in text for each in marks):
            return None
        packed = unpacked.pack(text)
        # The next line would go on with the last word.
        is_open = not is_last and not packed.endswith(b"=") and not text.endswith(b"\n")
        return unpacked.pack(text + b"\n") if is_open else packed

    def _without_marks(self, lines: list[bytes]) -> list[bytes]:
        """What another reading still shows is overwritten; where that does not end, all of it."""
        for _ in range(_ROUNDS):
            readings = Readings(lines)
            marks = readings.marks(self._engine)
            if not marks:
                return lines
            lines = readings.without(marks)
            for mark in marks:
                self._engine.tally[f"{mark.entity}/{mark.rule}"] += 1
        return list(map(blanked, lines))

    def _without_shapes(self, lines: list[bytes]) -> list[bytes]:
        """What shows a value without being decoded: nothing else looks at lines that are written here."""
        data = b"\n".join(lines)
        shown = [each for each in _shapes(self._engine, data) if self._engine.counts(data, each)]
        if not shown:
            return lines
        touched: set[int] = set()
        for each in shown:
            touched.update(range(data.count(b"\n", 0, each.start), data.count(b"\n", 0, each.end) + 1))
        return [blanked(line) if number in touched else line for number, line in enumerate(lines)]


def _shapes(engine: "Engine", data: bytes) -> Iterator[Span]:
    yield from engine.scanner.scan(data)
    yield from engine.learned_in(data)


def _touching(marks: list[Mark], first: int, last: int) -> list[Mark] | None:
    """The marks inside of these lines; None when one goes on in another line."""
    found = [each for each in marks if each.first < last and first < each.last]
    return found if all(first <= each.first and each.last <= last for each in found) else None
