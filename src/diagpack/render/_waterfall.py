"""The waterfall's time axis: busy time to scale, idle time shortened.

Enters: recorded exchanges. Leaves: bars in thousandths of the width. A user who thinks for a minute between two clicks
must not squeeze every call into one pixel.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from diagpack.render._exchanges import Recorded

_WIDTH: Final = 1_000.0
_THINNEST: Final = 4.0
# An idle gap is drawn at most this long, as a share of all busy time.
_GAP: Final = 0.08


@dataclass(frozen=True, slots=True)
class Bar:
    """One phase; numbers are thousandths of the width, as text."""

    phase: str
    x: str
    width: str


class Axis:
    """Maps times (milliseconds since 1970) to the width."""

    def __init__(self, calls: Sequence[Recorded]) -> None:
        spans = sorted((begin, begin + each.duration_ms) for each in calls if (begin := _begin(each)) is not None)
        busy: list[list[float]] = []
        for start, end in spans:
            if busy and start <= busy[-1][1]:
                busy[-1][1] = max(busy[-1][1], end)
            else:
                busy.append([start, end])
        total = sum(end - start for start, end in busy) or 1.0
        self.is_shortened = False
        self._starts: list[float] = []
        self._offsets: list[float] = []
        drawn = 0.0
        for number, (start, end) in enumerate(busy):
            gap = start - busy[number - 1][1] if number else 0.0
            self.is_shortened |= gap > total * _GAP
            drawn += min(gap, total * _GAP)
            self._starts.append(start)
            self._offsets.append(drawn)
            drawn += end - start
        self._scale = _WIDTH / max(drawn, 1.0)

    def bars(self, call: Recorded) -> Iterator[Bar]:
        """The phases of one call, or its duration when no phases were recorded."""
        begin = _begin(call)
        if begin is None:
            return
        number = bisect_right(self._starts, begin) - 1
        at = (self._offsets[number] + begin - self._starts[number]) * self._scale
        # The handshake is part of `connect` (HAR 1.2, timings).
        phases = [phase for phase in call.phases if phase[0] != "ssl"] or [("wait", call.duration_ms)]
        for name, length in phases:
            x = min(_WIDTH - _THINNEST, max(0.0, at))
            width = max(_THINNEST, min(length * self._scale, _WIDTH - x))
            yield Bar(name, f"{x:.1f}", f"{width:.1f}")
            at += length * self._scale


def _begin(call: Recorded) -> float | None:
    return None if call.started is None else call.started.timestamp() * 1_000
