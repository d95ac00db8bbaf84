"""The byte stream counts depth exactly, whatever the pieces, and grows for long strings."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.collectors.har.pieces import Depth, TooDeep, Utf8Pieces

ANY = st.recursive(
    st.text(alphabet='a"\\[]{}', max_size=8),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(alphabet='"\\]{', max_size=3), each, max_size=3),
)


@given(ANY, st.integers(1, 7))
def test_a_whole_document_ends_at_depth_zero(document: object, size: int) -> None:
    text, depth = json.dumps([document]).encode(), Depth()

    for start in range(0, len(text), size):
        depth.count(text[start : start + size])

    assert depth.value == 0


def test_brackets_hidden_behind_strings_are_counted() -> None:
    with pytest.raises(TooDeep):
        Depth().count(b'["]",' * 4000)


def test_a_string_without_an_end_is_refused_in_linear_time() -> None:
    pieces = Utf8Pieces(io.BytesIO(b'{"a":"' + b"x" * (80 << 20)), "utf-8", 0, 0, False, lambda: 1 << 40)

    with pytest.raises(TooDeep):
        list(iter(pieces.read, b""))


def test_marks_and_wrappings_are_taken_off() -> None:
    pieces = Utf8Pieces(io.BytesIO(b"\xef\xbb\xbfcb({})"), "utf-8", 3, 3, False, lambda: 100)

    assert pieces.read() == b"{})"
