"""Many texts read as one: calling the detectors for each would cost more than searching.

Enters: texts that were decoded from segments of one codec. Leaves: edits on each. Nothing that a detector finds goes on
over what stands between them; what does so anyway is read again by itself.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from diagpack.redact.blocks.reader import Blocks
from diagpack.redact.edits import Edit

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

# No value, no word and no run goes on over this.
APART = b"\n\0\n"


class Texts:
    """Bound to one engine; stands where `Blocks` stands for a single text."""

    def __init__(self, engine: "Engine", texts: Sequence[bytes]) -> None:
        self._engine = engine
        self.texts = texts
        self._starts = list(accumulate((len(each) + len(APART) for each in texts), initial=0))

    def edits(self, data: bytes) -> list[Edit]:
        """What spans lines in each of the texts by itself."""
        return [
            Edit(start + each.start, start + each.end, each.new, each.entity, each.rule)
            for start, text in zip(self._starts, self.texts, strict=False)
            for each in Blocks(self._engine).edits(text)
        ]

    def spread(self, edits: Sequence[Edit]) -> list[list[Edit] | None]:
        """The edits of each text, with places of all; None for texts that one edit goes over."""
        found: list[list[Edit] | None] = [[] for _ in self.texts]
        for edit in edits:
            first = bisect_right(self._starts, edit.start) - 1
            last = bisect_right(self._starts, max(edit.start, edit.end - 1)) - 1
            mine = found[first]
            if first == last and edit.end <= self._starts[first] + len(self.texts[first]):
                if mine is not None:
                    mine.append(edit)
            else:
                found[first : last + 1] = [None] * (last + 1 - first)
        return found


def grouped(texts: Sequence[bytes], size: int) -> Iterator[list[bytes]]:
    """In groups of about this many bytes."""
    group: list[bytes] = []
    total = 0
    for each in texts:
        group.append(each)
        total += len(each)
        if total >= size:
            yield group
            group, total = [], 0
    if group:
        yield group
