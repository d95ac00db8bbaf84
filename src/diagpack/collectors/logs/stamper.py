"""Which timestamp of a line is the line's own: learned once per file, then applied to every line.

Enters: sample lines. Leaves: a `Stamper`, whose `read` gives a line's `Reading` or None (a continuation line).
Many lines hold several timestamps (a file name, a session start, an expiry). The one that is on most lines, differs
from line to line and never runs backwards is the record's own; the earliest in the line wins only between equals.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from diagpack.collectors.logs.json_times import keyed_time, object_in, time_in, time_in_broken
from diagpack.collectors.logs.shapes import DAY_FIRST_SLASH, SHAPES, Reading, Shape

HEAD: Final = 260
"""Characters of a line that are searched; JSON lines are searched whole."""
SAMPLE_LINES: Final = 1_000
_ANSI = re.compile(r"\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_NTH: Final = 3
_SLOTS: Final = 6
_SECONDARY: Final = 0.55
_YEARLESS: Final = 0.6
_JSON: Final = "json"
_KEYED: Final = "logfmt"


def without_escapes(text: str) -> str:
    """A line without terminal colour codes, which would hide a date, an ID or an e-mail address from every pattern."""
    return _ANSI.sub("", text) if "\x1b" in text else text


@dataclass(frozen=True, slots=True)
class _Slot:
    """The n-th timestamp of one shape in a line, and how far from the line's start it was seen."""

    shape: Shape
    nth: int
    furthest: int

    def read(self, text: str) -> Reading | None:
        match = next(islice(self.shape.pattern.finditer(text), self.nth, None), None)
        if match is None or match.start() > self.furthest + 80:
            return None
        return self.shape.read(self.shape.name, match)


@dataclass(frozen=True, slots=True)
class Stamper:
    """A file's way of writing timestamps. Without slots every line is searched for every shape."""

    slots: tuple[_Slot, ...] = ()
    is_json: bool = False
    is_indented: bool = False
    is_keyed: bool = False
    seen: tuple[int, int, int] | None = None
    """A full date of the same day beside one without a year: year, month, day."""

    @property
    def knows_a_format(self) -> bool:
        return bool(self.slots) or self.is_json or self.is_keyed

    @classmethod
    def learn(cls, lines: Iterable[str]) -> "Stamper":
        """From the first lines of a file."""
        sample = [without_escapes(each) for each in islice(lines, SAMPLE_LINES)]
        found = _candidates(sample)
        slots, keys = _ranked(found)
        stamped = {index for readings in found.values() for index, _ in readings}
        indented = sum(1 for index in stamped if sample[index][:1] in (" ", "\t"))
        return cls(slots, _JSON in keys, indented * 2 > len(stamped), _KEYED in keys, _full_date(found, slots))

    def read(self, line: str) -> Reading | None:
        """The line's own timestamp; None when it carries none."""
        text = without_escapes(line)
        if text[:1] in (" ", "\t") and not self.is_indented:
            return None
        if self.is_json or not self.knows_a_format:
            reading = _json_reading(text)
            if reading is not None:
                return reading
        if self.is_keyed:
            reading = keyed_time(text)
            if reading is not None:
                return reading
        head = text[:HEAD]
        for slot in self.slots:
            reading = slot.read(head)
            if reading is not None:
                return reading
        return _earliest(head, 30, is_known=True) if self.knows_a_format else _earliest(head, HEAD)


_Found = dict[tuple[str, int], list[tuple[int, Reading]]]


def _candidates(sample: Sequence[str]) -> _Found:
    """Every reading of every shape, with the number of its line."""
    found: _Found = defaultdict(list)
    for index, text in enumerate(sample):
        reading = _json_reading(text)
        if reading is not None:
            found[_JSON, 0].append((index, reading))
            continue
        if "=" in text and (reading := keyed_time(text)) is not None:
            found[_KEYED, 0].append((index, reading))
        head = text[:HEAD]
        for shape in SHAPES:
            for nth, match in enumerate(islice(shape.pattern.finditer(head), _NTH)):
                reading = shape.read(shape.name, match)
                if reading is not None:
                    found[shape.name, nth].append((index, reading))
    if _is_day_first(sample):
        for key in [each for each in found if each[0] == "us-slash"]:
            found[DAY_FIRST_SLASH.name, key[1]] = found.pop(key)
    return found


def _is_day_first(sample: Sequence[str]) -> bool:
    pattern = DAY_FIRST_SLASH.pattern
    return any(int(match["mo"]) > 12 for text in sample for match in islice(pattern.finditer(text[:HEAD]), _NTH))


