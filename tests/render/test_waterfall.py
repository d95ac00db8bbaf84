"""The waterfall's axis."""

from diagpack.model.evidence import EvidenceSet
from diagpack.render._exchanges import Recorded, recorded
from diagpack.render._waterfall import Axis
from tests.support import evidence as support


def calls(*spans: tuple[str, float]) -> tuple[Recorded, ...]:
    entries = [
        support.har_entry(number, "https://app.example.com/", started=f"2026-03-03T09:{start}Z", time=length)
        for number, (start, length) in enumerate(spans)
    ]
    return recorded(EvidenceSet([support.har(entries)]))


def numbers(axis: Axis, call: Recorded) -> tuple[float, float]:
    (bar,) = axis.bars(call)
    return float(bar.x), float(bar.width)


def test_busy_time_is_to_scale() -> None:
    first, second = calls(("00:00.000", 100), ("00:00.100", 300))
    axis = Axis([first, second])

    assert numbers(axis, first) == (0, 250)
    assert numbers(axis, second) == (250, 750)
    assert not axis.is_shortened


def test_idle_time_is_shortened() -> None:
    first, second = calls(("00:00.000", 100), ("59:00.000", 100))
    axis = Axis([first, second])

    assert axis.is_shortened
    assert numbers(axis, second)[0] < 560
    assert numbers(axis, first)[1] > 400


def test_a_short_call_can_still_be_seen() -> None:
    first, second = calls(("00:00.000", 100_000), ("00:50.000", 1))

    assert numbers(Axis([first, second]), second)[1] == 4


def test_a_call_without_a_time_has_no_bar() -> None:
    (call,) = calls(("never", 100))

    assert list(Axis([call]).bars(call)) == []
