"""Figures of a capture: its browser, its clock."""

from typing import Any

import pytest

from diagpack.collectors.har.survey import browser_of
from diagpack.model.clocks import browser_ahead
from diagpack.model.exchange import from_entry
from tests.har_fixtures import har_entry


@pytest.mark.parametrize(
    ("log", "agent", "browser"),
    [
        ({}, "Mozilla/5.0 Chrome/130 Safari/537 Edg/130", "edge"),
        ({}, "Mozilla/5.0 Chrome/130 Safari/537", "chrome"),
        ({"creator": {"name": "Firefox"}}, "", "firefox"),
        ({"creator": {"name": "WebInspector"}}, "", "chrome"),
        ({"creator": "Charles"}, "", ""),
    ],
)
def test_browsers(log: dict[str, Any], agent: str, browser: str) -> None:
    assert browser_of(log, agent) == browser


def test_skew_counts_the_time_until_the_answer() -> None:
    entry = har_entry(timings={"send": 1, "wait": 10_000, "receive": 1}, headers={"date": ""})
    entry["response"]["headers"] = [{"name": "Date", "value": "Mon, 02 Mar 2026 09:00:10 GMT"}]

    assert browser_ahead(from_entry(entry)) == pytest.approx(-0.5)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 2026 99:99:99 GMT"])
def test_dates_that_are_none_say_nothing(date: str) -> None:
    entry = har_entry()
    entry["response"]["headers"] = [{"name": "date", "value": date}]

    assert browser_ahead(from_entry(entry)) is None
