"""What of a log is shown: records with a hit and their surroundings, a window, or errors with start and end.

Enters: records in order. Leaves: at most 2,000 records and 2 MiB, with a line for every gap. When there is more, the
first and the last are kept; an error record with an ID hit is kept before anything else.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from diagpack.collectors.logs.levels import ERRORS
from diagpack.collectors.logs.records import Record
from diagpack.model.case import Window


@dataclass(frozen=True, slots=True)
class Caps:
    """`around`: records shown before and after a hit; `near`: how far in time from it they may be."""

    records: int = 2_000
    bytes: int = 2 << 20
    around: int = 8
    near: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A record and why it is shown. Lower `rank` is kept longer."""

    record: Record
    ids: tuple[str, ...] = ()
    rank: int = 9


HIT_ERROR, HIT, ERROR, NEAR, PLAIN = range(5)


class Keeper:
    """Takes every record that was read and keeps, in bounded memory, those that may be shown.

    `window`: records inside it are kept (None: none are); only its errors without `shows_window`. `keeps_errors`:
    errors are kept wherever they are. `ends`: byte offsets before and behind which records are kept as start and end.
    """

    def __init__(
        self,
        caps: Caps,
        *,
        window: Window | None = None,
        shows_window: bool = True,
        keeps_errors: bool = False,
        ends: tuple[int, int] = (0, -1),
    ) -> None:
        self._caps, self._window, self._keeps_errors, self._ends = caps, window, keeps_errors, ends
        self._shows_window = shows_window
        self._kept: dict[int, list[Chosen]] = {}
        self._late: dict[int, deque[Chosen]] = {}
        self._before: deque[Record] = deque(maxlen=caps.around)
        self._after = 0
        self._last_hit: Record | None = None
        self.hit_records = 0
        self.cut_records = 0

    def offer(self, record: Record, ids: Sequence[str] = ()) -> None:
        """Records come in the order of the log."""
        if ids:
            self._offer_hit(record, tuple(ids))
            return
        if self._after and self._last_hit is not None and self._is_near(record, self._last_hit):
            self._after -= 1
            self._keep(Chosen(record, (), NEAR))
            return
        rank = self._rank(record)
        if rank is None:
            self._before.append(record)
        else:
            self._keep(Chosen(record, (), rank))

    def _offer_hit(self, record: Record, ids: tuple[str, ...]) -> None:
        for each in self._before:
            if self._is_near(each, record):
                self._keep(Chosen(each, (), NEAR))
        self._before.clear()
        self.hit_records += 1
        self._keep(Chosen(record, ids, HIT_ERROR if record.level in ERRORS else HIT))
        self._after, self._last_hit = self._caps.around, record

    def _is_near(self, one: Record, hit: Record) -> bool:
        if one.stream != hit.stream:
            return False
        return one.time is None or hit.time is None or abs(one.time.at - hit.time.at) <= self._caps.near

    def _rank(self, record: Record) -> int | None:
        is_inside = self._window is not None and (
            record.time is not None and self._window.start <= record.time.at <= self._window.end
        )
        if (is_inside or self._keeps_errors) and record.level in ERRORS:
            return ERROR
        if (is_inside and self._shows_window) or record.start < self._ends[0] or 0 <= self._ends[1] <= record.start:
            return PLAIN
        return None

    def _keep(self, chosen: Chosen) -> None:
        """Half of the cap for the first, half for the last of each rank."""
        half = self._caps.records // 2
        first = self._kept.setdefault(chosen.rank, [])
        if len(first) < half:
            first.append(chosen)
            return
        last = self._late.setdefault(chosen.rank, deque())
        last.append(chosen)
        if len(last) > half:
            last.popleft()
            self.cut_records += chosen.rank != NEAR

    def chosen(self) -> list[Chosen]:
        """In the order of the log, within the caps."""
        budget_records, budget_bytes = self._caps.records, self._caps.bytes
        result: list[Chosen] = []
        for rank in (HIT_ERROR, HIT, ERROR, NEAR, PLAIN):
            for each in _from_both_ends([*self._kept.get(rank, ()), *self._late.get(rank, ())]):
                size = len(each.record.text.encode("utf-8", "surrogatepass"))
                if budget_records < 1 or size > budget_bytes:
                    self.cut_records += rank != NEAR
                    continue
                budget_records, budget_bytes = budget_records - 1, budget_bytes - size
                result.append(each)
        return sorted(result, key=lambda each: (each.record.start, each.record.line))


def _from_both_ends(items: list[Chosen]) -> Iterator[Chosen]:
    """First, last, second, last but one, …: what a cap cuts is the middle."""
    low, high = 0, len(items) - 1
    while low <= high:
        yield items[low]
        if low != high:
            yield items[high]
        low, high = low + 1, high - 1


def with_gaps(chosen: Iterable[Chosen], source: str, *, lines_total: int) -> Iterator[dict[str, Any]]:
    """JSON-like records; where lines were left out stands a gap record that says how many and how long."""
    line, previous = 1, None
    for each in chosen:
        record = each.record
        if record.line > line:
            yield gap(source, record.line - line, _between(previous, record))
        yield as_json(each, source)
        line, previous = max(line, record.line + record.lines), record
    if line <= lines_total:
        yield gap(source, lines_total - line + 1, "")


def gap(source: str, lines: int, duration: str) -> dict[str, Any]:
    shown = f"{lines:,} {'line' if lines == 1 else 'lines'}"
    return {
        "source": source,
        "gap": lines,
        "text": f"... {shown} ({duration}) not shown ..." if duration else f"... {shown} not shown ...",
    }


def _between(one: Record | None, two: Record) -> str:
    if one is None or one.time is None or two.time is None:
        return ""
    seconds = max(0, int((two.time.at - one.time.at).total_seconds()))
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def as_json(chosen: Chosen, source: str) -> dict[str, Any]:
    """The shape of a record in the artifact."""
    record = chosen.record
    shown: Mapping[str, Any] = {
        "source": source,
        "line": record.line,
        "lines": record.lines,
        "bytes": [record.start, record.end],
        "time": record.time.at.isoformat() if record.time else None,
        "zone": record.time.zone if record.time else None,
        "level": record.level,
        "ids": list(chosen.ids),
        "text": record.text,
    }
    return dict(shown)
