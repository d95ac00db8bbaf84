"""Entries are found wherever people put them, and damage costs one."""

import io
import json
from typing import Any

import pytest

from diagpack.collectors.har import walk
from diagpack.collectors.har.walk import Reading, Walk
from diagpack.collectors.har.window import Window

ENTRY = {"startedDateTime": "x", "request": {"url": "a"}, "response": {}}


def walked(text: str) -> tuple[list[Any], Reading]:
    reading = Reading()
    return list(Walk(Window(io.BytesIO(text.encode()).read), reading).entries()), reading


@pytest.mark.parametrize(
    "document",
    [
        {"log": {"entries": [ENTRY, ENTRY]}},
        {"log": [ENTRY, ENTRY]},
        {"entries": [ENTRY, ENTRY]},
        [ENTRY, ENTRY],
        {"log": {"entries": {"0": ENTRY, "1": ENTRY}}},
        {"data": {"har": {"log": {"entries": [ENTRY, ENTRY]}}}},
        [{"log": {"entries": [ENTRY]}}, {"log": {"entries": [ENTRY]}}],
    ],
)
def test_two_entries_are_two_entries(document: Any) -> None:
    assert walked(json.dumps(document))[0] == [ENTRY, ENTRY]


def test_one_entry_alone_is_a_capture_of_one() -> None:
    assert walked(json.dumps(ENTRY))[0] == [ENTRY]


def test_damage_is_counted_and_stepped_over() -> None:
    text = json.dumps({"log": {"entries": [ENTRY] * 3}})
    broken = text.replace('"url": "a"', '"url": "a', 2).replace('"url": "a}', '"url": "a"}', 1)

    entries, reading = walked(broken)

    assert len(entries) == 3
    assert reading.damaged == 1
    assert reading.broken_off is None


def test_more_entries_than_the_limit_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_ENTRIES", 2)

    entries, reading = walked(json.dumps([ENTRY] * 5))

    assert len(entries) == 2
    assert reading.notes == ["only the first 2 entries were read"]
