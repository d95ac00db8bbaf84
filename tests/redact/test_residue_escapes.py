"""Escapes are undone one layer at a time, by kind or all of them in one go."""

import html
import json
import quopri
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact.residue_escapes import (
    has_printable,
    together,
    without_entities,
    without_escapes,
    without_printable,
)


@given(st.text(max_size=40))
def test_each_kind_reads_what_the_standard_library_wrote(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    ascii_only = json.dumps("".join(each for each in text if each not in '\\"' and each >= " " and each != "\x7f"))[
        1:-1
    ]

    # The writer of quoted-printable makes all line ends those of the first line.
    one_line = raw.replace(b"\r", b"").replace(b"\n", b" ")
    assert without_printable(quopri.encodestring(one_line, quotetabs=True)) == one_line
    assert together(quote(raw, safe="").encode(), is_printable=False) == raw
    assert without_escapes(ascii_only.encode()).decode("utf-8", "surrogatepass") == json.loads(f'"{ascii_only}"')


@given(st.text(alphabet="&#;xX0123456789abcopytlgué ", max_size=40))
def test_references_are_read_as_html_reads_them(text: str) -> None:
    assert without_entities(text.encode()) == html.unescape(text).encode("utf-8", "surrogatepass")


def test_all_kinds_are_undone_in_one_go_and_one_layer_of_each() -> None:
    text = b"a%40b &#64;&#65; &amp;amp; \\u0040\\x41\\/ %2540 x=40y"

    assert together(text, is_printable=False) == b"a@b @A &amp; @A/ %40 x=40y"
    assert together(text, is_printable=True) == b"a@b @A &amp; @A/ %40 x@y"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(b"ann=40mail.example", True), (b"x=3D1", True), (b"J=C3=BCrgen", True), (b"quoted-printable", True),
     (b"?page=40&limit=50", False), (b"id=41", False), (b"a=b", False)],
)  # fmt: skip
def test_an_assignment_is_not_taken_for_quoted_printable(text: bytes, is_one: bool) -> None:
    assert has_printable(text) is is_one
