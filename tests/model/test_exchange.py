"""Exchanges are read from any entry; nothing raises."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.model.exchange import (
    content_text,
    exchanges_of,
    from_entry,
    host_of,
    origin_of,
    pairs,
    parse_time,
    path_template,
    unbase64,
)
from tests.har_fixtures import har, har_entry

ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=8), each, max_size=4),
    max_leaves=12,
)


def test_an_entry_of_chrome_is_read_whole() -> None:
    entry = har_entry(status=503, request_headers={"Accept": "application/json"}, _dpEntry=7)

    found = from_entry(entry)

    assert (found.index, found.status, found.host) == (7, 503, "app.example.com")
    assert found.is_call
    assert found.is_json_expected
    assert found.response_text == '{"ok":true}'


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["request", "response", "timings", "time", "_initiator", "_error"]), ANY))
def test_no_entry_raises(entry: dict[str, Any]) -> None:
    found = from_entry(entry)

    assert found.host is not None
    assert found.template


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/api/orders/17/lines", "/api/orders/{id}/lines"),
        ("/u/0af76519-16cd-43dd-8448-eb211c80319c", "/u/{id}"),
        ("/u/dp-user-k3f9q2m7ab4t", "/u/{id}"),
        ("/u/someone@example.com", "/u/{id}"),
        ("/saml/acs", "/saml/acs"),
    ],
)
def test_ids_leave_the_path_template(path: str, template: str) -> None:
    assert path_template(path) == template


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://App.Example.com:443/x", "https://app.example.com"),
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080"),
        ("https://a.example.com:99999999/", ""),
        ("https://[::1", ""),
        ("data:text/plain,x", ""),
    ],
)
def test_origins(url: str, origin: str) -> None:
    assert origin_of(url) == origin
    assert isinstance(host_of(url), str)


def test_headers_in_every_spelling() -> None:
    expected = (("a", "1"),)

    assert pairs([{"name": "a", "value": "1"}]) == expected
    assert pairs([["a", "1"]]) == expected
    assert pairs({"a": "1"}) == expected
    assert pairs({"name": "a", "value": "1"}) == expected
    assert pairs([{"name": "a", "value": ["1", "2"]}]) == (("a", "1"), ("a", "2"))
    assert pairs([None, 3, {"value": "x"}]) == (("", "x"),)


def test_base64_bodies_are_undone_and_wrong_labels_forgiven() -> None:
    assert content_text({"text": "YWJj", "encoding": "base64"}) == "abc"
    assert content_text({"text": "not base64!", "encoding": "base64"}) == "not base64!"
    assert content_text({"text": "/+7d", "encoding": "base64"}) is None
    assert unbase64("YWI") == b"ab"


def test_times_without_a_zone_are_utc_and_garbage_is_none() -> None:
    assert parse_time("2026-03-02T10:00:00.1234567+0100") == datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
    assert parse_time("2026-03-02T09:00:00") == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert parse_time("NaN-NaN-NaN") is None
    assert parse_time(17) is None


def test_a_call_whose_time_was_not_recorded_has_none() -> None:
    entry = {**har_entry(), "startedDateTime": "1970-01-01T00:00:00.000Z"}

    assert from_entry(entry).started is None


def test_page_titles_reach_their_exchanges() -> None:
    (found,) = exchanges_of(har(har_entry()))

    assert found.page_title == "Orders"
