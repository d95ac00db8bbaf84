"""Escapes: decoding keeps a map back to the source."""

import html
import json
import sys
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact.codecs import (
    ENTITIES,
    JSON_ESCAPES,
    PERCENT,
    QUOTED_PRINTABLE,
    Codec,
    local_codecs,
)


@given(st.text(min_size=1), st.text(), st.text())
def test_a_decoded_range_points_to_its_source(middle: str, before: str, after: str) -> None:
    source = (before + "\0" + "".join(f"%{each:02X}" for each in middle.encode()) + "\0" + after).encode()

    decoded = PERCENT.decode(source)

    assert decoded is not None
    at = decoded.data.find(b"\0") + 1
    if b"%" in before.encode() or "\0" in before:
        return
    start, end = decoded.source(at, at + len(middle.encode()))
    assert source[start:end] == "".join(f"%{each:02X}" for each in middle.encode()).encode()


@pytest.mark.parametrize(
    ("codec", "source", "plain"),
    [
        (PERCENT, b"a%40b%2e", b"a@b."),
        (ENTITIES, b"a&#64;b&amp;c&#x40;", b"a@b&c@"),
        (JSON_ESCAPES, b'a\\u0040b\\"c\\n\\x41', b'a@b"c\nA'),
        (JSON_ESCAPES, json.dumps("\U0001f600").encode()[1:-1], "\U0001f600".encode()),
        (QUOTED_PRINTABLE, b"a=40b=\r\nc=3D", b"a@bc="),
    ],
)
def test_escapes_are_undone(codec: Codec, source: bytes, plain: bytes) -> None:
    decoded = codec.decode(source)

    assert decoded is not None
    assert decoded.data == plain


@given(st.text(alphabet='aä@%&<>"\\€ \n', min_size=1))
def test_each_codec_reads_what_the_standard_library_wrote(text: str) -> None:
    for codec, written in (
        (PERCENT, quote(text, safe="")),
        (JSON_ESCAPES, json.dumps(text)[1:-1]),
        (ENTITIES, html.escape(text)),
    ):
        decoded = codec.decode(written.encode())
        assert (decoded.data.decode() if decoded else written) == text


def test_a_text_without_escapes_has_no_codec() -> None:
    assert list(local_codecs(b"page=40 of 100% & more C:\\Users")) == []


def test_offsets_of_a_long_text_are_packed_and_say_the_same() -> None:
    """A hostile text holds an escape in every other byte."""
    short, long = b"a%41b%42%43c" * 10, b"a%41b%42%43c" * 8000

    few, many = PERCENT.decode(short), PERCENT.decode(long)

    assert few is not None
    assert many is not None
    assert many.data == b"aAbBCc" * 8000
    assert sys.getsizeof(many.here) < 5 * len(many.here)
    assert [many.source(at, at + 4) for at in range(40)] == [few.source(at, at + 4) for at in range(40)]
