"""Timestamps in JSON lines are found by the names loggers give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.collectors.logs.json_times import keyed_time, object_in, time_in, time_in_broken, value_reading


@pytest.mark.parametrize(
    "value",
    [1772532672, 1772532672.5, 1772532672125, "1772532672", "2026-03-03T10:11:12Z", {"$date": "2026-03-03T10:11:12Z"}],
)
def test_numbers_text_and_nested_values_are_read(value: object):
    reading = value_reading(value)

    assert reading is not None
    assert (reading.year, reading.month, reading.day) == (2026, 3, 3)


@pytest.mark.parametrize("value", [None, True, 5, 0.25, 1e300, float("nan"), "soon", "", [], {}, "9" * 40])
def test_what_is_no_time_is_none(value: object):
    assert value_reading(value) is None


def test_the_key_list_decides_and_a_value_that_is_no_time_is_passed_over():
    assert time_in({"created_at": "2020-01-01T00:00:00Z", "ts": "0.125", "time": "2026-03-03T10:11:12Z"}) is not None
    assert (time_in({"ts": 0.125, "created_at": "2020-01-01T00:00:00Z"}) or ("",))[0] == "created_at"
    assert time_in({"message": "2026-03-03T10:11:12Z"}) is None


def test_an_otlp_export_line_has_the_time_of_its_first_record():
    record = {"timeUnixNano": "1772532672125000000"}
    document = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}

    assert (time_in(document) or ("",))[0] == "timeUnixNano"


def test_an_object_may_have_a_short_prefix():
    assert object_in('web-1 | {"a": 1}') == ({"a": 1}, 8)
    assert object_in("no object") == (None, -1)
    assert object_in('{"a": 1} and more') == (None, -1)
    assert object_in("{" * 10_000) == (None, -1)


def test_a_broken_object_is_searched_for_its_pairs():
    assert (time_in_broken('{"msg":"x","ts":1772532672.5,"a":"') or ("",))[0] == "ts"
    assert time_in_broken('{"msg":"x') is None


def test_a_logfmt_time_needs_a_logfmt_line():
    assert keyed_time('level=info ts="2026-03-03 10:11:12" x=y') is not None
    assert keyed_time("SET timestamp=1772532672;") is None


@given(
    st.recursive(
        st.none() | st.floats() | st.integers() | st.text(max_size=30),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["time", "ts", "$date", "resourceLogs", "x"]), x),
        max_leaves=8,
    )
)
def test_no_value_makes_it_raise(value: object):
    value_reading(value)
    if isinstance(value, dict):
        time_in(value)
