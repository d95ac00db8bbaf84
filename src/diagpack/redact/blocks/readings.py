"""Every way to read neighbouring lines of base64 or hex: each alone, and any of them joined.

Enters: the characters of the lines. Leaves: what still shows a value in one of the readings, as `Mark`s on bits, and
the lines with those bits overwritten, so that no other reading moves. Linear: lines that follow one another share the
same few decodings, one for each place in a group of characters where a line may begin.
"""

import binascii
import functools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, NamedTuple

from diagpack.redact.blocks.folded import HEX
from diagpack.redact.detectors._engine import compiled
from diagpack.redact.edits import Edit, is_free
from diagpack.redact.spans import Span
from diagpack.redact.values import is_public

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_TEXT = compiled(
    r"(?:[\t\r\n\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){6,}"
)
_ASCII = bytes(range(0x20, 0x7F)) + b"\t\r\n"
# What `_TEXT` asks for.
_SHORTEST = 6
# What a value is overwritten with: no detector takes it for one.
_FILLER = ord("*")
# A value that only stands out where the lines before it are left out is found in so many bytes.
_WINDOW = 128
# In a group of so few lines, each line is also the last of some readings.
_FEW = 64
_ENDS = 8
_BETWEEN = b"\n\n"


class Mark(NamedTuple):
    """Bits `start` to `end` of one part show a value. `first`, `last`: the lines they stand in."""

    part: int
    start: int
    end: int
    first: int
    last: int
    value: bytes
    entity: str
    rule: str


class _Piece(NamedTuple):
    """`size` bytes from `at` on in a text that are the bits from `bit` on of a part."""

    at: int
    size: int
    part: int
    bit: int


# What a text was made of: up to an offset it stands at the first part and bit, behind that at the second.
_Place = tuple[int, tuple[int, int], tuple[int, int]]


class _Part(NamedTuple):
    """Lines whose characters go on from one to the next: the last may be padded.

    `first`: the first line. `starts`: where in the characters each line begins, and the end. `bits`: of a character.
    """

    first: int
    characters: bytes
    starts: list[int]
    bits: int


# The same from a tuple, which takes a third of the time.
_part_of: Callable[[tuple[int, bytes, list[int], int]], _Part] = functools.partial(tuple.__new__, _Part)


