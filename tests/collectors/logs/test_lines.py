"""Lines keep their place, and a long one is never whole in memory."""

import io
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.collectors.logs.encodings import Encoding
from diagpack.collectors.logs.lines import LINE_MAX, Line, LineReader
from diagpack.collectors.logs.streams import LogBytes

UTF8 = Encoding("utf-8")


def _log(data: bytes) -> LogBytes:
    @contextmanager
    def opener():
        yield io.BytesIO(data)

    return LogBytes(opener)


def _lines(data: bytes, hits: list[int] | None = None, encoding: Encoding = UTF8) -> list[Line]:
    with _log(data).open() as cursor:
        return list(LineReader(cursor, encoding, hits or []).lines())


@given(st.lists(st.text("abé", max_size=20), max_size=20))
def test_every_line_has_its_number_and_its_bytes(texts: list[str]):
    data = "".join(f"{each}\n" for each in texts).encode()

    lines = _lines(data)

    assert [each.text for each in lines] == texts
    assert [each.number for each in lines] == list(range(1, len(texts) + 1))
    assert b"".join(data[each.start : each.end] for each in lines) == data


@settings(max_examples=200)
@given(st.text("ab\n", max_size=200).map(str.encode), st.data())
def test_skipping_comes_to_the_next_line_start_with_its_number(data: bytes, drawn: st.DataObject):
    offset = drawn.draw(st.integers(0, len(data)))
    starts = [0, *(at + 1 for at, each in enumerate(data) if each == 10 and at + 1 < len(data))]
    known = max(each for each in starts if each <= offset)

    with _log(data).open() as cursor:
        reader = LineReader(cursor, UTF8)
        reader.skip_to(offset, (known, data.count(b"\n", 0, known) + 1))
        first = next(reader.lines(), None)

    expected = next((each for each in starts if each >= offset and each < len(data)), None)
    assert (first.start if first else None) == expected
    assert first is None or first.number == data.count(b"\n", 0, first.start) + 1


def test_a_line_that_was_unread_comes_again():
    with _log(b"one\ntwo\n").open() as cursor:
        reader = LineReader(cursor, UTF8)
        first = next(reader.lines())
        reader.unread(first)

        assert reader.at == 0
        assert [each.text for each in reader.lines()] == ["one", "two"]


def test_a_long_line_keeps_its_start_its_end_and_what_is_around_a_hit():
    data = b"START " + b"x" * 3_000_000 + b" needle-1 " + b"y" * 3_000_000 + b" END\nnext\n"
    hit = data.index(b"needle-1")

    first, second = _lines(data, [hit])

    assert first.text.startswith("START ")
    assert "needle-1" in first.text
    assert first.text.endswith(" END")
    assert "bytes not shown" in first.text
    assert len(first.text) < LINE_MAX
    assert (second.number, second.text) == (2, "next")


def test_a_hit_just_behind_the_kept_start_is_shown():
    data = b"x" * 5_000 + b" needle-2 " + b"y" * 50_000 + b"\n"

    assert "needle-2" in _lines(data, [data.index(b"needle-2")])[0].text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_lines_end_at_whole_characters(codec: str):
    texts = ["Ċne", "ఊtwo", "", "four"]
    data = "".join(f"{each}\r\n" for each in texts).encode(codec)

    assert [each.text for each in _lines(data, encoding=Encoding(codec, 2))] == texts


def test_a_long_utf_16_line_is_cut_between_characters():
    data = ("é" * 30_000 + "END\n").encode("utf-16-le")

    text = _lines(data, encoding=Encoding("utf-16-le", 2))[0].text

    assert text.endswith("éEND")
    assert set(text.split("[")[0]) == {"é"}


def test_bytes_that_are_no_text_stay_visible():
    line = _lines(b"caf\xe9 \xff\n")[0]

    assert line.text == "caf\\xe9 \\xff"
    assert not line.is_valid
