"""A HAR in ranges of entries: the parts joined are the whole, whatever stands in it."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.collectors.har.slim import document
from diagpack.redact import passes
from diagpack.redact.boundary import Redaction, redact_case
from diagpack.redact.entries import check_frame, entry_ranges, framed, unframed
from diagpack.redact.seeds import Seeds
from tests.redact.planting import KEY, POLICY, har_entry, raw

_HEAD = {"version": "1.2", "creator": {"name": "test", "version": "1"}, "pages": []}
_JSON = st.recursive(
    st.none() | st.integers() | st.text(alphabet='ab{}[],"\\\n ', max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _har(entries: list[Any], head: dict[str, Any]) -> bytes:
    written = [json.dumps(each, separators=(",", ":")).encode() for each in entries]
    return b"".join(document(head, written))


@given(
    st.lists(st.dictionaries(st.text(max_size=5), _JSON, min_size=1, max_size=3), max_size=12),
    st.dictionaries(st.text(max_size=4), _JSON, max_size=3),
    st.integers(1, 200),
)
def test_parts_joined_are_the_whole(entries: list[Any], head: dict[str, Any], step: int) -> None:
    head.pop("entries", None)
    content = _har(entries, head)

    found = entry_ranges(BytesIO(content), len(content), step)
    parts = []
    for start, end in found:
        piece = content[start:end]
        small = json.loads(framed(piece, is_first=start == 0)) if len(found) > 1 else json.loads(piece)
        check_frame(small)
        written = json.dumps(small, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
        parts.append(unframed(written, piece, is_first=start == 0) if len(found) > 1 else written)

    assert [start for start, _ in found[1:]] == [end for _, end in found[:-1]]
    assert json.loads(b"".join(parts)) == {"log": {**head, "entries": entries}}


@pytest.mark.parametrize(
    "content",
    [
        b'{"log":{"entries":[]}}',
        b'[{"log":{"entries":[\n{},\n{}\n]}}\n',
        b'{"log":{"entries":[\n{},\n{}\n]},"x":1}\n',
        b"",
    ],
)
def test_another_har_is_one_range(content: bytes) -> None:
    assert entry_ranges(BytesIO(content), len(content), 4) == [(0, len(content))]


@pytest.mark.parametrize(
    "text", ['{"log":{"pages":[{}],"x":[]}}', '{"log":{"entries":[],"pages":[]}}', "[]", '{"a":1}']
)
def test_a_part_that_is_not_entries_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="part of a HAR"):
        check_frame(json.loads(text))


def test_a_har_in_parts_is_redacted_like_a_whole_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        har_entry(
            number,
            url=f"https://app.example.com/u/{number}?q=Quillonsky",
            request={"headers": [{"name": "Cookie", "value": f"sid=canary-session-{number % 3}"}]},
            response={
                "content": {
                    "mimeType": "application/json",
                    "text": json.dumps({"lastName": "Quillonsky" if number == 29 else "", "n": 1.5}),
                }
            },
        )
        for number in range(30)
    ]
    content = _har(entries, _HEAD)
    whole = _run(tmp_path, content, "whole")

    monkeypatch.setattr(passes, "RANGE", 3000)
    parts = _run(tmp_path, content, "parts")

    assert parts.artifacts[0].read() == whole.artifacts[0].read()
    assert parts.artifacts[0].tally == whole.artifacts[0].tally
    assert parts.live_credentials == whole.live_credentials
    assert [(each.kind, each.count) for each in parts.live_credentials] == [("session cookie", 3)]
    assert b"canary" not in parts.artifacts[0].read()
    assert b"Quillonsky" not in parts.artifacts[0].read()


def _run(tmp_path: Path, content: bytes, name: str) -> Redaction:
    artifact = raw(tmp_path, "har-1", content, media_type="application/har+json")
    return redact_case([artifact], key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / name)


def test_the_last_ranges_of_a_long_recording_are_smaller() -> None:
    """Nobody waits long for whoever took the last one."""
    entries = b",\n".join(b'{"a":"' + b"x" * 90 + b'"}' for _ in range(1000))
    content = b'{"log":{"entries":[\n' + entries + b"\n]}}\n"

    sizes = [end - start for start, end in entry_ranges(BytesIO(content), len(content), 20_000)]
    even = [end - start for start, end in entry_ranges(BytesIO(content), len(content), 20_000, is_even=True)]

    assert sum(sizes) == sum(even) == len(content)
    assert sizes[-1] < 10_000 < sizes[0]
    assert len(even) <= 5
