"""The byte stream is UTF-8 whatever the file was, and no larger than allowed."""

import io

import pytest

from diagpack.collectors.har.pieces import Utf8Pieces
from diagpack.errors import CollectError


def test_marks_and_wrappings_are_taken_off() -> None:
    pieces = Utf8Pieces(io.BytesIO(b"\xef\xbb\xbfcb({})"), "utf-8", 3, 3, lambda: 100)

    assert pieces.read() == b"{})"


def test_other_encodings_become_utf_8() -> None:
    pieces = Utf8Pieces(io.BytesIO('\ufeff{"ä":1}'.encode("utf-16-be")), "utf-16-be", 2, 0, lambda: 100)

    assert pieces.read().decode() == '{"ä":1}'


def test_more_than_the_limit_is_refused() -> None:
    pieces = Utf8Pieces(io.BytesIO(b"{" * 200), "utf-8", 0, 0, lambda: 100)

    with pytest.raises(CollectError, match="larger"):
        pieces.read()
