"""Where a text stands: lines, entries of a HAR, JSON pointers."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact.passages import passages

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_a_har_entry_is_named_by_its_number_in_the_original() -> None:
    entry = {"_dpEntry": 37, "request": {"headers": [{"name": "Authorization", "value": "Bearer t"}]}}
    har = json.dumps({"log": {"entries": [entry], "comment": "c"}}).encode()

    found = {(each.place, each.label, each.text) for each in passages(har, "application/har+json") if not each.is_key}

    assert ("#37 /request/headers/0/value", "Authorization", "Bearer t") in found
    assert ("/log/comment", "comment", "c") in found


def test_a_log_record_is_named_by_its_line_in_the_original() -> None:
    lines = b'{"line": 12, "text": "hello", "level": "INFO"}\n\n{"text": "gap"}\n'

    found = [(each.place, each.label, each.text) for each in passages(lines, "application/jsonl") if not each.is_key]

    assert ("L12", "", "hello") in found
    assert ("L12", "level", "INFO") in found
    assert ("L3", "", "gap") in found


def test_lines_of_text_without_the_empty_ones_and_nothing_of_a_picture() -> None:
    assert [each.place for each in passages(b"a\n\n b", "text/plain")] == ["L1", "L3"]
    assert list(passages(b"\x89PNG", "image/png")) == []


@given(JSON)
def test_every_text_and_every_key_is_passed_once(document: Any) -> None:
    found = [each.text for each in passages(json.dumps(document).encode(), "application/json")]

    assert sorted(found) == sorted(_texts(document))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in [key, *_texts(each)]]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [] if value is None or isinstance(value, bool) else [str(value)]


def test_depth_is_no_danger() -> None:
    deep = b'{"a":' * 900 + b'"canary"' + b"}" * 900

    assert [each.text for each in passages(deep, "application/json") if not each.is_key] == ["canary"]
