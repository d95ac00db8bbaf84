"""`collect`: fails forward on input, fails closed on redaction, gives the same package twice, survives being killed."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diagpack.case.layout import CaseDir
from diagpack.errors import RedactionError
from diagpack.model.case import case_id
from diagpack.pipeline import demo_case
from diagpack.pipeline.cases import ensure_case
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.run import collect as run_collect
from diagpack.pipeline.settings import load_settings
from diagpack.redact.spans import Span
from tests.support_pipeline import collect, diagpack, leaks, members

CANARY = "canary-input-5521"


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in demo_case.demo_files().items():
        (folder / name).write_bytes(content)
    return folder


def test_broken_inputs_are_named_one_by_one_and_the_others_go_on(inputs: Path, tmp_path: Path) -> None:
    (inputs / "cut.har").write_bytes((inputs / "login.har").read_bytes()[:20000])
    (inputs / "empty.har").write_bytes(b"")
    (inputs / "folder").mkdir()
    (inputs / "unknown.bin").write_bytes(b"\x00\x01\x7fELF" + bytes(range(256)) * 40 + CANARY.encode())
    (inputs / "odd.log").write_bytes(b"2026-03-03T10:19:40Z INFO caf\xe9 \xff\xfe ok\n" * 50)
    (inputs / "closed.log").write_text("2026-03-03T10:19:40Z INFO x\n")
    (inputs / "closed.log").chmod(0)
    names = ["login.har", "cut.har", "empty.har", "folder", "unknown.bin", "odd.log", "closed.log", "app.log.gz"]

    result, outcome = collect("CS-1", *(inputs / name for name in names), cwd=tmp_path)

    assert result.returncode == 6, result.stderr
    assert "Traceback" not in result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("warning[")]
    as_root = os.geteuid() == 0  # root reads what nobody may read
    expected = ["cut.har", "empty.har", "folder", "unknown.bin", *([] if as_root else ["closed.log"])]
    for name in expected:
        assert sum(name in line for line in lines) == 1, (name, result.stderr)
    kinds = [each["kind"] for each in outcome["collected"]]
    assert kinds.count("har") == 2
    assert kinds.count("log") >= 2
    report = members(Path(outcome["package"]))["report.md"].decode()
    assert "truncated" in report or "cut off" in report
    assert CANARY not in result.stderr + report


def test_nothing_collected_is_exit_3(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")

    result, _ = collect("CS-2", tmp_path / "empty", cwd=tmp_path)

    assert result.returncode == 3
    assert not list((tmp_path / "cases" / "CS-2" / "out").glob("*"))


class Exploding:
    """A detector that fails, with evidence in its exception."""

    id = "exploding"
    entities = ("secret",)

    def scan(self, data: bytes, context: str = "") -> "list[Span]":
        raise RuntimeError(f"cannot scan {data!r}")


def test_a_detector_that_raises_stops_the_run_and_shows_no_value(inputs: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    folder = CaseDir(tmp_path / "cases", case_id("CS-3"))
    ensure_case(folder)
    good = run_collect(folder, Inputs(paths=(inputs / "note.txt",)), load_settings(), lambda text: None)
    before = good.package.read_bytes()

    with pytest.raises(RedactionError) as caught:
        run_collect(
            folder,
            Inputs(paths=(inputs / "app.log.gz",)),
            replace(load_settings(), extra_detectors=(Exploding(),)),
            lambda text: None,
        )

    assert caught.value.exit_code == 5
    assert "exploding" in str(caught.value)
    assert "jo.doe" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert [path.read_bytes() for path in folder.out.glob("*.zip")] == [before]


def test_two_runs_give_the_same_sums_but_for_run_json_anywhere(inputs: Path, tmp_path: Path) -> None:
    sums = []
    for number, environment in enumerate(
        ({"TZ": "UTC", "LC_ALL": "C"}, {"TZ": "Asia/Kolkata", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "7"})
    ):
        place = tmp_path / f"place-{number}"
        place.mkdir()
        if number:
            # The same case key, case.yaml and raw files, in another directory.
            shutil.copytree(tmp_path / "place-0" / "cases", place / "cases")
            shutil.rmtree(place / "cases" / "CS-4" / "out")
        files = [inputs / "login.har", inputs / "app.log.gz", inputs / "note.txt"]
        result = diagpack(
            "collect", "CS-4", *files, "--cases", place / "cases", "--json", "--no-input", cwd=place, env=environment
        )
        assert result.returncode in (0, 6), result.stderr
        text = members(Path(json.loads(result.stdout)["package"]))["SHA256SUMS"].decode()
        sums.append([line for line in text.splitlines() if not line.endswith("  run.json")])

    assert sums[0] == sums[1]
    assert len(sums[0]) > 10


def test_more_evidence_later_keeps_ids_and_pseudonyms(inputs: Path, tmp_path: Path) -> None:
    first, one = collect("CS-5", inputs / "note.txt", cwd=tmp_path)
    before = members(Path(one["package"]))["evidence/notes/note-1.txt"]
    second, two = collect("CS-5", inputs / "login.har", inputs / "note.txt", cwd=tmp_path)
    after = members(Path(two["package"]))["evidence/notes/note-1.txt"]

    assert first.returncode == second.returncode == 0, second.stderr
    tokens = set(re.findall(rb"dp-[a-z]+-[a-z2-7]{10,}|[a-z2-7]{12}@dp\.invalid", before))
    assert len(tokens) >= 2
    assert all(token in after for token in tokens)
    assert [each["id"] for each in two["collected"]].count("note-1") == 1
    assert "har-1" in [each["id"] for each in two["collected"]]


def test_a_killed_run_loses_nothing_and_doubles_nothing(inputs: Path, tmp_path: Path) -> None:
    files = [inputs / "login.har", inputs / "app.log.gz", inputs / "note.txt"]
    reference, expected = collect("CS-6", *files, cwd=tmp_path)
    assert reference.returncode in (0, 6), reference.stderr
    shutil.copytree(tmp_path / "cases", tmp_path / "copy" / "cases")
    command = [sys.executable, "-m", "diagpack.cli.main", "collect", "CS-6", *map(str, files), "--json", "--no-input"]
    for delay in (0.3, 0.8, 1.2, 1.6, 2.0, 2.4, 3.0):
        process = subprocess.Popen(
            [*command, "--cases", str(tmp_path / "copy" / "cases")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
    (tmp_path / "copy").mkdir(exist_ok=True)

    result, outcome = collect("CS-6", *files, cwd=tmp_path / "copy")

    assert result.returncode == reference.returncode, result.stderr
    assert outcome["collected"] == expected["collected"]
    assert [path.name for path in (tmp_path / "copy" / "cases" / "CS-6" / "out").glob("*.zip")] == ["CS-6-esc1.zip"]


def test_names_given_in_case_yaml_are_replaced_in_every_file(inputs: Path, tmp_path: Path) -> None:
    diagpack("new", "CS-7", "--cases", tmp_path / "cases", cwd=tmp_path)
    yaml = tmp_path / "cases" / "CS-7" / "case.yaml"
    text = yaml.read_text()
    assert "people:" in text
    (inputs / "extra.txt").write_text("Spoke to Zebulon Quux today about the export.\n")
    from diagpack.case.config import update_case_yaml

    update_case_yaml(yaml, {"people": ["Zebulon Quux"]})

    _, outcome = collect("CS-7", inputs / "extra.txt", cwd=tmp_path)

    assert leaks("Zebulon", Path(outcome["package"])) == []
    assert leaks("Quux", Path(outcome["package"])) == []
