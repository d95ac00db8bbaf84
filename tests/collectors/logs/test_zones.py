"""Zones as logs write them become offsets, or stay unknown."""

from zoneinfo import ZoneInfo

import pytest

from diagpack.collectors.logs.zones import configured_zone, offset_of
from diagpack.errors import CollectError


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("Z", 0),
        ("UTC", 0),
        ("+02:00", 2),
        ("-0500", -5),
        ("+02", 2),
        ("CEST", 2),
        ("(PST)", -8),
        ("UTC+5", 5),
        ("+0530", 5.5),
    ],
)
def test_zones_that_name_an_offset(zone: str, hours: float):
    assert offset_of(zone) == hours * 3600


@pytest.mark.parametrize("zone", ["", "IST", "FOO", "+9900", "+0099", "INFO"])
def test_zones_that_name_none(zone: str):
    assert offset_of(zone) is None


def test_a_configured_zone_is_an_offset_or_a_name():
    assert configured_zone("+01:00") == 3600
    assert configured_zone("Asia/Kolkata") == ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize("name", ["canary/Nowhere", "../etc/passwd", "\0", "canary" * 999])
def test_a_zone_that_does_not_exist_is_one_clear_error(name: str):
    with pytest.raises(CollectError) as caught:
        configured_zone(name)

    assert caught.value.id == "DP134"
    assert "canary" not in str(caught.value)