class Readings:
    """The readings of some lines."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self._parts = [*_parts(lines), *_hex_parts(lines)]
        self._texts: list[bytes] = []
        self._places: list[_Place] = []
        # The lines at which a text begins, in one of the readings.
        self.begins: set[int] = set()
        self._read()

    def marks(self, engine: "Engine") -> list[Mark]:
        """What shows a value and is no token of this case."""
        if not self._texts:
            return []
        data = _BETWEEN.join(self._texts)
        found = [each for each in _found(engine, data) if not _stays(engine, data, each)]
        if not found:
            return []
        shown = list(engine.pseudonyms.find(data))
        found = [each for each in found if not shown or is_free(data, Edit(each[0], each[1], None, *each[2:]), shown)]
        tokens: dict[int, list[tuple[int, int]]] = {}
        for start, end in shown:
            for part, first, last in self._source(start, end):
                tokens.setdefault(part, []).append((first, last))
        merged = {part: _merged(each) for part, each in tokens.items()}
        return _outermost(
            Mark(part, first, last, *self._lines_of(part, start, end), data[each.start : each.end], *each[2:])
            for each in found
            for part, start, end in self._source(each.start, each.end)
            for first, last in _without(start, end, merged.get(part, []))
        )

    def without(self, marks: Iterable[Mark]) -> list[bytes]:
        """The lines with these bits overwritten."""
        lines = list(self._lines)
        for mark in marks:
            part = self._parts[mark.part]
            touched = range(mark.first, mark.last)
            begun = part.starts[mark.first - part.first]
            characters = bytearray(b"".join(lines[each].rstrip(b"=") for each in touched))
            _overwrite(characters, mark.start - begun * part.bits, mark.end - begun * part.bits, part.bits)
            for each in touched:
                size = len(lines[each].rstrip(b"="))
                lines[each] = bytes(characters[:size]) + lines[each][size:]
                del characters[:size]
        return lines

    def _lines_of(self, part: int, start: int, end: int) -> tuple[int, int]:
        first, _, starts, bits = self._parts[part]
        index = bisect_right(starts, start // bits) - 1
        return first + index, first + bisect_left(starts, -(-end // bits))

    def _read(self) -> None:
        tails: list[tuple[bytes, int, int]] = []
        for number, part in enumerate(self._parts):
            bits, ending = part.bits, []
            if bits == 6 and len(part.starts) == 2 and (plain := _plain_text(part.characters)):
                # A padded line that is a text by itself: of a million of them, most.
                tails = self._read_line(plain, number, part.first, tails)
                continue
            # Four characters of base64 are three bytes, two digits one.
            unit = 4 if bits == 6 else 2
            for align in sorted({each % unit for each in part.starts[:-1]}):
                plain = _decoded(part.characters[align:], bits)
                lines = [index for index, each in enumerate(part.starts[:-1]) if each % unit == align]
                starts = [(part.starts[each] - align) * bits // 8 for each in lines]
                ends = [max(0, each - align) * bits // 8 for each in part.starts[1:]]
                for first, last in _TEXT.spans(plain):
                    low, high = bisect_left(starts, first), bisect_right(starts, last)
                    begins, index = starts[low:high], bisect_right(ends, last) - 1
                    if not begins or index < 0 or ends[index] <= begins[0]:
                        continue
                    self.begins.update(part.first + each for each in lines[low:high])
                    for start, end in dict.fromkeys(_ranges(begins, ends, ends[index])):
                        here = number, align * bits + start * 8
                        self._add(plain[start:end], here, here)
                    if ends[index] == len(plain):
                        start = max(begins[0], len(plain) - _WINDOW)
                        ending.append((plain[start:], number, align * bits + start * 8))
                if align == 0 and bits == 6 and tails and (head := _TEXT.at(plain, 0)) > 0:
                    # A reader that goes on behind the padding.
                    behind = plain[: min(head, _WINDOW)]
                    for before, where, bit in tails:
                        self._add(before + behind, (where, bit), (number, 0), len(before))
            tails = ending

    def _read_line(
        self, plain: bytes, number: int, line: int, before: Sequence[tuple[bytes, int, int]]
    ) -> list[tuple[bytes, int, int]]:
        """One line alone and behind the texts before it. Leaves: what a next one may go on from."""
        self.begins.add(line)
        here = number, 0
        self._texts.append(plain)
        self._places.append((0, here, here))
        behind = plain[:_WINDOW]
        for text, where, bit in before:
            self._texts.append(text + behind)
            self._places.append((len(text), (where, bit), here))
        start = max(0, len(plain) - _WINDOW)
        return [(plain[start:], number, start * 8)]

    def _add(self, text: bytes, first: tuple[int, int], then: tuple[int, int], cut: int = 0) -> None:
        """One more text; up to `cut` it stands at the first place, behind that at the second."""
        self._texts.append(text)
        self._places.append((cut, first, then))

    @functools.cached_property
    def _pieces(self) -> list[_Piece]:
        """Where everything in the texts comes from; asked for when something was found in them."""
        pieces, at = [], 0
        for text, (cut, first, then) in zip(self._texts, self._places, strict=True):
            if cut:
                pieces.append(_Piece(at, cut, *first))
            pieces.append(_Piece(at + cut, len(text) - cut, *then))
            at += len(text) + len(_BETWEEN)
        return pieces

    @functools.cached_property
    def _ats(self) -> list[int]:
        return [each.at for each in self._pieces]

    def _source(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(part, first bit, last bit) of a range of all texts."""
        index = max(0, bisect_right(self._ats, start) - 1)
        while index < len(self._pieces) and (piece := self._pieces[index]).at < end:
            first, last = max(start, piece.at), min(end, piece.at + piece.size)
            if first < last:
                yield piece.part, piece.bit + (first - piece.at) * 8, piece.bit + (last - piece.at) * 8
            index += 1


