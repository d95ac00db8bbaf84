"""har, logs, sso and redact on single files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
