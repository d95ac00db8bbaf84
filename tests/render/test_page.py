"""The page as plain values."""

from dataclasses import replace

from diagpack.render._page import page
from tests.render.escalations import REQUEST_ID, cited, escalation, timeline
from tests.support import evidence as support


def test_errors_stay_when_a_long_timeline_is_cut() -> None:
    quiet = tuple(replace(timeline()[0], text=f"event {number}") for number in range(1_000))
    made = page(escalation(assessment_changes={"timeline": (*quiet, *timeline()), "extra": {"timeline_omitted": 5}}))

    assert [each.level for each in made.events].count("error") == 2
    assert len(made.events) == 400
    assert made.rest_events == 1_009 - 400 + 5


def test_pauses_and_clock_corrections_are_shown() -> None:
    events = page(escalation()).events

    assert [each.gap for each in events if each.gap] == ["+1.9 s", "+13.3 s"]
    assert {each.skew for each in events} == {"-420 s", ""}


def test_request_ids_come_with_their_log_queries() -> None:
    first = page(escalation()).ids[0]

    assert first.id == REQUEST_ID
    assert dict(first.queries)["grep"] == f"grep -F '{REQUEST_ID}' app.log"


def test_without_stated_ids_those_of_the_failing_call_are_shown() -> None:
    made = page(escalation(assessment_changes={"first_failure_request_ids": ()}))

    assert made.first_ids[0] == REQUEST_ID


def test_a_very_long_list_of_statements_says_how_much_is_left_out() -> None:
    made = page(escalation(assessment_changes={"tried": (cited("again"),) * 60}))

    assert made.tried[-1].text == "… 10 more, see report.md"


def test_a_linked_incident_is_shown() -> None:
    assert page(escalation(case=support.case_content(incident="INC-7"))).incident == "INC-7"
