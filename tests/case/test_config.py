"""What `case.yaml` may say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.case.config import SECTIONS, load_case, parse_case
from diagpack.errors import UsageError

FULL = b"""
schema: diagpack.case/1
id: CS-1042
title: Login fails
checklist: sso-saml
zone: Europe/Berlin
incident: INC-7
window:
  start: 2026-11-20T09:30
  end: 2026-11-20T09:00:00Z
severity:
  function: lost
  workaround: none
  scope: many
  users: 120
  users_share: 0.4
  data_loss: false
  security: true
  trend: worse
  deadline: 2026-12-01
environment:
  product_version: 4.10
  hosts: [app.example.com]
answers:
  expected: a dashboard
  steps: [open, click]
confirmed:
  severity: {by: analyst, at: "2026-11-20T11:00:00Z"}
disposition:
  outcome: defect
skipped: {har: the customer cannot record one}
withheld: {har-1: too private}
people: [Erika Beispiel]
companies: [Example GmbH]
domains: [example.com]
vendor_ids: [tenant-7]
request_ids: [req-1, 42]
approved_images: [image-1]
words: {keep: [alpha]}
sso: {issuer: https://idp.example.com}
plugins: [{name: x, version: "1"}]
"""


def test_every_part_is_read() -> None:
    case = parse_case(FULL)

    assert case.window is not None
    assert case.window.start == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert case.window.end == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert (case.customer_zone, case.incident, case.checklist) == ("Europe/Berlin", "INC-7", "sso-saml")
    assert case.severity["users_share"] == 0.4
    assert (case.severity["workaround"], case.severity["deadline"]) == ("none", "2026-12-01")
    assert case.environment["hosts"] == ("app.example.com",)
    assert case.answers["steps"] == ["open", "click"]
    assert case.skipped == {"har": "the customer cannot record one"}
    assert case.request_ids == ("req-1", "42")
    assert case.sections["sso"] == {"issuer": "https://idp.example.com"}
    assert case.sections["plugins"] == ({"name": "x", "version": "1"},)


def test_every_section_is_passed_through() -> None:
    text = "id: CS-1\n" + "".join(f"{name}: {{a: 1}}\n" for name in SECTIONS)

    assert dict(parse_case(text.encode()).sections) == {name: {"a": 1} for name in SECTIONS}


@pytest.mark.parametrize(
    ("text", "path", "near"),
    [
        ("tilte: x", "tilte", "title"),
        ("request_id: [x]", "request_id", "request_ids"),
        ("severity: {functoin: lost}", "severity.functoin", "severity.function"),
        ("window: {begin: x, strat: y}", "window.begin", ""),
        ("window: {strat: y}", "window.strat", "window.start"),
    ],
)
def test_an_unknown_key_is_an_error_with_the_nearest_name(text: str, path: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_case(f"id: CS-1\n{text}\n".encode())

    assert caught.value.id == "DP611"
    assert path in caught.value.message
    assert near in caught.value.hint


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("title: [canary]", "title"),
        ("title: true", "title"),
        ("people: canary", "people"),
        ("people: [{canary: 1}]", "people[0]"),
        ("severity: canary", "severity"),
        ("severity: {function: canary}", "severity.function"),
        ("severity: {workaround: false}", "severity.workaround"),
        ("severity: {scope: [one]}", "severity.scope"),
        ("severity: {users: canary}", "severity.users"),
        ("severity: {users: 1.5}", "severity.users"),
        ("severity: {users: -1}", "severity.users"),
        ("severity: {users: true}", "severity.users"),
        ("severity: {users_share: 40}", "severity.users_share"),
        ("severity: {data_loss: canary}", "severity.data_loss"),
        ("environment: [canary]", "environment"),
        ("environment: {hosts: canary}", "environment.hosts"),
        ("skipped: {har: [canary]}", "skipped.har"),
        ("sso: canary", "sso"),
        ("window: {start: 2026-11-20T09:30}", "window"),
        ("window: {start: canary, end: canary}", "window.start"),
        ("window: {start: 2026-11-20T10:00, end: 2026-11-20T09:00}", "window"),
        ("window: [canary]", "window"),
    ],
)
def test_a_wrong_value_is_one_line_with_the_path_and_never_the_value(text: str, path: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_case(f"id: CS-1\n{text}\n".encode())

    assert caught.value.id == "DP612"
    assert caught.value.message.startswith(f"{path}:")
    assert "canary" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("id", ["", "../x", "a b", "-x", "x" * 41, "[a]"])
def test_a_case_id_is_letters_digits_and_dashes(id: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_case(f'id: "{id}"\n'.encode())

    assert caught.value.id == "DP612"


def test_a_file_without_id_is_an_error() -> None:
    with pytest.raises(UsageError, match="id"):
        parse_case(b"title: x\n")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "", "+25:00", "x\\0"])
def test_a_zone_that_is_not_known_is_an_error(zone: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_case(f'id: CS-1\nzone: "{zone}"\n'.encode())

    assert caught.value.id == "DP613"


def test_an_offset_is_a_zone_and_the_window_may_have_its_own() -> None:
    text = "id: CS-1\nzone: {zone}\nwindow: {{start: 2026-11-20T10:00, end: 2026-11-20T11:00{own}}}\n"

    plain = parse_case(text.format(zone="-0330", own="").encode()).window
    own = parse_case(text.format(zone="Asia/Tokyo", own=', zone: "+02:00"').encode()).window

    assert plain is not None
    assert own is not None
    assert plain.start.utcoffset() == -timedelta(hours=3, minutes=30)
    assert own.start.utcoffset() == timedelta(hours=2)


def test_empty_values_are_as_good_as_absent() -> None:
    case = parse_case(b"id: CS-1\ntitle:\nwindow:\nseverity:\n  function:\nenvironment:\n  browser:\npeople:\nsso:\n")

    assert (case.title, case.window, dict(case.severity), dict(case.environment)) == ("", None, {}, {})
    assert (case.people, dict(case.sections)) == ((), {})


def test_a_hostile_key_is_shown_harmless_and_short() -> None:
    with pytest.raises(UsageError) as caught:
        parse_case(b'id: CS-1\n"\\e[31m\\u202e' + b"x" * 300 + b'": 1\n')

    assert "\x1b" not in caught.value.message
    assert "\u202e" not in caught.value.message
    assert len(caught.value.message) < 120


def test_a_missing_file_is_a_missing_case(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_case(tmp_path / "case.yaml")

    assert caught.value.id == "DP601"


def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_case(tmp_path)

    assert caught.value.id == "DP610"


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_a_case_or_a_usage_error(junk: bytes) -> None:
    try:
        outcome = parse_case(b"id: CS-1\n" + junk).id
    except UsageError as error:
        outcome = error.id

    assert outcome in ("CS-1", "DP610", "DP611", "DP612", "DP613")


def test_an_override_of_the_severity_is_read() -> None:
    case = parse_case(b"id: CS-1\nseverity: {override: {level: S1, reason: payroll day}}\n")

    assert case.severity["override"] == {"level": "S1", "reason": "payroll day"}


@pytest.mark.parametrize("override", ["S1", "{lvl: S1}", "{level: [S1]}"])
def test_an_override_that_is_none_is_one_line(override: str) -> None:
    with pytest.raises(UsageError, match=r"severity\.override"):
        parse_case(f"id: CS-1\nseverity: {{override: {override}}}\n".encode())
