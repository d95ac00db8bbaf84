"""A wrong clock is found from Date headers."""

from pathlib import Path

import pytest

from diagpack.analyze.clock_skew import RULE
from tests.har_fixtures import evidence_of, har, har_entry


def test_a_clock_seven_minutes_ahead_is_found(tmp_path: Path) -> None:
    entries = [har_entry(seconds=each, skew=420) for each in range(5)]

    (finding,) = RULE.check(evidence_of(tmp_path, har(*entries)))

    assert "7 min ahead" in finding.statement
    assert finding.data["skew_seconds"] == pytest.approx(420, abs=2)


def test_a_clock_that_is_right_and_cached_answers_say_nothing(tmp_path: Path) -> None:
    right = [har_entry(seconds=each) for each in range(5)]
    cached = [har_entry(seconds=each, skew=86_400, headers={"age": "86400"}) for each in range(9)]

    assert list(RULE.check(evidence_of(tmp_path, har(*right, *cached)))) == []
