"""The encoding of a log is found from its first bytes, and nothing is ever dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.collectors.logs.encodings import Encoding, detect

TEXT = "2026-03-03 10:11:12 INFO Übertragung für François läuft\n" * 5


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16-le"),
        (TEXT.encode("utf-16-le"), "utf-16-le (assumed)"),
        (TEXT.encode("utf-16-be"), "utf-16-be (assumed)"),
        (TEXT.encode("cp1252"), "cp1252 (assumed)"),
        (TEXT.encode() * 3 + b"\xff", "utf-8"),
        (b"plain", "utf-8"),
        (b"", "utf-8"),
    ],
)
def test_encodings_are_told_apart(data: bytes, name: str):
    assert detect(data).name == name


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_text_comes_back_without_its_mark(codec: str):
    data = TEXT.encode(codec)
    encoding = detect(data)

    assert encoding.decode(data[encoding.skip :]) == TEXT


def test_a_character_cut_by_the_end_of_the_head_does_not_make_it_legacy():
    assert detect(("x" * 100 + "€").encode()[:-1]).codec == "utf-8"


def test_invalid_bytes_are_shown():
    assert Encoding("utf-8").decode(b"a\xffb") == "a\\xffb"
    assert not Encoding("utf-8").decodes(b"a\xff")


@given(st.binary(max_size=200))
def test_any_bytes_decode_to_text_that_can_be_written(data: bytes):
    text = detect(data).decode(data)

    assert text.encode("utf-8", "surrogatepass") is not None
