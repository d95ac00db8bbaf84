"""Base64 that was folded into lines: a part of a mail, a wrapped body in a log. Read as a whole, never line by line.

Enters: a chunk of text. Leaves: for each run of lines the joined characters and where each line stands; and the way
back, into the same number of lines. Sources: RFC 2045 6.8 (76 characters a line), RFC 7468 (64).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from diagpack.redact.detectors._engine import compiled

# Two lines of nothing else; quoting and indentation may stand in front.
SOURCE = r"^[ \t>]*[A-Za-z0-9+/]{20}[A-Za-z0-9+/]*\r?\n[ \t>]*[A-Za-z0-9+/]+=*\r?$"
_START = compiled(f"(?m){SOURCE}")
_LINE = compiled(r"[ \t>]*[A-Za-z0-9+/]+=*\r?(?:\n|\z)")
_RUN = compiled(r"[A-Za-z0-9+/]+=*")


@dataclass(frozen=True, slots=True)
class Folded:
    """`lines`: where the characters of each line stand; `joined`: all of them."""

    lines: tuple[tuple[int, int], ...]
    joined: bytes

    @property
    def start(self) -> int:
        return self.lines[0][0]

    @property
    def end(self) -> int:
        return self.lines[-1][1]

    def spread(self, packed: bytes) -> list[bytes]:
        """The new characters in as many lines: equally long ones, what is left over in the last."""
        width = self.lines[0][1] - self.lines[0][0]
        pieces = [packed[at : at + width] for at in range(0, len(packed), width)]
        last = len(self.lines) - 1
        if len(pieces) > len(self.lines):
            pieces = [*pieces[:last], b"".join(pieces[last:])]
        return [*pieces, *[b""] * (len(self.lines) - len(pieces))]


def folded_runs(data: bytes) -> Iterator[Folded]:
    """Runs of two lines or more, all but the last equally long."""
    position = 0
    while (found := _START.find(data, position)) is not None:
        lines: list[tuple[int, int]] = []
        at = found[0]
        while (end := _LINE.at(data, at)) > at:
            run = _RUN.find(data, at, end)
            if run is None:
                break
            lines.append(run)
            at = end
            if run[1] - run[0] != lines[0][1] - lines[0][0] or data[run[1] - 1 : run[1]] == b"=":
                break
        position = max(at, found[0] + 1)
        if len(lines) > 1:
            yield Folded(tuple(lines), b"".join(data[first:last] for first, last in lines))
