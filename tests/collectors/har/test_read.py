"""The reader streams entries; small and large files give the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagpack.collectors.har import read
from diagpack.collectors.har.read import Reading, read_entries
from diagpack.errors import CollectError
from tests.har_fixtures import har, har_entry, written


def both_ways(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Any], Reading]]:
    found = []
    for limit in (16 << 20, 0):
        monkeypatch.setattr(read, "SMALL_BYTES", limit)
        reading = Reading()
        found.append((list(read_entries(path, reading)), reading))
    return found


def test_streaming_and_parsing_at_once_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.har", har(*[har_entry(seconds=each) for each in range(30)]))

    small, large = both_ways(path, monkeypatch)

    assert small[0] == large[0]
    assert small[1].log == large[1].log
    assert small[1].log["creator"]["name"] == "WebInspector"


def test_bytes_that_are_not_utf_8_lose_no_entry_when_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.dumps(har(*[har_entry(body=f"a{each}") for each in range(900)])).encode()
    path = written(tmp_path / "a.har", content.replace(b'"a700"', b'"\xe4\xff"'))

    small, large = both_ways(path, monkeypatch)

    assert len(small[0]) == len(large[0]) == 900


def test_damage_in_the_middle_gives_the_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.dumps(har(*[har_entry(body=f"a{each}") for each in range(2000)])).encode()
    path = written(tmp_path / "a.har", content.replace(b'"a1000"', b"###"))

    for entries, reading in both_ways(path, monkeypatch):
        assert len(entries) == 1000
        assert reading.truncated_percent == pytest.approx(50, abs=8)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(alphabet='{}[]",:log entries01\\', max_size=200).map(str.encode))
def test_any_bytes_end_in_entries_or_one_error(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path / "any", content)
    try:
        found = list(read_entries(path, Reading()))
    except CollectError as error:
        found = [error.id]

    assert found
