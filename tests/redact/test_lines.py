"""JSON Lines: one record a line, whatever it holds."""

import io
import json

import pytest

from diagpack.redact import pieces
from diagpack.redact.engine import NeedsWithholding
from diagpack.redact.lines import redact_jsonl_stream
from tests.redact.planting import engine, log


def test_a_record_beyond_every_bound_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LONGEST", 4096)
    data = b'{"line":1,"text":"' + b"x" * 200_000 + b'"}\n'

    with pytest.raises(NeedsWithholding):
        list(redact_jsonl_stream(engine(), io.BytesIO(data), 0, len(data)))


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
