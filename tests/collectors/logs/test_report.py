"""Facts say what was searched and how the times are known."""

from datetime import UTC, datetime

import pytest

from diagpack.collectors.logs.clock import Instant
from diagpack.collectors.logs.cut import Chosen
from diagpack.collectors.logs.encodings import Encoding
from diagpack.collectors.logs.query import Query, query_of
from diagpack.collectors.logs.records import Record
from diagpack.collectors.logs.report import facts_of, kind_of, shown
from diagpack.collectors.logs.survey import Mark, Survey

AT = datetime(2026, 3, 3, 10, tzinfo=UTC)


def _record(zone: str | None) -> Record:
    return Record(1, 1, 0, 10, Instant(AT, zone) if zone else None, None, "x")


@pytest.mark.parametrize(
    ("zone", "kind"),
    [
        ("+02:00", "stated"),
        ("UTC", "stated"),
        ("assumed UTC; year assumed", "assumed"),
        ("configured Europe/Berlin", "configured"),
        ("header UTC", "header"),
        (None, "none"),
    ],
)
def test_how_a_zone_is_known_is_one_word(zone: str | None, kind: str):
    assert kind_of(_record(zone)) == kind


def test_one_zone_is_named_and_several_are_mixed():
    def zone(*labels: str) -> tuple[str, str]:
        records = [_record(each) for each in labels]
        kinds = dict.fromkeys(map(kind_of, records), 1)
        chosen = [Chosen(each) for each in records]
        facts = facts_of(Encoding("utf-8"), Survey(), Query(), chosen, {}, {}, kinds, 0)
        return facts["zone"], facts["zone_source"]

    assert zone("CEST") == ("CEST", "stated")
    assert zone("Z", "+02:00") == ("mixed", "stated")
    assert zone("Z", "assumed UTC") == ("assumed UTC", "mixed")


def test_no_hit_names_lines_and_range():
    found = Survey(lines_total=1234, marks=[Mark(0, 1, AT)])

    (record,) = [each for each in shown([], "app", found, query_of(["request-7"]), {}) if "no hit" in each["text"]]

    assert "1 ID searched in 1,234 lines, covering 2026-03-03T10:00:00+00:00" in record["text"]
    assert record["gap"] == 0
