"""Plain text: the same result wherever the pieces are cut."""

import io
import random

import pytest

from diagpack.redact import pieces, text_stream
from diagpack.redact.pieces import ranges
from diagpack.redact.text_stream import redact_text_stream
from tests.redact.planting import engine


def _text(data: bytes) -> bytes:
    return b"".join(redact_text_stream(engine(), io.BytesIO(data), 0, len(data)))


def test_text_keeps_its_bytes_outside_of_findings() -> None:
    data = b"\xef\xbb\xbffirst\r\nsecond \xff\xfe line\tx\r\npassword=canary-1\r\nno end"

    shown = _text(data)

    assert shown.startswith(b"\xef\xbb\xbffirst\r\nsecond \xff\xfe line\tx\r\npassword=dp-password-")
    assert shown.endswith(b"\r\nno end")


def test_no_secret_is_missed_on_a_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 256)
    key = "-----BEGIN PRIVATE KEY-----\n" + "canaryAAAA\n" * 12 + "-----END PRIVATE KEY-----"
    chance = random.Random(1)  # noqa: S311 - reproducible, no secret
    data = "\n".join(
        chance.choice([f"INFO line {number}", f"password=canary-{number}x", key]) for number in range(300)
    ).encode()

    shown = _text(data)

    assert b"canary" not in shown


@pytest.mark.parametrize("offset", range(-40, 41, 5))
def test_no_secret_is_missed_on_a_cut_inside_a_very_long_line(offset: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_stream, "LONGEST", 4096)
    monkeypatch.setattr(text_stream, "_OVERLAP", 512)
    secret = b' "access_token": "canary-AAAA-BBBB-1111", '
    data = b"x, " * ((4096 + offset) // 3) + secret + b"y, " * 4000

    shown = _text(data)

    assert b"canary" not in shown
    assert len(shown) > len(data) - 40


def test_a_line_without_end_is_redacted_through_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 1024)
    monkeypatch.setattr(text_stream, "LONGEST", 4096)
    monkeypatch.setattr(text_stream, "_OVERLAP", 512)
    record = b'{"n": %d, "access_token": "canary-AAAA-BBBB-%04d"}, '
    data = b"".join(record % (number, number) for number in range(2000)) + b"\nnext password=canary-1\n"

    shown = _text(data)

    assert b"canary" not in shown
    assert shown.count(b'"access_token"') == 2000
    assert shown.count(b"\n") == 2
    assert all(b'{"n": %d, ' % number in shown for number in range(2000))


@pytest.mark.parametrize(
    "pair",
    [
        b'"name": "Authorization",\n"value": "canaryAAAA1111"\n',
        b'"name": "x-api-key",\r\n  "value": "canaryAAAA1111"\r\n',
    ],
)
def test_a_pair_of_lines_is_not_cut(pair: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 1024)
    whole = _text(pair)
    assert b"canary" not in whole

    for offset in range(900, 1100, 3):
        data = b"x" * 79 + b"\n"
        data = (data * 20)[: offset - 1] + b"\n" + pair + b"y\n" * 3000
        assert whole in _text(data)
        parts = ranges(io.BytesIO(data), len(data), 1024)
        shown = b"".join(b"".join(redact_text_stream(engine(), io.BytesIO(data), *part)) for part in parts)
        assert whole in shown
