"""What is kept of many records stays in bounds and in order."""

from datetime import UTC, datetime, timedelta

from diagpack.collectors.logs.clock import Instant
from diagpack.collectors.logs.cut import Caps, Keeper, with_gaps
from diagpack.collectors.logs.records import Record
from diagpack.model.case import Window

START = datetime(2026, 3, 3, 10, tzinfo=UTC)


def _record(
    n: int, *, level: str | None = None, stream: str = "", text: str = "x", seconds: int | None = None
) -> Record:
    at = START + timedelta(seconds=n if seconds is None else seconds)
    return Record(n + 1, 1, n * 10, n * 10 + 10, Instant(at, "Z"), level, text, stream)


def _lines(keeper: Keeper) -> list[int]:
    return [each.record.line for each in keeper.chosen()]


def test_neighbours_of_a_hit_are_those_of_its_stream():
    keeper = Keeper(Caps(around=2))
    for n in range(20):
        keeper.offer(_record(n, stream="ab"[n % 2]), ["id"] if n == 10 else ())

    assert _lines(keeper) == [9, 11, 13, 15]


def test_neighbours_far_away_in_time_are_not_shown():
    keeper = Keeper(Caps(around=2, near=timedelta(seconds=5)))
    keeper.offer(_record(0, seconds=0))
    keeper.offer(_record(1, seconds=100), ["id"])
    keeper.offer(_record(2, seconds=101))
    keeper.offer(_record(3, seconds=900))

    assert _lines(keeper) == [2, 3]


def test_a_window_of_many_records_keeps_start_end_and_errors():
    keeper = Keeper(Caps(records=10), window=Window(START, START + timedelta(days=1)))
    for n in range(1_000):
        keeper.offer(_record(n, level="error" if n == 500 else "info"))

    shown = _lines(keeper)
    assert len(shown) == 10
    assert {1, 2, 501, 999, 1_000} <= set(shown)
    assert keeper.cut_records == 990


def test_bytes_are_capped_too():
    keeper = Keeper(Caps(bytes=1_000), window=Window(START, START + timedelta(days=1)))
    for n in range(100):
        keeper.offer(_record(n, text="é" * 50))

    assert len(_lines(keeper)) == 10


def test_gaps_say_how_many_lines_and_how_long():
    keeper = Keeper(Caps(around=0))
    for n in range(2_000):
        keeper.offer(_record(n), ["id"] if n in (5, 1_290) else ())

    shown = list(with_gaps(keeper.chosen(), "app", lines_total=2_000))

    assert [each.get("gap") for each in shown] == [5, None, 1_284, None, 709]
    assert shown[2]["text"] == "... 1,284 lines (00:21:25) not shown ..."
    assert shown[4]["text"] == "... 709 lines not shown ..."
