"""Zone, year and date are completed as the case and the header say, and each assumption is named."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from diagpack.collectors.logs.clock import Clock, Instant
from diagpack.collectors.logs.stamper import Stamper
from diagpack.errors import CollectError
from diagpack.model.case import Window


def _read(line: str, clock: Clock) -> Instant:
    reading = Stamper().read(line)
    assert reading is not None
    instant = clock.instant(reading)
    assert instant is not None
    return instant


def _clock(head: str = "", **options: object) -> Clock:
    return Clock.of(head, anchor=datetime(2026, 1, 5, 12, tzinfo=UTC), **options)  # type: ignore[arg-type]


def test_a_stated_zone_is_quoted():
    assert _read("2026-01-02T10:00:00+05:30 x", _clock()).zone == "+05:30"
    assert _read("2026-01-02T10:00:00Z x", _clock(configured="Europe/Berlin")).zone == "Z"


def test_a_missing_zone_is_assumed_aloud():
    assert _read("2026-01-02 10:00:00 x", _clock()).zone == "assumed UTC"


def test_a_zone_that_names_no_offset_is_assumed_aloud():
    assert _read("2026-01-02 10:00:00 IST x", _clock()).zone == "assumed UTC (not IST)"


def test_a_configured_zone_follows_summer_time():
    clock = _clock(configured="Europe/Berlin")

    assert _read("2025-07-01 10:00:00 x", clock).at == datetime(2025, 7, 1, 8, tzinfo=UTC)
    assert _read("2026-01-01 10:00:00 x", clock).at == datetime(2026, 1, 1, 9, tzinfo=UTC)
    assert _read("2026-01-01 10:00:00 x", clock).zone == "configured Europe/Berlin"


def test_a_configured_offset_is_one():
    assert _read("2026-01-01 10:00:00 x", _clock(configured="-08:00")).at == datetime(2026, 1, 1, 18, tzinfo=UTC)


def test_an_unknown_configured_zone_is_an_error_that_does_not_repeat_it():
    with pytest.raises(CollectError) as caught:
        _clock(configured="canary-zone")

    assert caught.value.id == "DP134"
    assert "canary" not in str(caught.value)


def test_a_missing_year_is_the_one_before_the_new_year():
    december, january = _read("Dec 31 23:00:00 host x", _clock()), _read("Jan  1 00:10:00 host x", _clock())

    assert (december.at.year, january.at.year) == (2025, 2026)
    assert december.zone == "assumed UTC; year assumed"


def test_the_window_decides_a_missing_year():
    window = Window(datetime(2020, 6, 1, tzinfo=UTC), datetime(2020, 6, 2, tzinfo=UTC))

    assert _read("Jun  1 10:00:00 host x", _clock(window=window)).at.year == 2020


def test_29_february_finds_its_leap_year():
    assert _read("Feb 29 10:00:00 host x", _clock()).at.year == 2024


def test_a_w3c_log_is_utc_by_its_header():
    clock = _clock("#Fields: date time cs-method")

    assert _read("2026-01-02 10:00:00 GET", clock).zone == "header UTC"


def test_a_w3c_header_may_state_offset_and_date():
    clock = _clock("#Date: 2026-01-02 00:00:00\n#GMT-Offset: -0800\n#Fields: time c-ip")

    assert _read("10:00:00 192.0.2.1", clock).at == datetime(2026, 1, 2, 18, tzinfo=UTC)


def test_a_time_alone_says_that_its_date_is_assumed():
    instant = _read("10:00:00.250 x", _clock())

    assert instant.at == datetime(2026, 1, 5, 10, 0, 0, 250_000, tzinfo=UTC)
    assert "date assumed" in instant.zone


def test_a_year_the_log_itself_shows_wins_over_the_window():
    window = Window(datetime(2020, 6, 1, tzinfo=UTC), datetime(2020, 6, 2, tzinfo=UTC))
    clock = replace(_clock(window=window), seen=datetime(2009, 12, 6, tzinfo=UTC))

    assert _read("Jan  2 10:00:00 host x", clock).at.year == 2010
    assert _read("Dec 30 10:00:00 host x", clock).zone == "assumed UTC; year from the log"
