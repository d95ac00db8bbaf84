"""The raw zone."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from diagpack.case.layout import CaseDir
from diagpack.case.store import RawStore
from diagpack.errors import CollectError
from tests.case.cases import new_case

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")


@pytest.fixture
def case(tmp_path: Path) -> CaseDir:
    return new_case(tmp_path)


def given(tmp_path: Path, content: bytes, name: str = "canary-name.har") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_file_is_copied_and_listed(case: CaseDir, tmp_path: Path) -> None:
    path = given(tmp_path, b"content")

    source = RawStore(case).ingest_file(path)

    assert (source.label, source.name, source.origin, source.size_bytes) == ("source-1", "canary-name.har", "file", 7)
    assert source.sha256 == hashlib.sha256(b"content").hexdigest()
    path.unlink()
    (listed,) = RawStore(case).sources()
    assert listed.head() == b"content"
    assert RawStore(case).lost() == []


def test_the_same_content_is_one_source_under_its_first_name(case: CaseDir, tmp_path: Path) -> None:
    store = RawStore(case)
    first = store.ingest_file(given(tmp_path, b"content", "a.har"))

    again = store.ingest_file(given(tmp_path, b"content", "b.har"))
    pasted = store.ingest_bytes(b"content", "-", "note")

    assert again.label == pasted.label == first.label == "source-1"
    assert [each.name for each in store.sources()] == ["a.har"]


def test_sources_keep_the_order_of_their_first_ingest(case: CaseDir) -> None:
    store = RawStore(case)
    for content in (b"one", b"two", b"one", b"three"):
        store.ingest_bytes(content, "x", "note")

    assert [(each.label, each.head()) for each in store.sources()] == [
        ("source-1", b"one"),
        ("source-2", b"two"),
        ("source-3", b"three"),
    ]


class TestWhatCannotBeRead:
    """One clear line each, with its id and without the file's name."""

    def refused(self, case: CaseDir, path: Path) -> str:
        with pytest.raises(CollectError) as caught:
            RawStore(case).ingest_file(path)
        assert "canary" not in str(caught.value)
        assert RawStore(case).sources() == []
        return caught.value.id

    def test_nothing_there(self, case: CaseDir, tmp_path: Path) -> None:
        assert self.refused(case, tmp_path / "canary") == "DP620"

    def test_a_folder(self, case: CaseDir, tmp_path: Path) -> None:
        assert self.refused(case, tmp_path) == "DP621"

    @posix_only
    def test_a_pipe_is_not_waited_for(self, case: CaseDir, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "canary-pipe")

        assert self.refused(case, tmp_path / "canary-pipe") == "DP622"

    @posix_only
    def test_a_device(self, case: CaseDir) -> None:
        assert self.refused(case, Path("/dev/zero")) == "DP622"

    @posix_only
    def test_a_link_to_itself(self, case: CaseDir, tmp_path: Path) -> None:
        (tmp_path / "canary-loop").symlink_to(tmp_path / "canary-loop")

        assert self.refused(case, tmp_path / "canary-loop") == "DP623"

    @posix_only
    @pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything")
    def test_a_file_without_permission(self, case: CaseDir, tmp_path: Path) -> None:
        path = given(tmp_path, b"content")
        path.chmod(0)

        assert self.refused(case, path) == "DP624"

    def test_an_empty_file(self, case: CaseDir, tmp_path: Path) -> None:
        assert self.refused(case, given(tmp_path, b"")) == "DP625"
        assert list((case.raw / "sources").iterdir()) == []

    def test_empty_text(self, case: CaseDir) -> None:
        with pytest.raises(CollectError):
            RawStore(case).ingest_bytes(b"", "-", "note")


def test_a_permission_error_is_told_apart(case: CaseDir, tmp_path: Path) -> None:
    """Also where the tests run as root, who may read everything."""
    from diagpack.case.store import _unreadable

    assert _unreadable(tmp_path / "x", PermissionError(13, "denied")).id == "DP624"


class TestReferences:
    @pytest.fixture
    def big(self, tmp_path: Path) -> Path:
        return given(tmp_path, b"a" * (3 << 20), "big.log")

    def test_a_big_file_is_not_copied(self, case: CaseDir, big: Path) -> None:
        store = RawStore(case, reference_over=1 << 20)

        source = store.ingest_file(big)

        assert source.raw_path == big
        assert source.size_bytes == 3 << 20
        assert store.ingest_file(big).label == source.label
        assert [each.label for each in store.sources()] == ["source-1"]
        assert not (case.raw / "sources").exists()

    @pytest.mark.parametrize("change", ["tail", "head", "size", "gone", "another file"])
    def test_a_changed_file_is_missing(self, change: str, case: CaseDir, big: Path) -> None:
        store = RawStore(case, reference_over=1 << 20)
        store.ingest_file(big)
        store.ingest_bytes(b"note", "-", "note")
        content = big.read_bytes()
        if change == "tail":
            big.write_bytes(content[:-1] + b"b")
        elif change == "head":
            big.write_bytes(b"b" + content[1:])
        elif change == "size":
            big.write_bytes(content + b"a")
        else:
            big.rename(big.with_name("moved"))
            if change == "another file":
                big.write_bytes(content)

        assert [each.label for each in store.sources()] == ["source-2"]
        (lost,) = store.lost()
        assert (lost.label, lost.name, lost.id) == ("source-1", "big.log", "DP626")


def test_a_copy_that_was_cut_under_raw_is_missing(case: CaseDir) -> None:
    store = RawStore(case)
    source = store.ingest_bytes(b"content", "a", "file")
    source.raw_path.write_bytes(b"con")

    assert store.sources() == []
    assert store.lost()[0].label == "source-1"


def test_a_torn_list_loses_only_what_was_never_confirmed(case: CaseDir) -> None:
    store = RawStore(case)
    store.ingest_bytes(b"one", "a", "file")
    listing = case.raw / "sources.jsonl"
    whole = listing.read_bytes()
    store.ingest_bytes(b"two", "b", "file")
    listing.write_bytes(listing.read_bytes()[: len(whole) + 20])

    assert [each.head() for each in store.sources()] == [b"one"]
    again = store.ingest_bytes(b"two", "b", "file")

    assert again.label == "source-2"
    assert [each.head() for each in store.sources()] == [b"one", b"two"]
    assert b"repaired_torn_bytes" in listing.read_bytes()


INGEST = """
import sys
from pathlib import Path
from diagpack.case.layout import CaseDir
from diagpack.case.store import RawStore
from diagpack.model.case import case_id
store = RawStore(CaseDir(Path(sys.argv[1]), case_id("CS-1042")))
for number in range(10_000):
    store.ingest_bytes(b"source %d" % number, "x", "note")
    print(number, flush=True)
"""


@posix_only
@pytest.mark.parametrize("after", [1, 7, 23])
def test_kill_9_loses_no_confirmed_source_and_doubles_none(after: int, case: CaseDir) -> None:
    with subprocess.Popen([sys.executable, "-c", INGEST, str(case.root)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        for _ in range(after):
            other.stdout.readline()
        other.send_signal(signal.SIGKILL)
        confirmed = after + len(other.stdout.readlines())
    store = RawStore(case)
    survived = len(store.sources())

    for number in range(survived + 3):
        store.ingest_bytes(b"source %d" % number, "x", "note")

    assert confirmed <= survived <= confirmed + 1
    assert [each.head() for each in store.sources()] == [b"source %d" % number for number in range(survived + 3)]
    assert store.lost() == []
