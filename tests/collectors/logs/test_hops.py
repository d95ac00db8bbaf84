"""Other IDs in a record are found by their field names."""

import json

from hypothesis import given
from hypothesis import strategies as st

from diagpack.collectors.logs.hops import candidates

TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_ids_are_found_in_logfmt_json_and_traceparent():
    assert candidates([f"x trace_id={TRACE} user_id=12345678"], []) == {TRACE: "trace_id"}
    assert candidates([json.dumps({"ctx": {"traceId": TRACE}, "password": "canary-secret"})], []) == {TRACE: "traceId"}
    assert candidates([f"hdr 00-{TRACE}-b7ad6b7169203331-01"], []) == {TRACE: "traceparent"}
    assert candidates([f"X-Request-Id: {TRACE}, next"], []) == {TRACE: "X-Request-Id"}


def test_known_ids_in_any_spelling_are_no_news():
    known = "0AF76519-16CD-43DD-8448-EB211C80319C"

    assert candidates([f"trace_id={TRACE}"], [known]) == {}


def test_dates_and_zeros_are_no_ids():
    assert candidates(["trace_id=00000000000000000000000000000000 request_id=2026-03-03T10:11:12"], []) == {}


def test_there_are_never_more_than_twenty():
    assert len(candidates([f"trace_id=abcdef{n:04}{TRACE}" for n in range(99)], [])) == 20


@given(st.lists(st.text(max_size=200), max_size=5))
def test_no_text_makes_it_raise(texts: list[str]):
    candidates(texts, [])
