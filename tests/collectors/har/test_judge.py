"""The capture itself is judged, each finding with the sentence for the customer."""

from datetime import timedelta
from typing import Any

from diagpack.collectors.har.judge import capture_findings
from diagpack.collectors.har.survey import Survey
from diagpack.model.case import Window
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


def test_only_browsers_that_strip_credentials_are_said_to_have_done_so() -> None:
    agents = {
        "Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/141.0 Safari/537.36": "exported as “sanitized” (Chrome's default)",
        "Mozilla/5.0 (X11; rv:144.0) Gecko/20100101 Firefox/144.0": "nobody was signed in",
    }
    for agent, words in agents.items():
        found = judged(*[har_entry(request_headers={"user-agent": agent}) for _ in range(3)])

        assert words in found["har.sanitized"]["message"]
        assert found["har.sanitized"]["ask"]


def test_a_recording_that_starts_inside_a_session_is_told_from_one_with_a_sign_in() -> None:
    inside = [har_entry(request_headers=CREDENTIALS, status=200 + each * 100, seconds=each) for each in (0, 0, 2)]
    inside[2]["response"]["status"] = 401
    login = har_entry("https://app.example.com/login", method="POST", request_headers=CREDENTIALS)

    assert "inside a session" in judged(*inside)["har.mid_session"]["message"]
    assert "har.mid_session" not in judged(login, *inside)
    assert "har.mid_session" not in judged(har_entry(), har_entry(), har_entry(), *inside)
    assert "har.mid_session" not in judged(*inside[:2])


def test_bodies_far_shorter_than_stated_were_cut() -> None:
    cut = har_entry(body="ä" * 100)
    cut["response"]["content"]["size"] = 4000
    whole = har_entry(body="ä" * 100)
    whole["response"]["content"]["size"] = 200

    assert judged(cut, whole)["har.bodies_cut"]["message"].startswith("1 of 2 answers were cut")
    assert "har.bodies_cut" not in judged(whole)


def test_a_recording_without_times_asks_for_one() -> None:
    entry = har_entry()
    entry["startedDateTime"] = None

    assert "At what time" in judged(entry)["har.times"]["ask"]
    assert "har.times" not in judged(har_entry())
