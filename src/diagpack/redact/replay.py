"""What the first pass wrote, used again where the second would write the same.

Enters, in the first pass: what was made of each unit of an artifact (of plain text: what was replaced in each of its
pieces), and every question whose answer the second pass
may know better: does a learned value stand in this text (`Dictionary.find`), and what is this value called (`classes`)?
Leaves, in the second pass: the unit as it was written, when every answer is still the same; nothing when it is not, and
then the unit is redacted again. The passes differ in these two questions only, so the bytes are the same either way.

Of a case it is kept in a file beside the raw evidence, inside the case, until the run ends; of one file in memory.
"""

import hashlib
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from diagpack.redact.blocks.reader import WHOLE
from diagpack.redact.edits import ENCODED, OPENED, Edit
from diagpack.redact.tally import Tally

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine
    from diagpack.redact.pieces import Cut

# No value, no word and no run goes on over this.
_BETWEEN = b"\n\0\n"
# Texts of a unit that are kept, in times of its size: what hides more in layers is cheaper to redact again.
_MOST_TIMES = 16
# What is more than this is kept deflated: texts decoded from one another are much alike.
_PLAIN_TIMES = 4
_AT_LEAST = 128 << 10
# Kinds of edits, see `_kind`.
_REPLACED, _OPENED = 1, 2
NOTHING_MAPPED: Mapping[str, str] = MappingProxyType({})


class Questions:
    """What one unit would ask the second pass. Holds raw text."""

    def __init__(self, size_bytes: int) -> None:
        """`size_bytes`: of the unit."""
        self._left = _MOST_TIMES * size_bytes + _AT_LEAST
        self._plain = _PLAIN_TIMES * size_bytes + _AT_LEAST
        self._texts: list[bytes] = []
        self._held = 0
        self._packer = zlib.compressobj(1)
        self._packed: list[bytes] = []
        self._words: list[str] = []
        self._at = 0
        # Start and end of what was replaced in the texts, in order; and of packed runs whose inside was.
        self._replaced = array("I")
        self._opened = array("I")
        self.named: set[tuple[str, str, str]] = set()
        # A piece that the second pass reads anyway.
        self._piece: bytes | None = None

    def __repr__(self) -> str:
        return "Questions(…)"

    def piece(self, data: bytes) -> None:
        """The next text is this one, and is not to be kept."""
        self._piece = data

    def text(self, data: bytes, edits: Sequence[Edit] = (), *, is_whole: bool = False) -> None:
        """A text in which learned values are looked for, and what was replaced in it.

        `is_whole`: what spans lines counted as well, so nothing else counts inside of a message.
        """
        for edit in edits:
            if edit.rule == OPENED and edit.new is not None:
                # A value that is encoded in the run counts no more when none stands in what it became.
                self.text(edit.new)
        if data is self._piece:
            self._piece = None
            return
        self._left -= len(data)
        if self._left < 0:
            return
        self._texts.append(data)
        self._held += len(data)
        if self._held > self._plain:
            self._pack()
        for edit in edits:
            if edit.entity or (is_whole and edit.rule in WHOLE):
                self._replaced.append(self._at + edit.start)
                self._replaced.append(self._at + edit.end)
            elif edit.rule == OPENED:
                self._opened.append(self._at + edit.start)
                self._opened.append(self._at + edit.end)
        self._at += len(data) + len(_BETWEEN)

    def word(self, text: str) -> None:
        """A short text that is looked up as it is."""
        self._left -= len(text)
        if self._left >= 0:
            self._words.append(text)

    def _pack(self) -> None:
        self._packed.append(self._packer.compress(_BETWEEN.join([*self._texts, b""])))
        self._texts, self._held = [], 0

    def unit(self, written: bytes, tally: Mapping[str, int], pieces: Sequence["Piece | None"] = ()) -> "Unit | None":
        """The unit for the second pass; None when it is not worth keeping."""
        if self._left < 0:
            return None
        words = "\n\0\n".join(self._words).encode("utf-8", "surrogatepass")
        named = [(value.encode("utf-8", "surrogatepass"), entity, rule) for value, entity, rule in self.named]
        texts = _BETWEEN.join([*self._texts, words])
        if self._packed:
            texts = b"".join([*self._packed, self._packer.compress(texts), self._packer.flush()])
        places = self._replaced.tobytes(), self._opened.tobytes()
        return Unit(written, texts, *places, named, dict(tally), list(pieces), bool(self._packed))


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """What was replaced in a piece of plain text.

    `edits`: start, end, length of the new bytes, and what else counts there (`_kind`). `digest`: of the piece, which is
    read anew in the second pass. `new`: joined.
    """

    digest: bytes
    edits: bytes
    new: bytes
    tally: dict[str, int]

    def __repr__(self) -> str:
        return "Piece(…)"

    @classmethod
    def of(cls, data: bytes, edits: Sequence[Edit], tally: Mapping[str, int]) -> "Piece":
        """`edits`: all that were made."""
        numbers = array("I")
        for start, end, new, entity, rule in edits:
            numbers.extend((start, end, len(new or b""), _kind(entity, rule)))
        return cls(_digest(data), numbers.tobytes(), b"".join(each.new or b"" for each in edits), dict(tally))

    def written(self, engine: "Engine", data: bytes) -> bytes | None:
        """The same piece as the first pass would have written it; None when a learned value stands elsewhere in it."""
        numbers = array("I")
        numbers.frombytes(self.edits)
        replaced, opened = (_Places.of(numbers, kind) for kind in (_REPLACED, _OPENED))
        if _digest(data) != self.digest or _has_more(engine, data, replaced, opened):
            return None
        parts: list[bytes] = []
        last = at = 0
        for start, end, length, _ in zip(*[iter(numbers)] * 4, strict=True):
            parts += data[last:start], self.new[at : at + length]
            last, at = end, at + length
        parts.append(data[last:])
        return b"".join(parts)


