"""The screen of `diagpack har`: short, in the order in which an engineer asks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from diagpack.cli.har_screen import comparison
from tests.har_fixtures import har, har_entry, written

Run = Callable[..., Any]


def lines_of(run: Run, path: Path, *entries: Any, **log: Any) -> list[str]:
    return list(run("har", written(path / "a.har", har(*entries, **log))).out.splitlines())


def test_repeats_are_one_line_with_their_count(run: Run, tmp_path: Path) -> None:
    failing = [har_entry(f"https://app.example.com/api/x/{each}", status=500, seconds=each) for each in range(4)]

    lines = lines_of(run, tmp_path, *failing)

    assert lines[0] == "GET app.example.com/api/x/0 failed: the server answered 500, 4 times [#0]"
    assert "Also failed" not in lines


def test_a_capture_without_failures_says_so_first(run: Run, tmp_path: Path) -> None:
    lines = lines_of(run, tmp_path, har_entry(), har_entry())

    assert lines[0] == "No call failed among 2 entries"
    assert "  All 2 requests succeeded." in lines
    assert any(line.startswith("    ask: No request in the recording failed.") for line in lines)


def test_what_rules_notice_is_told_with_its_place(run: Run, tmp_path: Path) -> None:
    loop = [har_entry("https://app.example.com/login", status=302, seconds=each) for each in range(4)]

    lines = lines_of(run, tmp_path, *loop)

    assert "Noticed" in lines
    assert any("redirected 4 times" in line and "[#0]" in line for line in lines)


def test_many_kinds_are_cut_with_a_count(run: Run, tmp_path: Path) -> None:
    failing = [har_entry(f"https://app.example.com/api/{chr(97 + each)}x", status=500) for each in range(26)]

    lines = lines_of(run, tmp_path, *failing)

    assert "  … and 5 more kinds of failing calls; --json lists them all" in lines
    assert len(lines) < 40


def test_two_captures_that_part_nowhere_say_so() -> None:
    found = {"first": None, "paired": 1, "differences": []}

    assert list(comparison(found)) == ["The two captures do not part", "1 call of both were compared"]
