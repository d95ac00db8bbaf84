"""One run at a time on one case."""

import subprocess
import sys
from pathlib import Path

import pytest

from diagpack.case.layout import CaseDir
from diagpack.case.lock import case_lock
from diagpack.errors import UsageError
from diagpack.model.case import case_id
from tests.case.cases import new_case

HOLD = """
import sys, time
from pathlib import Path
from diagpack.case.layout import CaseDir
from diagpack.case.lock import case_lock
from diagpack.model.case import case_id
with case_lock(CaseDir(Path(sys.argv[1]), case_id("CS-1042"))):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_turned_away(tmp_path: Path) -> None:
    case = new_case(tmp_path)

    with case_lock(case), pytest.raises(UsageError, match="another diagpack run") as caught, case_lock(case):
        pass

    assert caught.value.id == "DP602"


def test_a_killed_run_leaves_the_case_free(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    with subprocess.Popen([sys.executable, "-c", HOLD, str(case.root)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(UsageError), case_lock(case):
            pass

        other.kill()

    with case_lock(case):
        pass


def test_an_error_inside_frees_the_lock(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    with pytest.raises(ValueError), case_lock(case):
        raise ValueError

    with case_lock(case):
        pass


def test_a_case_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught, case_lock(CaseDir(tmp_path, case_id("CS-1"))):
        pass

    assert caught.value.id == "DP601"