def blanked(line: bytes) -> bytes:
    """A line that says nothing, as long as this one."""
    return (b"Kioq" * (len(line) // 4 + 1))[: len(line)]


def _parts(lines: Sequence[bytes]) -> Iterator[_Part]:
    first = 0
    for number, line in enumerate(lines):
        if line.endswith(b"=") or number == len(lines) - 1:
            yield _part(first, lines[first : number + 1], 6)
            first = number + 1


def _hex_parts(lines: Sequence[bytes]) -> Iterator[_Part]:
    for is_hex, group in groupby(range(len(lines)), key=lambda number: HEX.issuperset(lines[number])):
        if is_hex:
            numbers = list(group)
            yield _part(numbers[0], lines[numbers[0] : numbers[-1] + 1], 4)


def _part(first: int, lines: Sequence[bytes], bits: int) -> _Part:
    if len(lines) == 1:
        characters = lines[0].rstrip(b"=")
        return _part_of((first, characters, [0, len(characters)], bits))
    bare = [each.rstrip(b"=") for each in lines]
    return _Part(first, b"".join(bare), list(accumulate(map(len, bare), initial=0)), bits)


def _decoded(characters: bytes, bits: int) -> bytes:
    if bits == 4:
        return binascii.unhexlify(characters[: len(characters) // 2 * 2])
    if len(characters) % 4 == 1:
        characters = characters[:-1]
    return binascii.a2b_base64(characters + b"=" * (-len(characters) % 4))


def _plain_text(characters: bytes) -> bytes:
    """The text of one line, when all of it is ASCII text; else nothing."""
    plain = _decoded(characters, 6)
    return plain if len(plain) >= _SHORTEST and not plain.translate(None, _ASCII) else b""


def _ranges(begins: Sequence[int], ends: Sequence[int], last: int) -> Iterator[tuple[int, int]]:
    """Everything from the first line on; and from each line a little, to the end of each of the next lines."""
    yield begins[0], last
    for begin in begins:
        yield begin, min(begin + _WINDOW, last)
        if len(begins) > _FEW:
            continue
        index = bisect_right(ends, begin)
        for end in ends[index : index + _ENDS]:
            if end <= min(begin + _WINDOW, last):
                yield begin, end


def _found(engine: "Engine", data: bytes) -> Iterator[Span]:
    yield from engine.scanner.scan(data)
    yield from engine.learned_in(data)
    if engine.prose is not None:
        yield from engine.prose(data)


def _stays(engine: "Engine", data: bytes, span: Span) -> bool:
    if not engine.counts(data, span):
        return True
    value = data[span.start : span.end].decode("utf-8", "replace")
    return span.entity == "ip" and engine.policy.data["private_ip"] == "keep" and not is_public(value)


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if out and start <= out[-1][1]:
            out[-1] = out[-1][0], max(end, out[-1][1])
        else:
            out.append((start, end))
    return out


def _without(start: int, end: int, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What of a range lies outside of others, which are sorted and apart."""
    for first, last in taken[max(0, bisect_right(taken, (start, start)) - 1) :]:
        if first >= end:
            break
        if last > start:
            if first > start:
                yield start, first
            start = max(start, last)
    if start < end:
        yield start, end


def _outermost(marks: Iterable[Mark]) -> list[Mark]:
    """Without those inside of another one: what a reading shows that ends earlier."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda each: (each.part, each.start, -each.end)):
        if not kept or kept[-1].part != mark.part or mark.end > kept[-1].end:
            kept.append(mark)
    return kept


def _overwrite(characters: bytearray, start: int, end: int, bits: int) -> None:
    """The bits from `start` to `end`, as one number: bit by bit took longer than all that is decoded."""
    end = min(end, len(characters) * bits)
    size = end - start
    if size <= 0:
        return
    first, last = start // bits, -(-end // bits)
    filler = int.from_bytes(bytes((_FILLER,)) * -(-size // 8), "big") >> -size % 8
    shift = last * bits - end
    old = bytes(characters[first:last])
    kept = _number(old, bits) & ~(((1 << size) - 1) << shift)
    characters[first:last] = _characters(kept | filler << shift, last - first, bits)


def _number(characters: bytes, bits: int) -> int:
    if bits == 4:
        return int(characters, 16)
    padding = -len(characters) % 4
    return int.from_bytes(binascii.a2b_base64(characters + b"A" * padding), "big") >> 6 * padding


def _characters(number: int, count: int, bits: int) -> bytes:
    if bits == 4:
        return f"{number:0{count}x}".encode("ascii")
    padding = -count % 4
    packed = (number << 6 * padding).to_bytes((count + padding) // 4 * 3, "big")
    return binascii.b2a_base64(packed, newline=False)[:count]
