"""The chain, and what it cannot show without an anchor."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagpack.case.audit import AuditLog, Head

APPEND = """
import sys
from pathlib import Path
from diagpack.case.audit import AuditLog
for number in range(40):
    AuditLog(Path(sys.argv[1])).append("collect", worker=sys.argv[2], number=number)
"""


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    log = AuditLog(tmp_path / "audit.jsonl")
    for event in ("new", "collect", "sign", "submit"):
        log.append(event, files=1)
    return log


def path_of(log: AuditLog) -> Path:
    return log._path


def test_an_untouched_log_is_intact(log: AuditLog) -> None:
    report = log.verify()

    assert (report.is_intact, report.lines, report.anchored_to, report.unanchored) == (True, 4, 0, 4)


def test_a_line_has_number_link_time_and_fields(log: AuditLog) -> None:
    head = log.append("redact", at=datetime(2026, 11, 20, 10, tzinfo=UTC), counts={"email": 3})

    line = json.loads(path_of(log).read_bytes().splitlines()[-1])
    assert line["seq"] == 5
    assert line["ts"] == "2026-11-20T10:00:00+00:00"
    assert (line["event"], line["counts"]) == ("redact", {"email": 3})
    assert head == log.head() == Head(5, head.sha256)


def test_an_empty_log_has_a_head_of_zeros(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")

    assert log.head() == Head(0, "0" * 64)
    assert log.verify([log.head()]).is_intact


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_line_is_found(log: AuditLog, line: int) -> None:
    lines = path_of(log).read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b'"files":1', b'"files":2')
    path_of(log).write_bytes(b"".join(lines))

    # The line itself still reads well; the one after it no longer follows.
    assert log.verify().broken_at == line + 2


def test_a_removed_line_is_found(log: AuditLog) -> None:
    lines = path_of(log).read_bytes().splitlines(keepends=True)
    path_of(log).write_bytes(b"".join(lines[:1] + lines[2:]))

    assert log.verify().broken_at == 2


def test_a_cut_end_is_found_with_an_anchor_only(log: AuditLog) -> None:
    sent = log.head()
    lines = path_of(log).read_bytes().splitlines(keepends=True)
    path_of(log).write_bytes(b"".join(lines[:3]))

    assert log.verify().is_intact
    report = log.verify([sent])
    assert (report.broken_at, report.is_intact) == (4, False)


def test_a_log_written_anew_is_found_with_an_anchor_only(log: AuditLog, tmp_path: Path) -> None:
    sent = log.head()
    path_of(log).unlink()
    for event in ("new", "collect", "sign", "submit", "close"):
        log.append(event, files=9)

    assert log.verify().is_intact
    assert log.verify([sent]).broken_at == 4


def test_anchored_and_unanchored_lines_are_told_apart(log: AuditLog) -> None:
    sent = log.head()
    log.append("open")
    log.append("close")

    report = log.verify([sent])

    assert (report.anchored_to, report.unanchored) == (4, 2)


def test_two_anchors_that_disagree_break_the_chain(log: AuditLog) -> None:
    assert log.verify([log.head(), Head(4, "1" * 64)]).broken_at == 4


def test_a_torn_line_is_shown_and_then_repaired_by_a_line_that_says_so(log: AuditLog) -> None:
    path = path_of(log)
    path.write_bytes(path.read_bytes() + b'{"event":"half')
    assert log.verify().broken_at == 5

    log.append("collect")

    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [each["event"] for each in lines[-2:]] == ["repair", "collect"]
    assert lines[-2]["torn_bytes"] == 14
    assert log.verify().is_intact


@pytest.mark.parametrize("junk", [b"junk", b"[]", b"{}", b'{"seq": 5}', b"[" * 100_000])
def test_a_foreign_line_is_found(log: AuditLog, junk: bytes) -> None:
    path = path_of(log)
    path.write_bytes(path.read_bytes() + junk + b"\n")

    log.append("collect")

    assert log.verify().broken_at == 5


def test_long_lines_are_chained_too(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    for size in (10, 5000, 50_000, 10):
        log.append("collect", note="x" * size)

    assert log.verify().is_intact
    assert log.head().seq == 4


def test_fields_of_the_chain_cannot_be_given(log: AuditLog) -> None:
    with pytest.raises(ValueError, match="seq"):
        log.append("collect", seq=1)


def test_four_processes_may_append_at_once(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    workers = [subprocess.Popen([sys.executable, "-c", APPEND, str(path), str(each)]) for each in range(4)]

    assert [worker.wait() for worker in workers] == [0] * 4

    report = AuditLog(path).verify()
    assert (report.is_intact, report.lines) == (True, 160)
