"""The waterfall is small, inert and shows the failure."""

from xml.etree import ElementTree

from diagpack.model.exchange import exchanges_of
from diagpack.render.waterfall import MAX_ROWS, waterfall
from tests.har_fixtures import har, har_entry


def test_a_long_capture_shows_the_rows_around_the_failure() -> None:
    entries = [har_entry(seconds=each) for each in range(300)]
    entries[200] = har_entry("https://app.example.com/fails", seconds=200, status=500)

    svg = waterfall(exchanges_of(har(*entries)), {200}, "har-1")

    assert ElementTree.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own text
    assert svg.count("<g>") == MAX_ROWS
    assert "#200 500 GET app.example.com/fails" in svg
    assert len(svg) < 60_000


def test_text_of_the_capture_cannot_act() -> None:
    entry = har_entry("https://app.example.com/<script>alert(1)</script>&\u202e", method="GET\x1b")

    svg = waterfall(exchanges_of(har(entry)), (), "har-1")

    ElementTree.fromstring(svg)  # noqa: S314 - our own text
    assert "<script" not in svg
    assert "\x1b" not in svg
    assert "\u202e" not in svg


def test_no_times_no_picture() -> None:
    assert waterfall(exchanges_of(har(har_entry(startedDateTime=None))), (), "har-1") == ""
