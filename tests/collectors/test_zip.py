"""A zip is judged by its directory before anything is inflated."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagpack.collectors._zip import is_zip, zip_members
from diagpack.errors import CollectError


def _write(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "given.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("folder")
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _read(path: Path, *, entries: int = 100, total: int = 1 << 20) -> dict[str, bytes]:
    return {name: stream.read() for name, stream in zip_members(path, entries=entries, total=total)}


def test_files_are_given_and_folders_are_not(tmp_path: Path):
    members = {"a.log": b"x" * 1000, "folder/b": b""}
    path = _write(tmp_path, members)

    assert is_zip(path.read_bytes())
    assert _read(path) == members


def test_an_empty_zip_holds_nothing(tmp_path: Path):
    path = tmp_path / "given.zip"
    path.write_bytes(b"PK\x05\x06" + bytes(18))

    assert is_zip(path.read_bytes())
    assert _read(path) == {}


def test_a_declared_size_over_the_limit_is_enough_to_refuse(tmp_path: Path):
    with pytest.raises(CollectError) as caught:
        _read(_write(tmp_path, {"a": bytes(2000)}), total=1999)

    assert caught.value.id == "DP140"


def test_a_file_that_only_starts_like_a_zip_is_damaged(tmp_path: Path):
    path = tmp_path / "given.zip"
    path.write_bytes(b"PK\x03\x04 canary")

    with pytest.raises(CollectError) as caught:
        _read(path)

    assert caught.value.id == "DP145"
    assert "canary" not in str(caught.value)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6))
def test_damage_gives_members_or_a_collect_error(tmp_path: Path, changes: list[tuple[int, int]]):
    path = _write(tmp_path, {"a.log": b"x" * 1000, "b": b"y"})
    data = bytearray(path.read_bytes())
    for at, value in changes:
        data[at % len(data)] = value
    path.write_bytes(data)
    outcome = "read"

    try:
        for _, stream in zip_members(path, entries=100, total=1 << 20):
            stream.close()
    except CollectError as error:
        outcome = error.id

    assert outcome in ("read", "DP140", "DP142", "DP143", "DP144", "DP145")


def test_a_stream_is_closed_with_its_turn(tmp_path: Path):
    streams: list[io.IOBase] = [
        stream for _, stream in zip_members(_write(tmp_path, {"a": b"x", "b": b"y"}), entries=9, total=99)
    ]  # type: ignore[misc]

    assert all(each.closed for each in streams)
