"""Old content or new, never half."""

import stat
import sys
from pathlib import Path

import pytest

from diagpack.case.durable import (
    new_private_file,
    private_folder,
    remove_tree,
    sync_tree,
    write_atomically,
    write_once,
)


def test_a_file_is_replaced_as_a_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    write_atomically(path, b"new")

    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with new_private_file(tmp_path) as (stream, _):
            stream.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert list(tmp_path.iterdir()) == []


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    path = tmp_path / "key"

    assert write_once(path, b"first")
    assert not write_once(path, b"second")

    assert path.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_a_name_is_taken_once_without_links_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "not supported")

    monkeypatch.setattr("os.link", no_links)

    assert write_once(tmp_path / "key", b"first")
    assert not write_once(tmp_path / "key", b"second")

    assert (tmp_path / "key").read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_removing_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    inside = private_folder(tmp_path / "inside" / "deeper")
    (inside / "file").write_text("x")
    (inside / "link").symlink_to(outside, target_is_directory=True)
    sync_tree(tmp_path / "inside" / "deeper")

    remove_tree(tmp_path / "inside")
    remove_tree(tmp_path / "inside")

    assert not (tmp_path / "inside").exists()
    assert (outside / "kept").exists()
