"""All of a run or nothing of it, whenever it dies."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from diagpack.case.commit import Staging, recover, staging
from diagpack.case.layout import CaseDir
from tests.case.cases import new_case

STEPS = [
    "sync",
    "mark",
    "move evidence away",
    "move evidence in",
    "move out away",
    "move out in",
    "unmark",
    "clean",
]


@pytest.fixture
def case(tmp_path: Path) -> CaseDir:
    case = new_case(tmp_path)
    written(staging(case), "old").commit()
    return case


def written(stage: Staging, content: str) -> Staging:
    (stage.evidence / "har").mkdir()
    (stage.evidence / "har" / "har-1.har").write_text(content)
    (stage.out / f"{content}.zip").write_text(content)
    return stage


def state(case: CaseDir) -> tuple[str, list[str]]:
    return (case.evidence / "har" / "har-1.har").read_text(), sorted(each.name for each in case.out.iterdir())


OLD, NEW = ("old", ["old.zip"]), ("new", ["new.zip"])


def leftovers(case: CaseDir) -> list[str]:
    return [each.name for each in case.path.iterdir() if each.suffix in (".new", ".old", ".marker")]


class _Killed(BaseException):
    """Stands for a kill between two steps."""


def test_a_commit_replaces_both_folders(case: CaseDir) -> None:
    written(staging(case), "new").commit()

    assert state(case) == NEW
    assert leftovers(case) == []


@pytest.mark.parametrize("last", STEPS)
def test_a_run_that_dies_at_any_step_leaves_old_or_new_whole(last: str, case: CaseDir) -> None:
    def die(step: str) -> None:
        if step == last:
            raise _Killed

    stage = written(staging(case, die), "new")
    with pytest.raises(_Killed):
        stage.commit()

    recover(case)

    assert state(case) == (OLD if last in ("sync", "mark") else NEW)
    assert leftovers(case) == []
    assert not recover(case)


@pytest.mark.parametrize("last", STEPS)
def test_the_next_run_goes_on_from_there(last: str, case: CaseDir) -> None:
    def die(step: str) -> None:
        if step == last:
            raise _Killed

    with pytest.raises(_Killed):
        written(staging(case, die), "new").commit()

    written(staging(case), "newer").commit()

    assert state(case) == ("newer", ["newer.zip"])
    assert leftovers(case) == []


def test_the_steps_tested_are_all_there_are(case: CaseDir) -> None:
    seen: list[str] = []

    written(staging(case, seen.append), "new").commit()

    assert seen == STEPS


@pytest.mark.parametrize("second", STEPS[2:])
def test_a_recovery_that_dies_too_is_recovered(second: str, case: CaseDir) -> None:
    from diagpack.case import commit

    def die_at(name: str) -> object:
        def die(step: str) -> None:
            if step == name:
                raise _Killed

        return die

    with pytest.raises(_Killed):
        written(staging(case, die_at("move evidence away")), "new").commit()  # type: ignore[arg-type]
    with pytest.raises(_Killed):
        commit._finish(case, die_at(second))  # type: ignore[arg-type]

    recover(case)

    assert state(case) == NEW
    assert leftovers(case) == []


def test_a_run_that_fails_before_its_commit_changes_nothing(case: CaseDir) -> None:
    stage = written(staging(case), "new")

    stage.discard()

    assert state(case) == OLD
    assert leftovers(case) == []


def test_leftovers_of_a_killed_run_are_not_mixed_in(case: CaseDir) -> None:
    (written(staging(case), "half").out / "stray.zip").write_text("x")

    written(staging(case), "new").commit()

    assert state(case) == NEW


def test_an_earlier_package_can_be_kept(case: CaseDir) -> None:
    stage = written(staging(case), "new")

    stage.keep("old.zip")
    stage.commit()

    assert state(case) == ("new", ["new.zip", "old.zip"])


LOOP = """
import sys
from pathlib import Path
from diagpack.case.commit import staging
from diagpack.case.layout import CaseDir
from diagpack.model.case import case_id
case = CaseDir(Path(sys.argv[1]), case_id("CS-1042"))
for number in range(100_000):
    stage = staging(case)
    for folder in (stage.evidence, stage.out):
        for part in range(3):
            (folder / str(part)).write_text(str(number))
    stage.commit()
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("after", [1, 3, 6, 10, 15])
def test_kill_9_in_the_middle_never_mixes_two_runs(after: int, tmp_path: Path) -> None:
    case = new_case(tmp_path)
    with subprocess.Popen([sys.executable, "-c", LOOP, str(case.root)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        for _ in range(after):
            other.stdout.readline()
        other.send_signal(signal.SIGKILL)
        confirmed = after + len(other.stdout.readlines())

    recover(case)

    contents = {
        path.read_text() for folder in (case.evidence, case.out) for path in (folder / str(each) for each in range(3))
    }
    assert len(contents) == 1
    assert int(contents.pop()) in (confirmed - 1, confirmed)
    assert leftovers(case) == []
