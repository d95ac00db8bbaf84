"""Swapping in what a run made, all of it or nothing.

Enters: a case. Leaves: `evidence/` and `out/` of one run, never of two. A run writes into `evidence.new` and
`out.new`. `commit` syncs them, writes a marker (from then on the new state is decided) and renames; `recover`, called
at the start of every run, finishes a swap whose marker is there and removes what an undecided run left behind.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from diagpack.case.durable import private_folder, remove_tree, sync_folder, sync_tree, write_atomically
from diagpack.case.layout import CaseDir

_MARKER = "commit.marker"


def _nothing(step: str) -> None:
    """The default hook."""


@dataclass(frozen=True, slots=True)
class Staging:
    """The folders one run writes into. `before_step` is told the name of each step; tests stop there."""

    case: CaseDir
    before_step: Callable[[str], None] = _nothing

    @property
    def evidence(self) -> Path:
        return _new(self.case.evidence)

    @property
    def out(self) -> Path:
        return _new(self.case.out)

    def keep(self, name: str) -> None:
        """Take a file of the present `out/` (an earlier package) over into the new one."""
        shutil.copyfile(self.case.out / name, self.out / name)

    def commit(self) -> None:
        """Make the new folders the case's own."""
        self.before_step("sync")
        sync_tree(self.evidence)
        sync_tree(self.out)
        sync_folder(self.case.path)
        self.before_step("mark")
        write_atomically(_marker(self.case), b"diagpack.commit/1\n")
        _finish(self.case, self.before_step)

    def discard(self) -> None:
        """Forget what was written; the case stays as it was."""
        for folder in (self.evidence, self.out):
            remove_tree(folder)


def staging(case: CaseDir, before_step: Callable[[str], None] = _nothing) -> Staging:
    """Empty folders to write into. Recovers first, so that nothing of a killed run is mixed in."""
    recover(case)
    stage = Staging(case, before_step)
    private_folder(stage.evidence)
    private_folder(stage.out)
    return stage


def recover(case: CaseDir) -> bool:
    """Finish or roll back a run that was killed; True when there was something to do."""
    if _marker(case).exists():
        _finish(case, _nothing)
        return True
    had_leftovers = False
    for folder in (case.evidence, case.out):
        if _old(folder).exists() and not folder.exists():
            _old(folder).rename(folder)
        for leftover in (_new(folder), _old(folder)):
            if leftover.exists():
                had_leftovers = True
                remove_tree(leftover)
    return had_leftovers


def _finish(case: CaseDir, before_step: Callable[[str], None]) -> None:
    """Every step can be interrupted and done again: what is there tells how far it came."""
    for folder in (case.evidence, case.out):
        if _new(folder).exists():
            before_step(f"move {folder.name} away")
            if folder.exists():
                remove_tree(_old(folder))
                folder.rename(_old(folder))
            before_step(f"move {folder.name} in")
            _new(folder).rename(folder)
    sync_folder(case.path)
    before_step("unmark")
    _marker(case).unlink(missing_ok=True)
    sync_folder(case.path)
    before_step("clean")
    for folder in (case.evidence, case.out):
        remove_tree(_old(folder))


def _new(folder: Path) -> Path:
    return folder.with_name(folder.name + ".new")


def _old(folder: Path) -> Path:
    return folder.with_name(folder.name + ".old")


def _marker(case: CaseDir) -> Path:
    return case.path / _MARKER