class Unit(msgspec.Struct, frozen=True, array_like=True):
    """`texts`: joined, and deflated when `is_packed`. `replaced`, `opened`: pairs of offsets into them.

    `named`: value, class and rule of what was replaced.
    `pieces`: of plain text, in place of `written`, `tally` and the pieces among the texts.
    """

    written: bytes
    texts: bytes
    replaced: bytes
    opened: bytes
    named: list[tuple[bytes, str, str]]
    tally: dict[str, int]
    pieces: list[Piece | None] = []
    is_packed: bool = False

    def __repr__(self) -> str:
        return "Unit(…)"

    @property
    def size_bytes(self) -> int:
        """What is kept, nearly."""
        pieces = sum(len(each.new) + len(each.edits) for each in self.pieces if each is not None)
        return len(self.written) + len(self.texts) + len(self.replaced) + len(self.opened) + pieces

    def holds(self, engine: "Engine") -> bool:
        """Whether the engine of the second pass would write the same."""
        is_same = engine.calls_the_same
        return all(
            is_same(value.decode("utf-8", "surrogatepass"), *called) for value, *called in self.named
        ) and not self._has_more(engine)

    def _has_more(self, engine: "Engine") -> bool:
        texts = zlib.decompress(self.texts) if self.is_packed else self.texts
        return _has_more(engine, texts, _Places.from_pairs(self.replaced), _Places.from_pairs(self.opened))


class _Places(NamedTuple):
    """Where ranges start and end, sorted and apart."""

    starts: "array[int]"
    ends: "array[int]"

    @classmethod
    def from_pairs(cls, pairs: bytes) -> "_Places":
        offsets = array("I")
        offsets.frombytes(pairs)
        return cls(offsets[::2], offsets[1::2])

    @classmethod
    def of(cls, numbers: "array[int]", kind: int) -> "_Places":
        """Those of one kind among the edits of a piece."""
        is_one = [each == kind for each in numbers[3::4]]
        return cls(array("I", compress(numbers[::4], is_one)), array("I", compress(numbers[1::4], is_one)))

    def holds(self, start: int, end: int) -> bool:
        index = bisect_right(self.starts, start) - 1
        return index >= 0 and self.ends[index] >= end


def _kind(entity: str, rule: str) -> int:
    """What a learned value counts inside of an edit: nothing, nothing where it is encoded, or as anywhere."""
    if entity or rule in WHOLE:
        return _REPLACED
    return _OPENED if rule == OPENED else 0


def _has_more(engine: "Engine", data: bytes, replaced: _Places, opened: _Places) -> bool:
    """Whether a learned value stands in a text outside of what was replaced there."""
    return any(
        not replaced.holds(start, end) and not (rule == ENCODED and opened.holds(start, end))
        for start, end, _entity, rule in engine.learned_in(data)
    )


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """The units of one order, in order. `mapped`: tokens and what they stand for, for the encrypted map."""

    units: list[Unit | None]
    mapped: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"Kept({len(self.units)} units)"

    def save(self, path: Path) -> None:
        """Raises OSError."""
        path.write_bytes(msgspec.msgpack.encode(self))

    @classmethod
    def load(cls, path: Path) -> "Kept":
        """A missing or damaged file holds nothing, which only costs the work again."""
        try:
            return msgspec.msgpack.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.MsgspecError):
            return cls([])


