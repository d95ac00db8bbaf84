"""JSON files of a package."""

from datetime import datetime, timedelta, timezone
from types import MappingProxyType

from diagpack.render._json import compact, pretty, utc


def test_json_is_ascii_and_ends_with_a_line_feed() -> None:
    assert pretty({"a": "é\u202e"}) == b'{\n  "a": "\\u00e9\\u202e"\n}\n'


def test_read_only_views_are_written_as_objects() -> None:
    assert compact(MappingProxyType({"a": (1, MappingProxyType({}))})) == '{"a":[1,{}]}'


def test_times_are_utc_with_milliseconds() -> None:
    moment = datetime(2026, 3, 3, 10, 0, 0, 1_999, timezone(timedelta(hours=1)))

    assert utc(moment) == "2026-03-03T09:00:00.001Z"
