"""The index of redacted evidence."""

from pathlib import Path

import pytest

from diagpack.errors import RedactionError
from diagpack.redact.index import evidence_path, read_index, write_index


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_index(tmp_path, {"artifacts": []}, "mac")

    assert read_index(tmp_path) == ({"artifacts": []}, "mac")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"content": 1, "mac": 2}', "\udcff"])
def test_a_damaged_index_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "index.json").write_bytes(content.encode("utf-8", "surrogateescape"))

    with pytest.raises(RedactionError):
        read_index(tmp_path)


@pytest.mark.parametrize(
    ("folder", "name"), [("..", "a"), ("a", "../b"), ("", "a"), ("a/b", "c"), ("a", "b\0"), ("c:", "d")]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, folder: str, name: str) -> None:
    with pytest.raises(RedactionError):
        evidence_path(tmp_path, folder, name)
