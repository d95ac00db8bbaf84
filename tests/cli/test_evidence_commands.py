"""har, logs, sso and redact on single files."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diagpack.pipeline import demo_case

Run = Callable[..., Any]


def test_har_names_the_failing_call(run: Run, demo: Path) -> None:
    result = run("har", demo / "input" / "login.har")

    assert result.code == 0
    assert "#5" in result.out
    assert demo_case.REQUEST_ID in result.out


def test_a_truncated_har_is_exit_6_and_still_read(run: Run, demo: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.har").write_bytes((demo / "input" / "login.har").read_bytes()[:25_000])

    result = run("har", tmp_path / "cut.har", "--json")

    assert result.code == 6
    assert 0 < json.loads(result.out)["entries"] < 10


def test_logs_prints_json_lines_with_a_summary_last(run: Run, demo: Path) -> None:
    result = run("logs", demo / "input" / "app.log.gz", "--id", demo_case.REQUEST_ID, "--json")

    lines = [json.loads(line) for line in result.out.splitlines()]
    assert lines[-1]["summary"]
    assert {each["schema"] for each in lines} == {"diagpack.logs/1"}
    assert {"source", "line", "bytes", "time", "zone", "ids", "text"} <= set(
        next(each for each in lines if demo_case.REQUEST_ID in each.get("ids", ()))
    )


def test_a_time_without_a_zone_is_refused(run: Run, demo: Path) -> None:
    result = run("logs", demo / "input" / "app.log.gz", "--from", "2026-03-03T10:19:40")

    assert result.code == 2
    assert "zone" in result.err


def test_sso_reads_the_login_and_lists_findings(run: Run, demo: Path) -> None:
    document = json.loads(run("sso", demo / "input" / "login.har", "--json").out)

    assert document["schema"] == "diagpack.sso/1"
    assert {"id", "level", "certainty", "evidence", "means", "ask", "source"} <= set(document["findings"][0])


def test_redact_writes_a_new_file_with_counts(run: Run, demo: Path, tmp_path: Path) -> None:
    result = run("redact", demo / "input" / "note.txt", "-o", tmp_path / "note.txt", "--json")

    assert result.code == 0
    assert json.loads(result.out)["counts"]
    assert demo_case.NAME_ID not in (tmp_path / "note.txt").read_text()


def test_a_value_is_not_revealed_into_a_pipe(run: Run, demo: Path) -> None:
    result = run("redact", "DEMO-1", "--reveal", "dp-email-aaaaaaaaaaaa", "--cases", demo / "cases")

    assert result.code == 2
    assert "terminal" in result.err


def test_a_file_that_is_not_there_is_one_line(run: Run, tmp_path: Path) -> None:
    for command in ("har", "logs", "redact"):
        result = run(command, tmp_path / "none")
        assert result.code == 2
        assert len(result.err.splitlines()) == 2


@pytest.mark.parametrize("target", ["", ".", ".."])
def test_redact_of_no_file_is_one_line(run: Run, target: str) -> None:
    result = run("redact", target)

    assert result.code == 2
    assert "DP917" in result.err


def test_redact_works_in_a_pipe(tmp_path: Path) -> None:
    """Both ends may be a stream; nothing raw is left where it passed through."""
    command = [sys.executable, "-m", "diagpack.cli.main", "redact", "-"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    for packed, out in ((False, ["-o", "-"]), (True, []), (False, ["-o", str(tmp_path / "out.log")])):
        sent = b"2026-03-03T10:19:40Z user=mkeller password=canary-x1\n"
        result = subprocess.run(
            [*command, *out],
            input=gzip.compress(sent) if packed else sent,
            capture_output=True,
            env=environment,
            check=False,
        )
        shown = (tmp_path / "out.log").read_bytes() if out[1:2] not in ([], ["-"]) else result.stdout

        assert result.returncode == 0
        assert shown.startswith(b"2026-03-03T10:19:40Z user=dp-user-")
        assert b"canary" not in shown
    assert [each.name for each in tmp_path.iterdir()] == ["out.log"]


def test_a_stream_that_cannot_be_inspected_gives_nothing(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "diagpack.cli.main", "redact", "-"],
        input=b"\x7fELF\0" + bytes(range(256)) * 20,
        capture_output=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
    )

    assert result.returncode == 5
    assert result.stdout == b""
    assert list(tmp_path.iterdir()) == []


def test_redact_of_a_stream_has_no_json(run: Run, demo: Path) -> None:
    result = run("redact", demo / "input" / "note.txt", "-o", "-", "--json")

    assert result.code == 2
    assert "DP930" in result.err


def test_the_way_out_of_a_picture_is_a_case(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))

    result = run("redact", tmp_path / "a.png")

    assert result.code == 5
    assert "--approve-image" in result.err
