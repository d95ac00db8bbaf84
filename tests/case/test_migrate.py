"""Older case files."""

import pytest

from diagpack.case.config import parse_case
from diagpack.case.migrate import SCHEMA, migrate
from diagpack.errors import UsageError

VERSION_0 = b"""
schema: diagpack.case/0
id: CS-1042
zone: Europe/Berlin
incident_start: 2026-11-20T09:30
incident_end: 2026-11-20T10:00
product: "4.2"
browser: Firefox
customer_name: Example GmbH
"""


def test_the_flat_layout_is_read_as_the_present_one() -> None:
    case = parse_case(VERSION_0)

    assert case.window is not None
    assert case.window.start.isoformat() == "2026-11-20T09:30:00+01:00"
    assert case.environment == {"product_version": "4.2", "browser": "Firefox"}
    assert case.companies == ("Example GmbH",)


def test_old_names_are_unknown_in_the_present_layout() -> None:
    with pytest.raises(UsageError, match="incident_start"):
        parse_case(VERSION_0.replace(b"case/0", b"case/1"))


def test_the_document_given_is_not_changed() -> None:
    old = {"schema": "diagpack.case/0", "incident_start": "x"}

    assert migrate(old) == {"schema": SCHEMA, "window": {"start": "x"}}
    assert old == {"schema": "diagpack.case/0", "incident_start": "x"}


@pytest.mark.parametrize("schema", ["diagpack.case/2", "canary", 1, None, ["diagpack.case/0"]])
def test_a_schema_that_is_not_known_is_an_error(schema: object) -> None:
    with pytest.raises(UsageError, match="schema") as caught:
        migrate({"schema": schema})

    assert "canary" not in str(caught.value)


def test_a_file_without_schema_is_a_present_one() -> None:
    assert parse_case(b"id: CS-1\n").id == "CS-1"
