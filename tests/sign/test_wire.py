"""The SSH wire format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.sign.wire import Reader, mpint, string


@given(st.binary(max_size=100), st.integers(0, 1 << 300))
def test_what_is_written_is_read_back(text: bytes, number: int) -> None:
    reader = Reader(string(text) + mpint(number))

    assert reader.string() == text
    assert reader.mpint() == number
    reader.end()


def test_a_number_with_its_top_bit_set_gets_a_zero_byte() -> None:
    assert mpint(0x80) == b"\0\0\0\2\0\x80"
    assert mpint(0x7F) == b"\0\0\0\1\x7f"
    assert mpint(0) == b"\0\0\0\0"


@pytest.mark.parametrize("number", [b"\0\0\0\1\x80", b"\0\0\0\2\0\x01", b"\0\0\0\1\0"])
def test_negative_and_padded_numbers_are_refused(number: bytes) -> None:
    with pytest.raises(ValueError):
        Reader(number).mpint()


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"\0\0\0\5abcd", b"\xff\xff\xff\xff"])
def test_a_string_that_is_cut_short_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="cut short"):
        Reader(content).string()


def test_bytes_after_the_end_are_refused() -> None:
    with pytest.raises(ValueError, match="after the end"):
        Reader(b"a").end()
