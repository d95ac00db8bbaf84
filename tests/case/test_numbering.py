"""Artifact ids."""

from pathlib import Path

import pytest

from diagpack.case.numbering import Numberer
from diagpack.errors import UsageError
from diagpack.model.raw import Source


def source(digest: str, origin: str = "file", label: str = "source-1") -> Source:
    return Source(label, "name", Path("x"), digest * 64, 1, origin)


def test_numbers_follow_first_appearance_per_kind(tmp_path: Path) -> None:
    numberer = Numberer(tmp_path / "ids.json")

    assert numberer.number("har", source("a")) == "har-1"
    assert numberer.number("log", source("a")) == "log-1"
    assert numberer.number("har", source("b")) == "har-2"
    assert numberer.number("har", source("b"), "1") == "har-3"


def test_a_number_is_never_given_again_or_changed(tmp_path: Path) -> None:
    first = Numberer(tmp_path / "ids.json")
    first.number("har", source("a"))
    first.number("har", source("b"))

    later = Numberer(tmp_path / "ids.json")

    assert later.number("har", source("c")) == "har-3"
    assert later.number("har", source("b")) == "har-2"


def test_what_is_cut_from_an_artifact_keeps_its_id_when_the_artifact_changes(tmp_path: Path) -> None:
    numberer = Numberer(tmp_path / "ids.json")
    numberer.number("har", source("a"))
    first = numberer.number("request-ids", source("b", "har-1", "har-1"))

    assert numberer.number("request-ids", source("c", "har-1", "har-1")) == first == "request-ids-1"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"ids": [1]}', b'{"ids": [{"kind": "har"}]}'])
def test_a_damaged_file_is_an_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "ids.json").write_bytes(content)

    with pytest.raises(UsageError) as caught:
        Numberer(tmp_path / "ids.json").number("har", source("a"))

    assert caught.value.id == "DP603"
