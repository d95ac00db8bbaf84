"""`collect` with workers: the same package, and a worker or a disk that fails leaves the case as it was."""

import dataclasses
import json
import multiprocessing
import os
import signal
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from diagpack.case.layout import CaseDir
from diagpack.errors import RedactionError
from diagpack.model.case import case_id
from diagpack.pipeline import run
from diagpack.pipeline.cases import ensure_case
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.demo_case import demo_files
from diagpack.pipeline.settings import Settings, load_settings
from diagpack.redact import last_look, passes
from diagpack.redact.spans import Span


@pytest.fixture(autouse=True)
def _workers_even_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PARALLEL_FROM_BYTES", 0)
    monkeypatch.setattr(passes, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(last_look, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(passes, "RANGE", 40_000)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("in")
    for name, content in demo_files().items():
        (folder / name).write_bytes(content)
    lines = [
        f"2026-03-03T10:19:{number % 60:02}Z ERROR order {number} password=canary-{number} {'x' * 100}"
        for number in range(700)
    ]
    (folder / "big.log").write_text("\n".join(lines) + "\n")
    return [folder / "login.har", folder / "app.log.gz", folder / "big.log"]


@dataclasses.dataclass(frozen=True)
class Fault:
    """A detector that ends its process, or raises, in a worker; the first process waits until the worker is there."""

    folder: Path
    kind: str
    id: str = "fault"
    entities: tuple[str, ...] = ("word",)

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        if multiprocessing.parent_process() is not None:
            (self.folder / "here").touch()
            if self.kind == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise ValueError("canary of the exception")
        deadline = time.monotonic() + 30
        while not (self.folder / "here").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        yield from ()


def _settings(workers: int, **more: Any) -> Settings:
    fixed = {"now": datetime(2026, 11, 23, tzinfo=UTC), **more}
    return dataclasses.replace(load_settings(None, throwaway=True, workers=workers, use_keyring=False), **fixed)


def _case(tmp_path: Path, name: str) -> CaseDir:
    folder = CaseDir(tmp_path / name, case_id("K-1"))
    ensure_case(folder)
    return folder


def _collect(folder: CaseDir, files: list[Path], settings: Settings) -> Path:
    return run.collect(folder, Inputs(paths=tuple(files)), settings, lambda text: None).package


def _sums(package: Path) -> list[str]:
    with zipfile.ZipFile(package) as archive:
        name = next(each for each in archive.namelist() if each.endswith("/SHA256SUMS"))
        return [line for line in archive.read(name).decode().splitlines() if not line.endswith("run.json")]


def _state(folder: CaseDir) -> dict[str, bytes]:
    """Every file of the case but its audit log, which may say that a run began."""
    return {
        str(path.relative_to(folder.path)): path.read_bytes()
        for path in sorted(folder.path.rglob("*"))
        if path.is_file() and path != folder.audit and "raw" not in path.relative_to(folder.path).parts
    }


def test_the_package_is_the_same_with_one_worker_and_with_two(tmp_path: Path, files: list[Path]) -> None:
    folder = _case(tmp_path, "one")
    one = _sums(_collect(folder, files, _settings(1)))

    two = _sums(_collect(folder, [], _settings(2)))

    assert two == one
    assert len(one) > 10


@pytest.mark.parametrize(("kind", "id"), [("kill", "DP212"), ("raise", "DP251")])
def test_a_worker_that_fails_ends_the_run_and_changes_nothing(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch, kind: str, id: str
) -> None:
    outside = tmp_path / "tmp"
    outside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(outside))
    folder = _case(tmp_path, "cases")
    _collect(folder, files[:1], _settings(1))
    before = _state(folder)

    with pytest.raises(RedactionError) as caught:
        _collect(folder, files, _settings(2, extra_detectors=(Fault(tmp_path, kind),)))

    assert (tmp_path / "here").exists()
    assert caught.value.id == id
    assert "canary" not in json.dumps([str(caught.value), caught.value.message, caught.value.hint])
    assert _state(folder) == before
    assert list(outside.iterdir()) == []
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_is_told_in_the_words_of_the_system_and_changes_nothing(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    resource = pytest.importorskip("resource")
    folder = _case(tmp_path, "cases")
    _collect(folder, files[:1], _settings(1))
    before = _state(folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    original = run.redact_case

    def limited(*arguments: Any, **options: Any) -> Any:
        # No file of this process and its workers can grow past this: a disk with no room.
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
        return original(*arguments, **options)

    monkeypatch.setattr(run, "redact_case", limited)
    try:
        with pytest.raises(RedactionError) as caught:
            _collect(folder, files, _settings(workers))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert caught.value.id == "DP211"
    assert "too large" in caught.value.message
    assert "canary" not in str(caught.value)
    assert _state(folder) == before
