"""What the first pass wrote, used again where the second would write the same.

Enters, in the first pass: what was made of each unit of an artifact, and every question whose answer the second pass
may know better: does a learned value stand in this text (`Dictionary.find`), and what is this value called (`classes`)?
Leaves, in the second pass: the unit as it was written, when every answer is still the same; nothing when it is not, and
then the unit is redacted again. The passes differ in these two questions only, so the bytes are the same either way.

Kept in a file beside the raw evidence, inside the case, until the run ends.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from diagpack.redact.edits import Edit
from diagpack.redact.tally import Tally

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

# No value, no word and no run goes on over this.
_BETWEEN = b"\n\0\n"
# Texts of a unit that are kept, in times of its size: what hides more in layers is cheaper to redact again.
_MOST_TIMES = 4
_AT_LEAST = 1 << 20


class Questions:
    """What one unit would ask the second pass. Holds raw text."""

    def __init__(self, size_bytes: int) -> None:
        """`size_bytes`: of the unit."""
        self._left = _MOST_TIMES * size_bytes + _AT_LEAST
        self._texts: list[bytes] = []
        self._words: list[str] = []
        self._at = 0
        # Start and end of what was replaced in the texts, in order.
        self._replaced = array("I")
        self.named: set[tuple[str, str, str]] = set()

    def __repr__(self) -> str:
        return "Questions(…)"

    def text(self, data: bytes, edits: Sequence[Edit] = ()) -> None:
        """A text in which learned values are looked for, and what was replaced in it."""
        self._left -= len(data)
        if self._left < 0:
            return
        self._texts.append(data)
        for edit in edits:
            if edit.entity:
                self._replaced.append(self._at + edit.start)
                self._replaced.append(self._at + edit.end)
        self._at += len(data) + len(_BETWEEN)

    def word(self, text: str) -> None:
        """A short text that is looked up as it is."""
        self._left -= len(text)
        if self._left >= 0:
            self._words.append(text)

    def unit(self, written: bytes, tally: Mapping[str, int]) -> "Unit | None":
        """The unit for the second pass; None when it is not worth keeping."""
        if self._left < 0:
            return None
        words = "\n\0\n".join(self._words).encode("utf-8", "surrogatepass")
        named = [(value.encode("utf-8", "surrogatepass"), entity, rule) for value, entity, rule in self.named]
        return Unit(written, _BETWEEN.join([*self._texts, words]), self._replaced.tobytes(), named, dict(tally))


class Unit(msgspec.Struct, frozen=True, array_like=True):
    """`texts`: joined. `replaced`: pairs of offsets into them. `named`: value, class and rule of what was replaced."""

    written: bytes
    texts: bytes
    replaced: bytes
    named: list[tuple[bytes, str, str]]
    tally: dict[str, int]

    def __repr__(self) -> str:
        return "Unit(…)"

    def holds(self, engine: "Engine") -> bool:
        """Whether the engine of the second pass would write the same."""
        is_same = engine.calls_the_same
        return all(
            is_same(value.decode("utf-8", "surrogatepass"), *called) for value, *called in self.named
        ) and not self._has_more(engine)

    def _has_more(self, engine: "Engine") -> bool:
        """Whether a learned value stands in the texts outside of what was replaced there."""
        offsets = array("I")
        offsets.frombytes(self.replaced)
        starts, ends = offsets[::2], offsets[1::2]
        for start, end, _, _ in engine.learned_in(self.texts):
            index = bisect_right(starts, start) - 1
            if index < 0 or ends[index] < end:
                return True
        return False


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """The units of one order, in order. `mapped`: tokens and what they stand for, for the encrypted map."""

    units: list[Unit | None]
    mapped: dict[str, bytes]

    def __repr__(self) -> str:
        return f"Kept({len(self.units)} units)"


class Units(Protocol):
    """What stands between a pass and each unit of an artifact: `Recording` in the first, `Replay` in the second."""

    def unit(
        self, engine: "Engine", size_bytes: int, write: Callable[[], bytes], *, is_apart: bool = True
    ) -> bytes: ...


class Recording:
    """Of the first pass over one order."""

    def __init__(self, path: Path) -> None:
        self._path = path
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
            self._units.append(asked.unit(written, engine.tally) if is_apart else None)
        finally:
            engine.asked, engine.tally = None, before
        return b""

    def save(self, mapped: Mapping[str, str]) -> None:
        """Raises OSError."""
        kept = Kept(self._units, {token: each.encode("utf-8", "surrogatepass") for token, each in mapped.items()})
        self._path.write_bytes(msgspec.msgpack.encode(kept))


class Replay:
    """Of the second pass over one order. A missing or damaged file only costs the work again."""

    def __init__(self, path: Path) -> None:
        try:
            kept = msgspec.msgpack.decode(path.read_bytes(), type=Kept)
        except (OSError, msgspec.MsgspecError):
            kept = Kept([], {})
        self._units = kept.units[::-1]
        self._mapped = kept.mapped

    def unit(self, engine: "Engine", size_bytes: int, write: Callable[[], bytes], *, is_apart: bool = True) -> bytes:
        """The next unit, as it was written or redacted again."""
        known = self._units.pop() if self._units else None
        if known is None or not known.holds(engine):
            return write()
        engine.tally.add(known.tally)
        if engine.mapped is not None:
            engine.mapped.update((token, each.decode("utf-8", "surrogatepass")) for token, each in self._mapped.items())
            self._mapped = {}
        return known.written
