"""timeline.jsonl."""

import json

from diagpack.render.timeline import RENDERER
from tests.render.escalations import REQUEST_ID, escalation, timeline


def lines(**changes: object) -> list[dict[str, object]]:
    content = dict(RENDERER.render(escalation(**changes)))["timeline.jsonl"]
    return [json.loads(line) for line in content.splitlines()]


def test_each_event_is_one_line_with_its_clock_and_citations() -> None:
    assert lines()[5] == {
        "at": "2026-03-03T09:14:15.600Z",
        "level": "error",
        "source": "har-1",
        "text": "POST app.example.com/api/v2/session → 500",
        "refs": ["[har-1 #7]"],
        "request_ids": [REQUEST_ID],
        "skew_seconds": 420,
    }


def test_events_are_in_order_of_time() -> None:
    mixed = tuple(reversed(timeline()))

    times = [str(each["at"]) for each in lines(assessment_changes={"timeline": mixed})]

    assert times == sorted(times)


def test_no_events_make_an_empty_file() -> None:
    assert lines(assessment_changes={"timeline": ()}) == []
