"""A query holds every spelling of an ID, under the name it was given."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from diagpack.collectors.logs.query import Query, query_of
from diagpack.model.case import Window

ID = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"


def test_spellings_stand_for_the_id_as_given():
    query = query_of([ID])

    assert {ID, ID.upper(), ID.replace("-", "")} <= set(query.ids)
    assert set(query.ids.values()) == {ID}


def test_long_parts_of_a_composite_id_are_searched_and_short_ones_are_not():
    query = query_of([f"0af7651916cd43dd#109#{ID}"])

    assert {"0af7651916cd43dd", ID} <= set(query.ids)
    assert "109" not in query.ids


def test_ids_too_short_to_mean_anything_are_left_out():
    assert query_of(["7", "abc", ""]).ids == {}


def test_the_window_is_widened_by_the_slack():
    start = datetime(2026, 3, 3, tzinfo=UTC)

    wide = Query(window=Window(start, start), slack=timedelta(minutes=2)).wide_window

    assert wide == Window(start - timedelta(minutes=2), start + timedelta(minutes=2))
    assert Query().wide_window is None


@given(st.lists(st.text(max_size=40), max_size=5))
def test_every_form_belongs_to_an_id_that_was_given(ids: list[str]):
    assert set(query_of(ids).ids.values()) <= set(ids)
