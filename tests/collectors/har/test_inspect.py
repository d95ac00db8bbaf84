"""A capture is read once; the view holds the slimmed HAR and the facts."""

import json
from pathlib import Path

from diagpack.collectors.har.inspect import inspect, writer_of
from tests.har_fixtures import har, har_entry, written


def test_facts_of_a_capture(tmp_path: Path) -> None:
    path = written(tmp_path / "a.har", har(har_entry(), har_entry(status=500, seconds=9)))

    view = inspect(path)

    assert view.facts["entries_total"] == 2
    assert view.facts["entries_failed"] == 1
    assert view.facts["first"] == "2026-03-02T09:00:00+00:00"
    assert view.facts["writer"] == "WebInspector 537.36"
    assert view.facts["pages_seen"] == 1
    assert json.dumps(view.facts)
    assert "example" not in repr(view)


def test_pages_that_entries_name_exist(tmp_path: Path) -> None:
    view = inspect(written(tmp_path / "a.har", har(har_entry(pageref="page_9"), pages=None)))

    assert [each["id"] for each in view.log["pages"]] == ["page_9"]


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    path = written(tmp_path / "a.har", har(har_entry(), har_entry(status=500)))

    assert list(inspect(path).content()) == list(inspect(path).content())


def test_writers_in_every_spelling() -> None:
    assert writer_of({"creator": "Old Tool"}) == "Old Tool"
    assert writer_of({"creator": None}) == ""
