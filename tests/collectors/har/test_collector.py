"""The HAR collector makes one slimmed artifact, with facts, and names its gaps."""

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.har.collector import COLLECTOR
from diagpack.errors import CollectError
from diagpack.model.case import Window
from diagpack.model.raw import RawArtifact
from tests.har_fixtures import START, Context, har, har_entry, source, written


def collected(folder: Path, content: Any, **sections: Any) -> tuple[RawArtifact, Context]:
    context = Context(folder, **sections)
    (made,) = COLLECTOR.collect(source(written(folder / "a.har", content)), context)
    return made, context


def test_every_entry_keeps_its_place_in_the_original(tmp_path: Path) -> None:
    made, _ = collected(tmp_path, har(*[har_entry(seconds=each) for each in range(5)]))

    entries = json.loads(made.raw_path.read_bytes())["log"]["entries"]

    assert [each["_dpEntry"] for each in entries] == [0, 1, 2, 3, 4]
    assert made.raw_facts["entries_total"] == 5


def test_a_wrong_clock_is_measured_from_date_headers(tmp_path: Path) -> None:
    made, _ = collected(tmp_path, har(*[har_entry(seconds=each, skew=420) for each in range(9)]))

    assert made.raw_facts["skew_seconds"] == pytest.approx(420, abs=2)
    assert made.raw_facts["skew_samples"] == 9
    assert "har.skew" in [each["id"] for each in made.raw_facts["capture"]]


def test_a_cut_file_gives_the_entries_before_the_cut_and_a_gap(tmp_path: Path) -> None:
    whole = json.dumps(har(*[har_entry(seconds=each) for each in range(20)]))

    made, context = collected(tmp_path, whole[: len(whole) // 2])

    assert 5 < made.raw_facts["entries_total"] < 20
    assert made.raw_facts["truncated"]["entry"] == made.raw_facts["entries_total"]
    assert made.raw_facts["truncated"]["percent"] is None
    assert [each[0] for each in context.gaps] == ["DP105"]
    assert context.gaps[0][2]


def test_what_is_not_a_har_gets_one_clear_line_without_its_content(tmp_path: Path) -> None:
    with pytest.raises(CollectError) as caught:
        collected(tmp_path, "<!DOCTYPE html><p>canary-page</p>")

    assert caught.value.id == "DP101"
    assert "web page" in caught.value.message
    assert "canary" not in str(caught.value)


def test_the_case_decides_what_the_capture_lacks(tmp_path: Path) -> None:
    context = Context(
        tmp_path,
        window=Window(START - timedelta(days=1), START - timedelta(hours=20)),
        environment={"hosts": ["example.org"], "browser": "Firefox 140"},
    )
    entry = har_entry(request_headers={"user-agent": "Mozilla/5.0 Chrome/130 Safari/537.36"})

    (made,) = COLLECTOR.collect(source(written(tmp_path / "a.har", har(entry, entry))), context)

    found = {each["id"] for each in made.raw_facts["capture"]}
    assert {"har.has_host", "har.window", "har.browser", "har.has_failure", "har.sanitized"} <= found


@pytest.mark.parametrize(
    ("content", "sure"),
    [
        (json.dumps(har(har_entry())).encode(), True),
        (b"\xef\xbb\xbf" + json.dumps(har()).encode(), True),
        (json.dumps([har_entry()]).encode(), True),
        (json.dumps(har(har_entry())).encode("utf-16"), True),
        (gzip.compress(json.dumps(har(har_entry())).encode()), True),
        (gzip.compress(b"2026-03-02 09:00:00 INFO started"), False),
        (b'{"entries": 3}', False),
        (b"2026-03-02 09:00:00 INFO started", False),
    ],
)
def test_content_decides_not_the_name(content: bytes, sure: bool) -> None:
    assert (COLLECTOR.recognise(content, "upload.bin") > 0.8) is sure
