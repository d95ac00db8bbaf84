"""Logs of many programs, kept beside the project: recognised, dated and cut into whole records. Skipped when absent."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from diagpack.collectors.logs.excerpt import excerpt
from diagpack.collectors.logs.stamper import Stamper

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "logs"
pytestmark = pytest.mark.skipif(not (CORPUS / "index.csv").is_file(), reason="the log corpus is not here")


def _rows() -> list[dict[str, str]]:
    with (CORPUS / "index.csv").open(encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["lines"]]


def _lines(row: dict[str, str]) -> list[str]:
    text = (CORPUS / row["path"]).read_bytes().decode("utf-8", "backslashreplace")
    return [each.rstrip("\r") for each in text.removesuffix("\n").split("\n")]


def test_99_percent_of_the_lines_with_a_timestamp_are_recognised_and_no_more():
    wanted = found = extra = 0
    for row in _rows():
        lines = _lines(row)
        stamper = Stamper.learn(lines)
        expected, got = int(row["lines_with_timestamp"]), sum(stamper.read(each) is not None for each in lines)
        wanted, found, extra = wanted + expected, found + min(expected, got), extra + max(0, got - expected)

    assert wanted > 6_000
    assert found >= 0.99 * wanted
    assert extra <= 0.01 * wanted


def test_times_of_almost_all_logs_run_forward():
    backward = total = 0
    for row in _rows():
        stamper = Stamper.learn(_lines(row))
        readings = [reading for each in _lines(row) if (reading := stamper.read(each))]
        total += len(readings)
        backward += sum(1 for one, two in pairwise(readings) if two.order < one.order)

    assert backward < 0.04 * total


def test_every_line_is_in_exactly_one_record_and_every_record_is_its_bytes():
    for row in _rows():
        path = CORPUS / row["path"]
        *records, summary = excerpt([path], everything=True)
        data = path.read_bytes()
        if summary["files"][0]["truncated"]:
            continue
        starts = [each["bytes"][0] for each in records if "bytes" in each]
        lines = sum(each.get("gap", 0) + each.get("lines", 0) for each in records)

        assert starts == sorted(starts), row["path"]
        if "docker" not in row["path"] and "caddy" not in row["path"]:
            assert lines == summary["files"][0]["lines_total"], row["path"]
        for each in records:
            if "bytes" in each:
                assert data.count(b"\n", 0, each["bytes"][0]) + 1 == each["line"], row["path"]
