"""A console export becomes messages with their stack lines and a level."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.console import COLLECTOR
from diagpack.errors import CollectError
from tests.collectors._lent import Lent, content, source

CHROME = b"""app.js:12 Uncaught TypeError: Cannot read properties of undefined (reading 'id')
    at render (app.js:12:7)
    at app.js:40:3
login.js:3 Cookie "session" has been rejected because of SameSite
https://app.example.com/api/orders:1  Failed to load resource: the server responded with a status of 500 ()
vendor.js:9 ready
"""
FIREFOX = b"""10:11:12.123 Uncaught TypeError: x is undefined app.js:12:7
    render https://app.example.com/app.js:12
10:11:13.001 ready vendor.js:9:1
"""


def _messages(tmp_path: Path, data: bytes) -> list[dict[str, Any]]:
    (artifact,) = COLLECTOR.collect(source(tmp_path, data), Lent(tmp_path))
    return [json.loads(each) for each in content(artifact).splitlines()]


def test_chrome_messages_have_lines_levels_and_places(tmp_path: Path):
    messages = _messages(tmp_path, CHROME)

    assert [(each["line"], each["lines"], each["level"]) for each in messages] == [
        (1, 3, "error"),
        (4, 1, "warning"),
        (5, 1, "error"),
        (6, 1, "info"),
    ]
    assert messages[0]["where"] == "app.js:12"
    assert "at render" in messages[0]["text"]


def test_firefox_messages_have_their_time(tmp_path: Path):
    messages = _messages(tmp_path, FIREFOX)

    assert [(each["time"], each["lines"]) for each in messages] == [("10:11:12.123", 2), ("10:11:13.001", 1)]
    assert messages[0]["where"] == "app.js:12:7"


@pytest.mark.parametrize("data", [CHROME, FIREFOX])
def test_an_export_is_recognised_over_a_log(data: bytes):
    assert COLLECTOR.recognise(data, "console.log") == 0.7


@pytest.mark.parametrize(
    "data", [b"", b"hello\n", b"2026-03-03T10:11:12Z INFO x\n" * 9, b'{"log": {}}', bytes(range(99))]
)
def test_other_files_are_not(data: bytes):
    assert COLLECTOR.recognise(data, "console.log") == 0


def test_an_empty_export_is_one_clear_error(tmp_path: Path):
    with pytest.raises(CollectError) as caught:
        list(COLLECTOR.collect(source(tmp_path, b"\n\n"), Lent(tmp_path)))

    assert caught.value.id == "DP150"


def test_errors_stay_when_there_are_too_many_messages(tmp_path: Path):
    ctx = Lent(tmp_path)
    data = b"app.js:1 noise\n" * 6_000 + b"app.js:2 Uncaught Error: last\n"

    (artifact,) = COLLECTOR.collect(source(tmp_path, data), ctx)

    assert b"Uncaught Error: last" in content(artifact)
    assert content(artifact).count(b"\n") == 5_000
    assert [id for id, _ in ctx.gaps] == ["DP137"]


@pytest.mark.parametrize("unit", ["a ", "10:11:12.123 x ", "a.js", "/", "(", "https://"])
def test_hostile_text_is_judged_in_linear_time(unit: str):
    started = time.process_time()

    COLLECTOR.recognise(("10:11:12.123 " + unit * 3_000 + "\n").encode() * 20, "x")

    assert time.process_time() - started < 3
