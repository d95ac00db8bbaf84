"""Streams: the same result wherever the pieces are cut."""

import io
import itertools
import json
import random

import pytest

from diagpack.redact import lines
from diagpack.redact.engine import NeedsWithholding
from diagpack.redact.lines import pieces, ranges, redact_jsonl_stream, redact_text_stream
from tests.redact.planting import engine, log


def _text(data: bytes) -> bytes:
    return b"".join(redact_text_stream(engine(), io.BytesIO(data), 0, len(data)))


def test_text_keeps_its_bytes_outside_of_findings() -> None:
    data = b"\xef\xbb\xbffirst\r\nsecond \xff\xfe line\tx\r\npassword=canary-1\r\nno end"

    shown = _text(data)

    assert shown.startswith(b"\xef\xbb\xbffirst\r\nsecond \xff\xfe line\tx\r\npassword=dp-password-")
    assert shown.endswith(b"\r\nno end")


def test_no_secret_is_missed_on_a_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PIECE", 256)
    key = "-----BEGIN PRIVATE KEY-----\n" + "canaryAAAA\n" * 12 + "-----END PRIVATE KEY-----"
    chance = random.Random(1)  # noqa: S311 - reproducible, no secret
    data = "\n".join(
        chance.choice([f"INFO line {number}", f"password=canary-{number}x", key]) for number in range(300)
    ).encode()

    shown = _text(data)

    assert b"canary" not in shown


@pytest.mark.parametrize("offset", range(-40, 41, 5))
def test_no_secret_is_missed_on_a_cut_inside_a_very_long_line(offset: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_LONGEST", 4096)
    monkeypatch.setattr(lines, "_OVERLAP", 512)
    secret = b' "access_token": "canary-AAAA-BBBB-1111", '
    data = b"x, " * ((4096 + offset) // 3) + secret + b"y, " * 4000

    shown = _text(data)

    assert b"canary" not in shown
    assert len(shown) > len(data) - 40


def test_a_line_without_end_is_redacted_through_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PIECE", 1024)
    monkeypatch.setattr(lines, "_LONGEST", 4096)
    monkeypatch.setattr(lines, "_OVERLAP", 512)
    record = b'{"n": %d, "access_token": "canary-AAAA-BBBB-%04d"}, '
    data = b"".join(record % (number, number) for number in range(2000)) + b"\nnext password=canary-1\n"

    shown = _text(data)

    assert b"canary" not in shown
    assert shown.count(b'"access_token"') == 2000
    assert shown.count(b"\n") == 2
    assert all(b'{"n": %d, ' % number in shown for number in range(2000))


def test_a_record_beyond_every_bound_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_LONGEST", 4096)
    data = b'{"line":1,"text":"' + b"x" * 200_000 + b'"}\n'

    with pytest.raises(NeedsWithholding):
        list(redact_jsonl_stream(engine(), io.BytesIO(data), 0, len(data)))


@pytest.mark.parametrize(
    "pair",
    [
        b'"name": "Authorization",\n"value": "canaryAAAA1111"\n',
        b'"name": "x-api-key",\r\n  "value": "canaryAAAA1111"\r\n',
    ],
)
def test_a_pair_of_lines_is_not_cut(pair: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PIECE", 1024)
    whole = _text(pair)
    assert b"canary" not in whole

    for offset in range(900, 1100, 3):
        data = b"x" * 79 + b"\n"
        data = (data * 20)[: offset - 1] + b"\n" + pair + b"y\n" * 3000
        assert whole in _text(data)
        parts = ranges(io.BytesIO(data), len(data), 1024)
        shown = b"".join(b"".join(redact_text_stream(engine(), io.BytesIO(data), *part)) for part in parts)
        assert whole in shown


def test_pieces_are_whole_lines() -> None:
    data = b"".join(b"line %d\n" % number for number in range(50_000))

    found = list(pieces(io.BytesIO(data), 0, len(data)))

    assert b"".join(found) == data
    assert all(each.endswith(b"\n") for each in found)
    assert max(map(len, found)) <= 2 * lines.PIECE


def test_ranges_cover_everything_and_end_on_lines() -> None:
    data = b"".join(b"line %d\n" % number for number in range(50_000))

    found = ranges(io.BytesIO(data), len(data), 100_000)

    assert found[0][0] == 0
    assert found[-1][1] == len(data)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(found))
    assert all(data[end - 1 : end] == b"\n" for _, end in found)
    sizes = [end - start for start, end in found]
    assert max(sizes) <= 100_000 + 20
    assert sizes[0] >= 3 * sizes[-2] >= 3 * sizes[-1]


@pytest.mark.parametrize("open_block", [b"-----BEGIN PRIVATE KEY-----\n", b"password:\n", b"token=\n"])
@pytest.mark.parametrize("step", [1, 7, 60, 600])
def test_ranges_go_on_through_blocks_that_are_longer_than_they(open_block: bytes, step: int) -> None:
    data = (open_block + b"AAAAAAAAAA\n") * 60

    found = ranges(io.BytesIO(data), len(data), step)

    assert found[0][0] == 0
    assert found[-1][1] == len(data)
    assert all(start < end == following for (start, end), (following, _) in itertools.pairwise(found))


def test_a_text_of_two_ranges_is_cut_in_the_middle_only() -> None:
    data = b"x" * 9 + b"\n"

    assert ranges(io.BytesIO(data * 100), 1000, 500) == [(0, 510), (510, 1000)]


def test_records_keep_count_order_and_fields() -> None:
    data = (
        log("first", "password=canary-1", '{"api_key":"canary-2"}', "last", ids=["req-7"])
        + b'{"gap":1,"text":"password=canary-3"}\n\nnot json password=canary-4'
    )

    shown = b"".join(redact_jsonl_stream(engine(), io.BytesIO(data), 0, len(data)))

    assert b"canary" not in shown
    assert shown.count(b"\n") == data.count(b"\n")
    records = [json.loads(line) for line in shown.split(b"\n")[:4]]
    assert [each["line"] for each in records] == [1, 2, 3, 4]
    assert records[0]["text"] == "first"
    assert records[3]["ids"] == ["req-7"]


def test_a_field_that_lies_about_itself_is_searched_too() -> None:
    record = {
        "line": 1,
        "text": "x",
        "time": "password=canary-1",
        "level": "canary@example.com",
        "bytes": ["ann.canary@example.com"],
    }
    data = json.dumps(record).encode() + b"\n"

    shown = b"".join(redact_jsonl_stream(engine(), io.BytesIO(data), 0, len(data)))

    assert b"canary" not in shown
