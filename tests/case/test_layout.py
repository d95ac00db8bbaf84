"""Where a case lies."""

import stat
import sys
from pathlib import Path

import pytest

from diagpack.case.layout import CaseDir, cases_root
from diagpack.model.case import case_id


def test_the_folder_given_comes_first_then_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAGPACK_CASES", str(tmp_path / "env"))

    assert cases_root(tmp_path) == tmp_path
    assert cases_root() == tmp_path / "env"


def test_without_either_it_is_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIAGPACK_CASES", raising=False)

    assert cases_root().name == "cases"
    assert "diagpack" in cases_root().parts


def test_a_new_case_is_private_and_ignored_by_git(tmp_path: Path) -> None:
    case = CaseDir(tmp_path / "cases", case_id("CS-1"))

    case.create()
    case.create()

    assert (case.path / ".gitignore").read_text() == "*\n"
    assert case.derived == case.raw / "derived"
    for folder in (case.root, case.path, case.raw, case.derived, case.evidence, case.out):
        assert folder.is_dir()
        if sys.platform != "win32":
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="needs mode bits")
def test_a_folder_of_the_users_own_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    CaseDir(tmp_path, case_id("CS-1")).create()

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_case_exists_once_it_has_its_file(tmp_path: Path) -> None:
    case = CaseDir(tmp_path, case_id("CS-1"))
    case.create()
    assert not case.exists()

    case.yaml.write_text("id: CS-1\n")

    assert case.exists()
    assert (case.journal.name, case.audit.name, case.key.name) == ("journal", "audit.jsonl", "key")
