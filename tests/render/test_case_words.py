"""What the analyst wrote, read without trusting its shape."""

from datetime import UTC, datetime

import pytest

from diagpack.render import _case_words
from tests.render.escalations import escalation
from tests.support import evidence as support


def test_the_window_is_shown_in_both_zones() -> None:
    assert _case_words.window_text(escalation()) == (
        "2026-03-03 09:00:00 to 10:00:00 UTC",
        "2026-03-03 10:00:00 to 11:00:00 Europe/Berlin",
    )


def test_an_unknown_zone_leaves_utc_alone() -> None:
    case = support.case_content(customer_zone="../../etc/passwd")

    assert _case_words.window_text(escalation(case=case))[1] == ""


def test_without_a_stated_window_the_failing_events_make_one() -> None:
    found = _case_words.window(escalation(case={}))

    assert found == (datetime(2026, 3, 3, 9, 14, 15, 400_000, UTC), datetime(2026, 3, 3, 9, 14, 16, 120_000, UTC))


@pytest.mark.parametrize(
    "odd",
    [
        None,
        5,
        [],
        {"start": "x", "end": []},
        {"start": "0001-01-01T00:00:00+14:00", "end": "9999-12-31T23:59:59-12:00"},
    ],
)
def test_an_odd_window_is_no_error(odd: object) -> None:
    _case_words.window_text(escalation(case=support.case_content(window=odd, customer_zone="Asia/Tokyo")))


def test_words_of_another_shape_are_text_or_nothing() -> None:
    made = escalation(case={"a": ["x", None, 5], "b": {"c": True}, "d": 7})

    assert [_case_words.word(made, *path) for path in (("a",), ("b",), ("b", "c"), ("d",), ("d", "e"), ("z",))] == [
        "x; 5", "", "", "7", "", "",
    ]  # fmt: skip


def test_the_ask_names_its_date() -> None:
    assert _case_words.ask(escalation()) == "investigate (needed by 2026-03-05 12:00 UTC)"
