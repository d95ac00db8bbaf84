"""Facts are read from a stream, entry by entry, and counted."""

import io
import json

from diagpack.collectors._environment_facts import facts_of


def _facts(log: dict[str, object]) -> dict[str, dict[str, object]]:
    return facts_of(io.BytesIO(json.dumps({"log": log}).encode()), "har-2")


def test_entries_without_an_original_index_are_counted():
    entries = [{"startedDateTime": "2026-03-03T10:11:12+01:00"}] * 3

    assert _facts({"entries": entries})["time_zone"] == {
        "value": "+01:00",
        "refs": ["[har-2 #0]", "[har-2 #1]", "[har-2 #2]"],
    }


def test_a_time_in_utc_says_nothing_about_the_computers_zone():
    assert "time_zone" not in _facts({"entries": [{"startedDateTime": "2026-03-03T10:11:12Z"}]})


def test_at_most_five_places_are_cited():
    entries = [{"startedDateTime": "2026-03-03T10:11:12+01:00"}] * 30

    assert len(_facts({"entries": entries})["time_zone"]["refs"]) == 5  # type: ignore[arg-type]


def test_an_overlong_value_is_cut():
    entries = [{"request": {"headers": [{"name": "Accept-Language", "value": "x" * 5000}]}}]

    assert _facts({"entries": entries})["languages"]["value"] == ["x" * 200]


def test_an_empty_log_says_nothing():
    assert _facts({}) == {}