def _ranked(found: _Found) -> tuple[tuple[_Slot, ...], frozenset[str]]:
    """The best candidate, then the best for the lines it leaves, and so on."""
    shapes = {each.name: each for each in (*SHAPES, DAY_FIRST_SLASH)}
    order = [*shapes, _JSON, _KEYED]
    left = {index for readings in found.values() for index, _ in readings}
    total = max(1, len(left))
    slots: list[_Slot] = []
    keys: set[str] = set()
    used: set[tuple[str, int]] = set()
    while left and len(slots) + len(keys) < _SLOTS:
        scores = {
            key: _score(key, open_readings, len(left), shapes)
            for key, readings in found.items()
            if key not in used
            and (open_readings := [each for each in readings if each[0] in left])
            and (len(left) == total or _may_follow(key, open_readings, total, shapes))
        }
        if not scores:
            break
        best = max(scores, key=lambda key: (round(scores[key], 3), -order.index(key[0]), -key[1]))
        readings = found[best]
        used.add(best)
        left -= {index for index, _ in readings}
        if best[0] in (_JSON, _KEYED):
            keys.add(best[0])
        else:
            slots.append(_Slot(shapes[best[0]], best[1], max(reading.start for _, reading in readings)))
    return tuple(slots), frozenset(keys)


def _full_date(found: _Found, slots: Sequence[_Slot]) -> tuple[int, int, int] | None:
    """`Feb  6 12:14:14 … [06/Feb/2009:12:14:14.655]`: the year stands in the same line after all."""
    if not slots or slots[0].shape.richness > _YEARLESS:
        return None
    days = dict(found.get((slots[0].shape.name, slots[0].nth), ()))
    for readings in found.values():
        for index, reading in readings:
            own = days.get(index)
            if own is None or reading.year is None or reading.month is None or reading.day is None:
                continue
            if (own.month, own.day) == (reading.month, reading.day):
                return reading.year, reading.month, reading.day
    return None


def _score(key: tuple[str, int], readings: list[tuple[int, Reading]], lines: int, shapes: dict[str, Shape]) -> float:
    values = [reading for _, reading in readings]
    coverage = len(values) / lines
    varies = 1.0 if len(values) < 4 or len({each.order for each in values}) > 1 else 0.3
    pairs = list(pairwise(values))
    forward = sum(1 for one, two in pairs if one.order <= two.order) / len(pairs) if pairs else 1.0
    place = sum(each.start for each in values) / len(values)
    richness = 1.0 if key[0] in (_JSON, _KEYED) else shapes[key[0]].richness
    if key[0] == "epoch" and place > 2:
        richness = 0.4  # a bare number inside a line is more often a thread, a size or an order
    is_stated = values[0].offset is not None
    leads = 0.1 if place <= 6 else 0.0  # what begins the line was written by the logger itself
    return coverage * varies * (0.4 + 0.6 * forward) + 0.25 * richness + 0.04 * is_stated + leads - place / 1500


def _may_follow(
    key: tuple[str, int], readings: list[tuple[int, Reading]], total: int, shapes: dict[str, Shape]
) -> bool:
    """Whether a further format is one of records, not of numbers and dates inside continuation lines."""
    if len(readings) < 2 or len(readings) < 0.02 * total:
        return False
    if key[0] in (_JSON, _KEYED):
        return True
    near = max(reading.start for _, reading in readings)
    if key[0] in ("epoch", "time"):
        return near <= 2
    return shapes[key[0]].richness > _SECONDARY and near <= 120


def _json_reading(text: str) -> Reading | None:
    if "{" not in text[:200]:
        return None
    document, start = object_in(text)
    if document is None:
        if not text.startswith('{"'):
            return None
        broken = time_in_broken(text)
        return broken[1] if broken else None
    prefix = _earliest(text[:start], start) if start > 8 else None
    if prefix is not None:
        return None  # the line's own prefix states the time: left to the text shapes
    inner = time_in(document)
    return inner[1] if inner else None


def _earliest(head: str, furthest: int, *, is_known: bool = False) -> Reading | None:
    """The first timestamp of a line of another format; bare numbers and times only right at its start.

    In a file whose format is known they are none: they are columns of a wrapped message.
    """
    best: Reading | None = None
    for shape in SHAPES:
        match = shape.pattern.search(head)
        if match is None or match.start() > furthest:
            continue
        if shape.name in ("epoch", "time") and (is_known or match.start() > 2):
            continue
        if best is None or match.start() < best.start:
            best = shape.read(shape.name, match) or best
    return best
