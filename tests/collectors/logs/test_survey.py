"""One pass over a log finds every ID with its line, however the bytes arrive."""

import io
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.collectors.logs import survey as survey_module
from diagpack.collectors.logs.clock import Clock
from diagpack.collectors.logs.encodings import Encoding
from diagpack.collectors.logs.idsearch import IdFinder
from diagpack.collectors.logs.stamper import Stamper
from diagpack.collectors.logs.streams import LogBytes
from diagpack.collectors.logs.survey import Survey, survey

CLOCK = Clock.of("", anchor=datetime(2026, 3, 1, tzinfo=UTC))


class _Dribble(io.BytesIO):
    """Gives at most a few bytes at a time, as pipes and decompressors do."""

    def read(self, size: int = -1, /) -> bytes:
        return super().read(min(size, 7) if size > 0 else size)


def _log(data: bytes, stream: type[io.BytesIO] = io.BytesIO) -> LogBytes:
    @contextmanager
    def opener():
        yield stream(data)

    return LogBytes(opener)


def _survey(data: bytes, ids: dict[bytes, str], encoding: Encoding | None = None, **options: type) -> Survey:
    encoding = encoding or Encoding("utf-8")
    lines = encoding.decode(data).splitlines()
    return survey(_log(data, **options), IdFinder(ids), encoding, Stamper.learn(lines), CLOCK)


def _naive(data: bytes, id: bytes) -> list[tuple[int, int, int]]:
    """(offset, start of line, number of line) of each occurrence that stands alone."""
    found = []
    at = data.find(id)
    while at >= 0:
        before, after = data[at - 1 : at] if at else b"", data[at + len(id) : at + len(id) + 1]
        if not before.isalnum() and not after.isalnum():
            found.append((at, data.rfind(b"\n", 0, at) + 1, data.count(b"\n", 0, at) + 1))
        at = data.find(id, at + 1)
    return found


@settings(deadline=None, max_examples=200)
@given(
    st.text("ab \n", max_size=400).map(str.encode),
    st.text("ab", min_size=1, max_size=9).map(str.encode),
    st.sampled_from([16, 24, 64]),
    st.sampled_from([io.BytesIO, _Dribble]),
)
def test_hits_and_line_numbers_equal_a_naive_search_over_tiny_chunks(
    data: bytes, id: bytes, chunk: int, stream: type[io.BytesIO]
):
    with patch.object(survey_module, "CHUNK", chunk):
        found = _survey(data, {id: "x"}, stream=stream)

    assert [(each.start, each.line_start, each.line) for each in found.hits()] == _naive(data, id)
    assert found.size_bytes == len(data)
    assert found.lines_total == len(data.split(b"\n")) - (data.endswith(b"\n") or not data)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("chunk", [16, 40, 1 << 18])
def test_ids_in_utf_16_are_found_with_their_lines(codec: str, chunk: int):
    text = "first line\nsecond Ċ ఊ req=abcdef12 end\n\nfourth abcdef12\n"
    data = text.encode(codec)

    with patch.object(survey_module, "CHUNK", chunk):
        found = _survey(data, {"abcdef12".encode(codec): "abcdef12"}, Encoding(codec, 2))

    assert [each.line for each in found.hits()] == [2, 4]
    assert found.lines_total == 4


def test_marks_carry_the_time_of_their_line_and_bisection_finds_the_window():
    lines = [f"2026-03-01T{hour:02}:{minute:02}:00Z tick" for hour in range(24) for minute in range(60)]
    data = "\n".join(lines).encode()

    with patch.object(survey_module, "CHUNK", 512):
        found = _survey(data, {})
    span = found.span_of(datetime(2026, 3, 1, 12, 0, tzinfo=UTC), datetime(2026, 3, 1, 12, 5, tzinfo=UTC))

    assert span is not None
    assert b"T12:00:00Z" in data[slice(*span)]
    assert b"T12:05:00Z" in data[slice(*span)]
    assert span[1] - span[0] < 2_000
    assert found.is_sorted
    for mark in found.marks[:-1]:
        assert data.count(b"\n", 0, mark.offset) + 1 == mark.line


def test_a_log_that_jumps_back_is_not_sorted():
    data = b"2026-03-01T10:00:00Z a\n" * 40 + b"2026-03-01T08:00:00Z b\n" * 40

    with patch.object(survey_module, "CHUNK", 256):
        found = _survey(data, {})

    assert not found.is_sorted


def test_invalid_utf_8_is_noticed_and_a_character_split_by_a_chunk_is_not():
    with patch.object(survey_module, "CHUNK", 16):
        assert _survey("é€😀".encode() * 50, {}).is_valid
        assert not _survey(b"plain \xff text " * 20, {}).is_valid


def test_an_id_on_every_line_is_counted_but_not_kept_without_bound():
    found = _survey(b"req=aaaabbbb\n" * 5_000, {b"aaaabbbb": "aaaabbbb"})

    assert found.counts == {"aaaabbbb": 5_000}
    assert len(found.hits()) == 2_000
