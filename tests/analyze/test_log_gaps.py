"""What a log cannot show is said, with what to ask for."""

from pathlib import Path
from typing import Any

from diagpack.analyze.log_gaps import RULE
from diagpack.model.finding import Finding
from tests.analyze._log_evidence import evidence, log


def _findings(tmp_path: Path, **facts: Any) -> list[Finding]:
    return list(RULE.check(evidence(log(tmp_path, **facts))))


def test_a_log_that_covers_window_and_ids_has_no_gap(tmp_path: Path):
    assert _findings(tmp_path) == []


def test_a_log_of_another_time_is_named_with_both_times(tmp_path: Path):
    (finding,) = _findings(tmp_path, first="2026-03-02T00:00:00+00:00", last="2026-03-02T23:59:59+00:00")

    assert finding.id == "log.window-not-covered"
    assert "covers 2026-03-02 00:00:00 to 23:59:59 UTC" in finding.statement
    assert "2026-03-03 10:00:00 to " in finding.ask
    assert [str(each) for each in finding.refs] == ["[log-1]"]


def test_a_log_that_ends_inside_the_window_covers_a_part(tmp_path: Path):
    assert [each.id for each in _findings(tmp_path, last="2026-03-03T10:02:00+00:00")] == ["log.window-partly-covered"]


def test_no_hit_is_named_with_the_usual_reasons(tmp_path: Path):
    (finding,) = _findings(tmp_path, hits={})

    assert finding.id == "log.no-hit"
    assert finding.statement == "None of 1 request IDs is in the 1,000 lines of this log."
    assert "region" in finding.ask


def test_records_left_out_and_an_assumed_zone_are_named(tmp_path: Path):
    found = _findings(tmp_path, truncated=12, zone="assumed UTC", zone_source="assumed")

    assert [each.id for each in found] == ["log.cut", "log.zone-assumed"]


def test_facts_that_are_not_there_or_odd_are_no_gap(tmp_path: Path):
    assert _findings(tmp_path, query=None, hits=None, first=None) == []
    assert _findings(tmp_path, query={"window": ["soon", 5]}, first="x", zone=None, truncated="many") == []
