"""Redacts neighbouring lines of base64 or hex, so that no way to read them shows a value.

Enters: a group of such lines. Leaves: edits, one a line. What one program folded is read as a whole and folded again; a
line that is a text by itself stays one; what another reading still shows is overwritten where it stands.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from diagpack.redact.blocks import folded
from diagpack.redact.blocks.readings import Mark, Readings, blanked
from diagpack.redact.edits import Edit
from diagpack.redact.json_text import Document, TooDeep
from diagpack.redact.packed import TooBig, Unpacked, unpack_base64, unpack_hex
from diagpack.redact.spans import Span
from diagpack.redact.walk_markup import is_markup

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

# A line as it becomes; a line that stays, in which nothing else counts: half a token may stand there.
WRITTEN, READ = "folded", "folded-read"
# How often lines are looked at again after something in them changed.
_ROUNDS = 4
# How often the size of a group is tried as one text, line by line.
_TRIES = 8
# So many lines of the piece before are read once more; a text of this size may be one of several pieces.
_CONTEXT = 8
_PIECE = 4096
# Characters of the next piece in which a value may end that begins in those lines: a private key has 2,000.
_REACH = 8192
# A first line of this size may also hold what neither looks like a text nor has a mark: bare deflate.
_WIDE = 20
# What compressed texts and UTF-16 begin with.
_PACKED = re.compile(rb"H4sI|e[JNA]|(?i:1f8b|78)|[A-Za-z0-9]A[A-Za-z0-9]{2}|.{3}A|//4|/v8|(?i:fffe|feff)")


@dataclass(slots=True)
class _Found:
    """`lines` as they become. `read`: numbers of lines in which nothing else counts: half a token may stand there.

    `documents`: numbers of lines in which a walker decided what stays, each with the first line of its document.
    """

    lines: list[bytes]
    read: set[int] = field(default_factory=set)
    documents: dict[int, int] = field(default_factory=dict)

    def open(self, marks: Iterable[Mark]) -> list[Mark]:
        """The marks that are not inside of one document."""
        inside = self.documents.get
        return [each for each in marks if inside(each.first) is None or inside(each.first) != inside(each.last - 1)]


class Unfolder:
    """Bound to one engine."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._cap = engine.policy.limit("inflate_bytes")
        # The last lines of the piece before, as they were.
        self._before: list[bytes] = []
        # The last lines that were read, and what showed in them: the next look begins with the same ones.
        self._known: tuple[list[bytes], Readings, list[Mark]] | None = None

    @property
    def is_open(self) -> bool:
        """Whether lines at the end of the last piece may go on in the next one."""
        return bool(self._before)

    def pass_by(self, data: bytes) -> None:
        """A piece without two lines to join: its last one may be the first of such lines."""
        self._before = folded.last_lines(data, _CONTEXT) if len(data) >= _PIECE else []

    def piece(self, data: bytes) -> Iterator[Edit]:
        """All groups of lines of the next piece."""
        before = self._before
        self.pass_by(data)
        # Each piece asks for itself: the second pass must know what was read in it.
        self._known = None
        for places in folded.groups(data):
            is_first = not data[: places[0][0]].strip(b" \t>\"'")
            yield from self.edits(data, places, before if is_first else [])
            if is_first:
                before = []
        if before and (place := folded.first_line(data)) is not None:
            yield from self.edits(data, [place], before)

    def edits(self, data: bytes, places: list[folded.Line], before: Sequence[bytes] = ()) -> Iterator[Edit]:
        """Lines of base64 or hex, so that no reading shows a value: each line alone, and any of them joined."""
        lines = old = [data[start:end] for start, end in places]
        found = self._unfolded(lines)
        for _ in range(_ROUNDS):
            if found.lines == lines:
                break
            lines = found.lines
            found = self._unfolded(lines)
        if before:
            lines = self._behind(before, lines)
        for number, (place, line) in enumerate(zip(places, lines, strict=True)):
            if line != old[number]:
                yield Edit(*place, line, "", WRITTEN)
            elif number in found.read:
                yield Edit(*place, line, "", READ)

    def _unfolded(self, lines: list[bytes]) -> "_Found":
        """The lines as they become."""
        readings, marks = self._read(lines)
        found = self._joined(lines, _Places(marks), readings.begins)
        marks = found.open(marks)
        if found.lines == lines and not marks:
            return found
        hidden = readings.without(marks)
        places = _Places(marks)
        for number, line in enumerate(lines):
            if number in found.documents or found.lines[number] != line:
                continue
            is_last = number == len(lines) - 1
            found.lines[number] = self._alone(line, number, places, found, is_last=is_last) or hidden[number]
        found.lines = self._without_shapes(self._without_marks(found))
        return found

    def _read(self, lines: list[bytes]) -> tuple[Readings, list[Mark]]:
        """All readings of some lines, with what shows in them."""
        if self._known is None or self._known[0] != lines:
            readings = Readings(lines)
            self._known = list(lines), readings, readings.marks(self._engine)
        return self._known[1:]

    def _behind(self, before: Sequence[bytes], lines: list[bytes]) -> list[bytes]:
        """The lines without what shows a value together with those at the end of the last piece, which were written."""
        near = next((number for number, size in enumerate(accumulate(map(len, lines)), 1) if size > _REACH), len(lines))
        readings = Readings([*before, *lines[:near]])
        marks = [each for each in readings.marks(self._engine) if each.last > len(before)]
        for mark in marks:
            self._engine.tally[f"{mark.entity}/{mark.rule}"] += 1
        return [*readings.without(marks)[len(before) :], *lines[near:]]

    def _joined(self, lines: list[bytes], marks: "_Places", begins: set[int]) -> "_Found":
        """What was folded from one text. `begins`: lines that begin like a text."""
        found = _Found(list(lines))
        first = behind = 0
        sums = list(accumulate(map(len, lines), initial=0))
        left = _TRIES * sums[-1]
        runs = folded.Runs(lines)
        # When no more is tried, nothing more is found.
        while first < len(lines) and left >= 0:
            line, last = lines[first], first + 1
            # A text may also begin behind other lines that are as long.
            if first in begins or _PACKED.match(line) or (first >= behind and len(line) >= _WIDE):
                for kind, end in runs.behind(first):
                    behind = max(behind, end)
                    left -= sums[end] - sums[first]
                    if left >= 0 and self._run(found, first, end, kind, marks):
                        is_settled = found.lines[first:end] != lines[first:end] or first in found.read
                        # Where nothing was found, another text may begin with the shorter line.
                        last = end if is_settled or len(lines[end - 1]) == len(line) else end - 1
                        break
            first = last
        return found

    def _run(self, found: "_Found", first: int, last: int, kind: str, marks: "_Places") -> bool:
        """Whether a run of lines is one text, which is redacted then."""
        lines = found.lines[first:last]
        try:
            unpacked = self._unpacked(b"".join(lines), kind, is_slot=True)
        except TooBig:
            found.lines[first:last] = map(blanked, lines)
            return True
        if unpacked is None:
            return False
        is_last = last == len(found.lines)
        is_document = self._is_document(unpacked)
        touching = marks.touching(first, last)
        packed = self._rewritten(unpacked, [] if touching and is_document else touching, is_last=is_last)
        if packed is not None:
            found.lines[first:last] = folded.spread(packed, len(lines[0]), last - first, is_last=is_last)
        if is_document and touching is not None:
            found.documents.update(dict.fromkeys(range(first, last), first))
        if is_document or next(self._engine.pseudonyms.find(unpacked.text), None) is not None:
            found.read.update(range(first, last))
        return True

    def _is_document(self, unpacked: Unpacked) -> bool:
        """Whether a walker decides what stays in it, as in a message of SAML."""
        text = unpacked.text.decode("utf-8", "surrogateescape")
        if is_markup(text):
            return True
        if text.lstrip()[:1] not in ("{", "["):
            return False
        try:
            Document().loads(text)
        except (ValueError, TooDeep):
            return False
        return True

    def _unpacked(self, run: bytes, kind: str, *, is_slot: bool) -> Unpacked | None:
        return unpack_hex(run, self._cap) if kind == "hex" else unpack_base64(run, self._cap, is_slot=is_slot)

    def _alone(self, line: bytes, number: int, marks: "_Places", found: "_Found", *, is_last: bool) -> bytes | None:
        for kind in folded.kinds(line):
            try:
                unpacked = self._unpacked(line, kind, is_slot=False)
            except TooBig:
                return blanked(line)
            if unpacked is not None:
                touching = marks.touching(number, number + 1)
                if touching is None or not self._is_document(unpacked):
                    return self._rewritten(unpacked, touching, is_last=is_last)
                found.documents[number] = number
                found.read.add(number)
                return self._rewritten(unpacked, [], is_last=is_last) or line
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

    def _without_marks(self, found: "_Found") -> list[bytes]:
        """What another reading still shows is overwritten; where that does not end, all of it."""
        lines = found.lines
        for _ in range(_ROUNDS):
            readings, marks = self._read(lines)
            marks = found.open(marks)
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


class _Places:
    """Marks by the lines they stand in."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self._by_line: dict[int, list[Mark]] = {}
        for mark in marks:
            for number in range(mark.first, mark.last):
                self._by_line.setdefault(number, []).append(mark)

    def touching(self, first: int, last: int) -> list[Mark] | None:
        """The marks inside of these lines; None when one goes on in another line."""
        found = dict.fromkeys(each for number in range(first, last) for each in self._by_line.get(number, ()))
        return list(found) if all(first <= each.first and each.last <= last for each in found) else None
