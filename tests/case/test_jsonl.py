"""Append-only lines, also after a crash."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.case import jsonl
from diagpack.errors import UsageError

RECORDS = [{"a": 1}, {"b": "ü"}, {"c": [None]}]


def filled(path: Path) -> Path:
    for record in RECORDS:
        jsonl.append(path, record)
    return path


def test_records_come_back_in_order(tmp_path: Path) -> None:
    assert jsonl.read(filled(tmp_path / "log")) == RECORDS
    assert jsonl.read(tmp_path / "nothing") == []


def test_a_torn_line_is_not_read_and_the_next_append_says_so(tmp_path: Path) -> None:
    path = filled(tmp_path / "log")
    path.write_bytes(path.read_bytes() + b'{"torn": 1')
    assert jsonl.read(path) == RECORDS

    jsonl.append(path, {"d": 1})

    assert jsonl.read(path) == [*RECORDS, {"d": 1}]
    assert b'{"repaired_torn_bytes":10}\n{"d":1}\n' in path.read_bytes()


def test_every_cut_of_the_file_loses_whole_records_only(tmp_path: Path) -> None:
    content = filled(tmp_path / "log").read_bytes()
    for size in range(len(content)):
        cut = tmp_path / f"cut-{size}"
        cut.write_bytes(content[:size])

        jsonl.append(cut, {"new": 1})

        *kept, last = jsonl.read(cut)
        assert last == {"new": 1}
        assert kept == RECORDS[: content[:size].count(b"\n")]


@pytest.mark.parametrize("line", [b"canary-not-json", b"[]", b"1", b"", b"[" * 100_000])
def test_damage_inside_is_an_error_with_the_line_and_without_its_content(line: bytes, tmp_path: Path) -> None:
    path = filled(tmp_path / "log")
    path.write_bytes(line + b"\n" + path.read_bytes())

    with pytest.raises(UsageError, match="line 1") as caught:
        jsonl.read(path)

    assert caught.value.id == "DP603"
    assert "canary" not in str(caught.value)


def test_a_long_torn_tail_is_cut_too(tmp_path: Path) -> None:
    path = filled(tmp_path / "log")
    path.write_bytes(path.read_bytes() + b"x" * 200_000)

    jsonl.append(path, {"d": 1})

    assert jsonl.read(path)[-1] == {"d": 1}
    assert path.stat().st_size < 1000


@given(st.dictionaries(st.text(), st.one_of(st.none(), st.integers(), st.text(), st.booleans())))
def test_a_record_is_one_line(record: dict[str, object]) -> None:
    assert b"\n" not in jsonl.canonical(record)
