"""`collect` killed with SIGKILL at every stage, then run again: the same as a run that was never killed.

The killed run happens in a forked child, in which one named function ends the process at its n-th call; the product has
no hook for this.
"""

import importlib
import os
import shutil
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diagpack.case import commit
from diagpack.case.audit import AuditLog
from diagpack.case.layout import CaseDir
from diagpack.model.case import case_id
from diagpack.pipeline import demo_case, run
from diagpack.pipeline.cases import ensure_case
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.settings import load_settings

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

# Where the run is killed: the function, and at which call of it.
STAGES = {
    "before a file is kept": ("diagpack.case.store:RawStore._keep", 1),
    "between two files": ("diagpack.case.store:RawStore._keep", 2),
    "content kept, not listed": ("diagpack.case.jsonl:append", 1),
    "inside an archive": ("diagpack.collectors.archives:_check_name", 2),
    "after the ingest": ("diagpack.pipeline.run:collect_all", 1),
    "between two collectors": ("diagpack.pipeline.collecting:_collect_one", 3),
    "while artifacts are numbered": ("diagpack.case.numbering:Numberer.number", 4),
    "before redaction": ("diagpack.pipeline.run:redact_case", 1),
    "while values are learned": ("diagpack.redact.crew:RunCrew._discover", 3),
    "while artifacts are rewritten": ("diagpack.redact.crew:RunCrew._rewrite", 3),
    "before the assessment": ("diagpack.pipeline.run:assess", 1),
    "before rendering": ("diagpack.pipeline.run:render", 1),
    "before the residue scan": ("diagpack.redact.boundary:Redaction.scan", 1),
    "before the signature": ("diagpack.pipeline.run:build", 1),
    "before the swap": ("diagpack.pipeline.run:_keep_delivered", 1),
}
# Facts of one run, and what covers them.
OF_THE_RUN = ("run.json", "SHA256SUMS", "SHA256SUMS.sig")
STEPS = ("sync", "mark", "move evidence away", "move evidence in", "move out away", "move out in", "unmark", "clean")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("in")
    for name, content in demo_case.demo_files().items():
        (folder / name).write_bytes(content)
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("one.log", "2026-03-03T10:19:40Z ERROR one password=canary-1\n")
        archive.writestr("two.txt", "They said the token was lost.\n")
    return [folder / "login.har", folder / "app.log.gz", folder / "more.zip"]


@pytest.fixture(scope="module")
def before(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case that has one note and one package: what a later run swaps out."""
    cases = tmp_path_factory.mktemp("before")
    folder = CaseDir(cases, case_id("K-1"))
    ensure_case(folder)
    collect(folder, [files[0].parent / "note.txt"])
    return cases


@pytest.fixture(scope="module")
def clean(before: Path, files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The state after a run that nobody killed."""
    cases = tmp_path_factory.mktemp("clean") / "cases"
    shutil.copytree(before, cases)
    folder = CaseDir(cases, case_id("K-1"))
    collect(folder, files)
    return state(folder)


def collect(folder: CaseDir, files: list[Path]) -> None:
    run.collect(folder, Inputs(paths=tuple(files)), load_settings(use_keyring=False), lambda text: None)


def state(folder: CaseDir) -> dict[str, Any]:
    """All that must be equal: the package but for `run.json`, the numbering, and every path of the case."""
    packages = {}
    for path in sorted(folder.out.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            names = [
                name for name in archive.namelist() if not name.endswith(("run.json", "SHA256SUMS", "SHA256SUMS.sig"))
            ]
            packages[path.name] = {name: archive.read(name) for name in names}
    return {
        "packages": packages,
        "ids": (folder.raw / "ids.json").read_bytes(),
        "sources": (folder.raw / "sources.jsonl").read_bytes(),
        "paths": sorted(str(path.relative_to(folder.path)) for path in folder.path.rglob("*")),
    }


def killed(action: Callable[[], None]) -> None:
    """Run `action` in a child, and make sure that it was killed."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(17)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the run was not killed: exit {os.waitstatus_to_exitcode(status)}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(place: str, call: int) -> None:
    """Make the function at `module:path` end this process at its n-th call."""
    module, _, path = place.partition(":")
    owner: Any = importlib.import_module(module)
    *parents, name = path.split(".")
    for each in parents:
        owner = getattr(owner, each)
    original, count = getattr(owner, name), iter(range(1, 1_000_000))

    def armed(*arguments: Any, **options: Any) -> Any:
        if next(count) == call:
            die()
        return original(*arguments, **options)

    setattr(owner, name, armed)


@pytest.fixture
def folder(before: Path, tmp_path: Path) -> CaseDir:
    shutil.copytree(before, tmp_path / "cases")
    return CaseDir(tmp_path / "cases", case_id("K-1"))


def check(folder: CaseDir, files: list[Path], clean: dict[str, Any]) -> None:
    """Nothing half done is visible, and the next run gives what a clean one gives."""
    shown = [path.name for path in folder.out.glob("*")] if folder.out.exists() else []
    assert set(shown) <= {"K-1-esc1.zip"}
    collect(folder, files)
    assert state(folder) == clean
    assert AuditLog(folder.audit).verify().is_intact


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_killed_at_a_stage_loses_nothing_and_doubles_nothing(
    stage: str, folder: CaseDir, files: list[Path], clean: dict[str, Any]
) -> None:
    earlier = (folder.out / "K-1-esc1.zip").read_bytes()

    def action() -> None:
        arm(*STAGES[stage])
        collect(folder, files)

    killed(action)

    assert (folder.out / "K-1-esc1.zip").read_bytes() == earlier
    check(folder, files, clean)


@pytest.mark.parametrize("step", STEPS)
def test_a_run_killed_while_it_swaps_is_finished_or_rolled_back(
    step: str, folder: CaseDir, files: list[Path], clean: dict[str, Any]
) -> None:
    def action() -> None:
        def stop(name: str) -> None:
            if name == step:
                die()

        run.staging = lambda case: commit.staging(case, stop)
        collect(folder, files)

    killed(action)

    check(folder, files, clean)
