"""Slow is what is far above the capture's own median."""

from pathlib import Path
from typing import Any

from diagpack.analyze.slow_calls import RULE
from tests.har_fixtures import evidence_of, har, har_entry


def waiting(milliseconds: float, **more: Any) -> dict[str, Any]:
    return har_entry(timings={"send": 1, "wait": milliseconds, "receive": 1}, **more)


def test_one_call_of_nine_seconds_among_fast_ones_is_slow(tmp_path: Path) -> None:
    entries = [waiting(30) for _ in range(9)] + [waiting(9_000, url="https://app.example.com/api/report/7")]

    (finding,) = RULE.check(evidence_of(tmp_path, har(*entries)))

    assert "/api/report/{id} took 9.0 s" in finding.statement
    assert [str(each) for each in finding.refs] == ["[har-1 #9]"]


def test_streams_and_uniformly_slow_captures_say_nothing(tmp_path: Path) -> None:
    slow = [waiting(3_000) for _ in range(9)]
    stream = waiting(60_000, mime="text/event-stream")

    assert list(RULE.check(evidence_of(tmp_path, har(*slow, stream)))) == []


def test_the_statement_says_where_the_time_went(tmp_path: Path) -> None:
    slow = waiting(5_200, headers={"server-timing": "cache;desc=miss, app;dur=41.2"})
    slow |= {"time": 10_200, "timings": {"connect": 4100, "ssl": 3900, "send": 1, "wait": 5200, "receive": 900}}

    (finding,) = RULE.check(evidence_of(tmp_path, har(*(waiting(30) for _ in range(9)), slow)))

    assert finding.statement.endswith(
        "; 10.2 s in all, with connecting 4.1 s (TLS 3.9 s), receiving 0.9 s; the server reports 0.04 s of work"
    )
