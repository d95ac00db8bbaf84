"""Earlier cases are found beside this one and in the team's shared folder."""

from pathlib import Path

from diagpack.case.layout import CaseDir
from diagpack.model.case import case_id
from diagpack.pipeline.past import past_cases
from tests.support.packages import verified_package

MANIFEST = b'{"id": "%s-esc1", "case": "%s", "signature": "dp1:0123456789ab", "parts": {}, "tokens": ["a"]}'


def put(folder: Path, case: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    manifest = MANIFEST % (case.encode(), case.encode())
    (folder / f"{case}-esc1.zip").write_bytes(verified_package(case, files={"manifest.json": manifest}).content)


def test_other_cases_are_read_and_ones_own_is_not(tmp_path: Path) -> None:
    put(tmp_path / "cases" / "CS-1" / "out", "CS-1")
    put(tmp_path / "cases" / "CS-2" / "out", "CS-2")
    put(tmp_path / "shared", "CS-3")
    put(tmp_path / "shared", "CS-1")

    found = past_cases(CaseDir(tmp_path / "cases", case_id("CS-1")), tmp_path / "shared")

    assert [each["case"] for each in found] == ["CS-2", "CS-3"]
    assert found[0]["tokens"] == ["a"]


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "broken.zip").write_bytes(b"PK")

    assert past_cases(CaseDir(tmp_path / "cases", case_id("CS-1")), tmp_path / "shared") == []
