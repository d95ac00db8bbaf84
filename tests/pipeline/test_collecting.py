"""Collectors run in the order of their needs; a failing one is a named gap."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from diagpack.case.layout import CaseDir
from diagpack.case.store import RawStore
from diagpack.model.case import Case, case_id
from diagpack.pipeline import demo_case
from diagpack.pipeline.collecting import Inputs, collect_all, in_order, ingest_all
from diagpack.pipeline.settings import load_settings
from diagpack.plugins import discover


@dataclass(frozen=True)
class Fake:
    id: str
    needs: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    derives_from: tuple[str, ...] = ()

    def recognise(self, head: bytes, name: str) -> float:
        return 0.0

    def collect(self, source: Any, ctx: Any) -> Iterator[Any]:
        yield from ()


@pytest.fixture
def store(tmp_path: Path) -> RawStore:
    folder = CaseDir(tmp_path / "cases", case_id("CS-1"))
    folder.create()
    return RawStore(folder)


def test_each_collector_comes_after_what_it_needs() -> None:
    logs = Fake("logs", needs=("request-ids",), provides=("log",))
    ids = Fake("ids", provides=("request-ids",), derives_from=("har",))
    har = Fake("har", provides=("har",))

    assert [each.id for each in in_order([logs, ids, har])] == ["har", "ids", "logs"]


def test_a_circle_of_needs_still_runs_everything() -> None:
    one, two = Fake("one", needs=("b",), provides=("a",)), Fake("two", needs=("a",), provides=("b",))

    assert {each.id for each in in_order([one, two])} == {"one", "two"}


def test_the_real_collectors_have_an_order_without_circles() -> None:
    collectors = [found.plugin for found in discover("diagpack.collectors", "COLLECTOR")]
    provided: set[str] = set()
    for each in in_order(collectors):
        assert set(each.needs) | set(each.derives_from) <= provided | set(each.provides), each.id
        provided |= set(each.provides)


def test_members_of_an_archive_become_sources_and_the_scratch_folder_goes(store: RawStore, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name, content in demo_case.demo_files().items():
            archive.writestr(f"evidence/{name}", content)

    missing = ingest_all(
        store,
        Inputs(paths=(tmp_path / "all.zip",)),
        tmp_path / "scratch",
        is_result=lambda head: False,
        opener=lambda path: [],
    )

    assert missing == []
    assert len(store.sources()) == 3
    assert not (tmp_path / "scratch").exists()


def test_a_collector_that_breaks_is_a_gap_without_its_words(
    store: RawStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diagpack.collectors import notes

    def explode(*_: Any) -> Iterator[Any]:
        raise KeyError("canary-value-of-the-evidence")

    monkeypatch.setattr(type(notes.COLLECTOR), "collect", explode)
    store.ingest_bytes(b"a note", "note", "note")

    _, missing = collect_all(store, Case(case_id("CS-1")), load_settings(), lambda text: None)

    assert [each.id for each in missing] == ["DP173"]
    assert "canary" not in missing[0].reason
