"""A whole value in a place that names its class."""

import pytest

from tests.redact.planting import engine


@pytest.mark.parametrize(
    "value",
    ["", "  ", "****", "[REDACTED]", "<hidden>", "true", "N/A", "anonymous", "${DB_PASSWORD}", "{{token}}", "xxxx"],
)
def test_what_is_no_value_or_stands_for_one_stays(value: str) -> None:
    one = engine()

    assert one.slot(value, "password", "place") == value
    assert not one.tally


def test_a_value_is_counted_each_time_it_stands_in_a_place() -> None:
    one = engine()

    assert len({one.slot("quibble-9", "user", "place") for _ in range(3)}) == 1
    assert one.tally == {"user/place": 3}
    one.forget()
    one.slot("quibble-9", "user", "place")
    assert one.tally == {"user/place": 4}


def test_a_mailbox_has_a_name_and_an_address() -> None:
    one = engine()

    shown = one.slot('"Quibble, Zoltana" <zoltana@customer.test>', "email", "place")

    assert "uibble" not in shown
    assert "zoltana" not in shown.lower()
    assert shown.endswith("@dp.invalid>")
    assert one.tally == {"name/place": 1, "email/place": 1}


def test_numbers_stay_numbers_and_only_where_the_policy_says_so() -> None:
    one = engine()

    assert one.number("12345678", "phone", "place").isdigit()
    assert one.number("12345678", "phone", "place") != "12345678"
    assert one.number("12345678", "host", "place") == "12345678"