class Text(Protocol):
    """Who redacts the pieces of a plain text, in order."""

    @property
    def is_next(self) -> bool: ...
    def is_whole(self, cut: "Cut") -> bool: ...
    def skip(self, data: bytes) -> None: ...
    def edits(self, data: bytes) -> list[Edit]: ...
    def redacted(self, cuts: "Iterable[Cut]") -> Iterator[bytes]: ...


class Units(Protocol):
    """What stands between a pass and each unit of an artifact: `Recording` in the first, `Replay` in the second."""

    def unit(
        self, engine: "Engine", size_bytes: int, write: Callable[[], bytes], *, is_apart: bool = True
    ) -> bytes: ...
    def pieces(self, engine: "Engine", text: Text, group: "Sequence[Cut]") -> Iterator[bytes]: ...


class Recording:
    """Of the first pass over one order. `most_bytes`: what is kept at most; later units are redacted again."""

    def __init__(self, most_bytes: int | None = None) -> None:
        self._left = most_bytes
        self._units: list[Unit | None] = []

    def unit(self, engine: "Engine", size_bytes: int, write: Callable[[], bytes], *, is_apart: bool = True) -> bytes:
        """Redacts the next unit. `is_apart`: whether it stands for itself; nothing goes on from the one before."""
        engine.forget()
        before = engine.tally
        asked = engine.asked = Questions(size_bytes)
        engine.tally = Tally()
        try:
            written = write()
            if not is_apart:
                self._units = [None] * len(self._units)
            self._keep(asked.unit(written, engine.tally) if is_apart else None)
        finally:
            engine.asked, engine.tally = None, before
        return b""

    def pieces(self, engine: "Engine", text: Text, group: "Sequence[Cut]") -> Iterator[bytes]:
        """Learns from the pieces of the next unit of a plain text."""
        engine.forget()
        before = engine.tally
        asked = engine.asked = Questions(sum(len(data) for data, _ in group))
        found: list[Piece | None] = []
        try:
            for cut in group:
                data = cut[0]
                engine.tally = Tally()
                if not text.is_whole(cut):
                    # Windows over a long line: the second pass reads them again.
                    for _ in text.redacted([cut]):
                        pass
                    found.append(None)
                    continue
                is_next = text.is_next
                asked.piece(data)
                edits = text.edits(data)
                engine.tally.count(edits)
                if not is_next:
                    # What it needs to know stands in front of it.
                    self._units, found = [None] * len(self._units), [None] * len(found)
                found.append(Piece.of(data, edits, engine.tally) if is_next else None)
            self._keep(asked.unit(b"", {}, found) if any(found) else None)
        finally:
            engine.asked, engine.tally = None, before
        yield from ()

    def _keep(self, unit: Unit | None) -> None:
        if unit is not None and self._left is not None:
            self._left -= unit.size_bytes
        self._units.append(None if self._left is not None and self._left < 0 else unit)

    def kept(self, mapped: Mapping[str, str] = NOTHING_MAPPED) -> Kept:
        """What the second pass needs."""
        return Kept(self._units, {token: each.encode("utf-8", "surrogatepass") for token, each in mapped.items()})


class Replay:
    """Of the second pass over one order."""

    def __init__(self, kept: Kept) -> None:
        self._units = kept.units[::-1]
        self._mapped = kept.mapped

    def unit(self, engine: "Engine", size_bytes: int, write: Callable[[], bytes], *, is_apart: bool = True) -> bytes:
        """The next unit, as it was written or redacted again."""
        known = self._units.pop() if self._units else None
        if known is None or not known.holds(engine):
            return write()
        self._used(engine, known.tally)
        return known.written

    def pieces(self, engine: "Engine", text: Text, group: "Sequence[Cut]") -> Iterator[bytes]:
        """The pieces of the next unit of a plain text: with what was replaced in them, or redacted again."""
        unit = self._units.pop() if self._units else None
        known = unit.pieces if unit is not None and unit.holds(engine) else []
        for cut, piece in zip_longest(group, known[: len(group)]):
            written = None if piece is None or not text.is_whole(cut) else piece.written(engine, cut[0])
            if piece is None or written is None:
                yield from text.redacted([cut])
            else:
                self._used(engine, piece.tally)
                text.skip(cut[0])
                yield written

    def _used(self, engine: "Engine", tally: Mapping[str, int]) -> None:
        engine.tally.add(tally)
        if engine.mapped is not None:
            engine.mapped.update((token, each.decode("utf-8", "surrogatepass")) for token, each in self._mapped.items())
            self._mapped = {}
