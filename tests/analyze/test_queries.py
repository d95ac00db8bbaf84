"""Queries are ready to paste, and an ID cannot break out of them."""

import json
from datetime import UTC, datetime

from diagpack.analyze.queries import built_in, queries

START, END = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_every_engine_gets_the_id_and_the_window() -> None:
    found = queries("0af7651916cd43dd8448eb211c80319c", START, END)

    assert set(found) == {"splunk", "elastic", "datadog", "loki", "cloudwatch", "sentry"}
    assert all("0af7651916cd43dd8448eb211c80319c" in each for each in found.values())
    assert json.loads(found["elastic"])["sort"]
    assert "1772442000" in found["splunk"]


def test_a_team_adds_and_replaces_templates() -> None:
    found = queries("req-0001", START, END, {"ours": "find {id}", "splunk": "x {id} {unknown}"})

    assert found["ours"] == "find req-0001"
    assert found["splunk"] == "x req-0001 {unknown}"
    assert set(built_in()) < set(found)


def test_an_id_with_other_characters_gets_no_query() -> None:
    assert queries('x" | delete', START, END) == {}
