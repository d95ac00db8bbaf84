"""The reader streams entries; damage costs the entry it stands in, and the break is described as it is."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagpack.collectors.har import window as window_module
from diagpack.collectors.har.read import read_entries
from diagpack.collectors.har.walk import Reading
from diagpack.errors import CollectError
from tests.har_fixtures import har, har_entry, written


def read(path: Path) -> tuple[list[Any], Reading]:
    reading = Reading()
    return list(read_entries(path, reading)), reading


def text_of(count: int) -> bytes:
    return json.dumps(har(*[har_entry(body=f"a{each}") for each in range(count)])).encode()


@pytest.mark.parametrize("size", [7, 1000, 1 << 20])
def test_pieces_of_any_size_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(window_module, "_READ", size)
    document = har(*[har_entry(seconds=each) for each in range(12)])

    entries, reading = read(written(tmp_path / "a.har", document))

    assert entries == document["log"]["entries"]
    assert reading.log == {name: value for name, value in document["log"].items() if name != "entries"}


def test_pages_behind_the_entries_are_read(tmp_path: Path) -> None:
    entries, reading = read(written(tmp_path / "a.har", json.dumps(har(har_entry()), sort_keys=True)))

    assert len(entries) == 1
    assert reading.log["pages"][0]["id"] == "page_1"


@pytest.mark.parametrize("damage", [b'"\xe4\xff"', b"NaN", b"Infinity", b'"two\nlines"', b'"\\ud800"'])
def test_what_json_forbids_loses_no_entry(tmp_path: Path, damage: bytes) -> None:
    entries, reading = read(written(tmp_path / "a.har", text_of(900).replace(b'"a700"', damage)))

    assert len(entries) == 900
    assert None not in entries
    assert reading.truncation is None


@pytest.mark.parametrize("damage", [b"###", b"", b'"a', b'"a1000"}', b"{", b"["])
def test_damage_inside_one_entry_costs_that_entry_only(tmp_path: Path, damage: bytes) -> None:
    entries, reading = read(written(tmp_path / "a.har", text_of(2000).replace(b'"a1000"', damage)))

    assert len(entries) == 2000
    assert entries[1000] is None or damage in (b'"a1000"}',)
    assert entries[1001]["response"]["content"]["text"] == "a1001"
    assert reading.truncation is None
    assert reading.notes == ["1 of 2000 entries are damaged and could not be read"]


def test_a_file_that_ends_early_says_where_and_claims_no_share(tmp_path: Path) -> None:
    whole = text_of(40)
    cut = whole.index(b'"a30"')

    _, reading = read(written(tmp_path / "a.har", whole[:cut]))

    assert reading.truncation is not None
    assert reading.truncation.percent is None
    assert reading.truncation.words.startswith("it ends inside entry 30, which begins at byte ")
    assert "30 entries before it were read" in reading.truncation.words
    assert "%" not in reading.truncation.words


def test_a_file_of_a_round_size_was_cut_by_a_limit(tmp_path: Path) -> None:
    _, reading = read(written(tmp_path / "a.har", text_of(3000)[: 1 << 20]))

    assert reading.truncation is not None
    assert "exactly 1 MiB" in reading.truncation.words


def test_missing_brackets_lose_nothing(tmp_path: Path) -> None:
    entries, reading = read(written(tmp_path / "a.har", text_of(5)[:-3]))

    assert len(entries) == 5
    assert reading.truncation is not None
    assert "without its closing brackets" in reading.truncation.words


def test_damage_behind_the_entries_gives_the_share(tmp_path: Path) -> None:
    content = text_of(50)
    middle = content.index(b'"a25"')
    broken = content[:middle].rsplit(b", {", 1)[0] + b"] ### " + b" " * (len(content) - middle)

    entries, reading = read(written(tmp_path / "a.har", broken))

    assert len(entries) == 25
    assert reading.truncation is not None
    assert reading.truncation.percent == pytest.approx(50, abs=5)


def test_compressed_data_that_breaks_off_gives_what_it_held(tmp_path: Path) -> None:
    packed = gzip.compress(text_of(4000))

    entries, reading = read(written(tmp_path / "a.har.gz", packed[: len(packed) // 2]))

    assert 1000 < len(entries) < 3000
    assert reading.truncation is not None
    assert reading.truncation.words.startswith("the compressed data breaks off")


def test_json_that_is_no_har_is_refused(tmp_path: Path) -> None:
    for document in ([1, 2, 3], {"log": {"lines": []}}, {"data": {"a": 1}}):
        with pytest.raises(CollectError, match="not a HAR"):
            read(written(tmp_path / "a.json", document))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(alphabet='{}[]",:log entries01\\', max_size=200).map(str.encode))
def test_any_bytes_end_in_entries_or_one_error(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path / "any", content)
    try:
        found = list(read_entries(path, Reading()))
    except CollectError as error:
        found = [error.id]

    assert found
