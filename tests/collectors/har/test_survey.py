"""The capture itself is judged, each finding with the sentence for the customer."""

from datetime import timedelta
from typing import Any

import pytest

from diagpack.collectors.har.survey import Survey, browser_of, capture_findings
from diagpack.model.case import Window
from diagpack.model.clocks import browser_ahead
from diagpack.model.exchange import from_entry
from diagpack.model.failure import classify
from diagpack.model.party import Party
from tests.har_fixtures import START, har_entry

CREDENTIALS = {"cookie": "a=b"}


def judged(*entries: Any, **known: Any) -> dict[str, dict[str, str]]:
    survey = Survey()
    for each in map(from_entry, entries):
        survey.add(each, classify(each, Party()) is not None)
    settings = {"log": {"pages": [{}]}, "window": None, "hosts": (), "browser": "", "truncation": None, **known}
    return {each["id"]: each for each in capture_findings(survey, **settings)}


def test_a_sign_in_that_begins_at_its_callback_lost_its_start() -> None:
    callback = har_entry("https://app.example.com/callback?code=1&state=2", kind="document")

    assert "har.preserve_log" in judged(callback)
    assert "har.preserve_log" not in judged(har_entry("https://idp.example.net/authorize?x=1"), callback)


def test_a_sign_in_without_its_way_back_is_noticed() -> None:
    found = judged(har_entry("https://idp.example.net/authorize?response_type=code", status=302))

    assert "way back" in found["har.flow"]["message"]


def test_the_window_decides() -> None:
    late = Window(START + timedelta(hours=3), START + timedelta(hours=4))
    meets = Window(START - timedelta(hours=1), START + timedelta(hours=1))

    assert "record it again" in judged(har_entry(), window=late)["har.window"]["ask"]
    assert "har.window" not in judged(har_entry(), window=meets)


def test_extensions_and_missing_credentials_are_named() -> None:
    blocked = har_entry(status=0, _error="net::ERR_BLOCKED_BY_CLIENT")

    assert {"har.extension", "har.sanitized"} <= set(judged(blocked, har_entry()))
    assert "har.sanitized" not in judged(blocked, har_entry(request_headers=CREDENTIALS))


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
