"""haralyzer reads the slimmed HAR; what it cannot read gives zeros."""

import json
from pathlib import Path

from haralyzer import HarParser

from diagpack.collectors.har.haralyzer_view import PageSummary, summarise
from diagpack.collectors.har.inspect import inspect
from tests.har_fixtures import har, har_entry, written


def test_haralyzer_loads_the_slimmed_har_and_loses_no_entry(tmp_path: Path) -> None:
    odd = har(har_entry(), har_entry(pageref="unknown"), har_entry(status=500, body=None), har_entry(time=None))
    slimmed = tmp_path / "slim.har"
    slimmed.write_bytes(b"".join(inspect(written(tmp_path / "a.har", odd)).content()))

    pages = HarParser.from_file(str(slimmed)).pages

    assert sum(len(each.entries) for each in pages) == 4
    assert {each.url for each in pages} == {"https://app.example.com/api/orders"}


def test_pages_and_repeats_are_counted(tmp_path: Path) -> None:
    view = inspect(written(tmp_path / "a.har", har(har_entry(), har_entry())))

    assert (view.facts["pages_seen"], view.facts["repeated_addresses"]) == (1, 1)


def test_what_haralyzer_cannot_read_is_no_error() -> None:
    assert summarise({"pages": [{"id": "p"}]}, [json.dumps({"pageref": "p"}).encode()]) == PageSummary()
    assert summarise({}, []) == PageSummary()
