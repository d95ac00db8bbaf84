"""Names of members say something, hold something, or neither."""

import pytest

from tests.redact.planting import engine


@pytest.mark.parametrize(
    ("name", "is_plain", "is_clear"),
    [
        ("title", True, True),
        ("createdAt", True, True),
        ("x_1", True, True),
        ("password", False, True),
        ("canary.quibble@customer.test", False, False),
        ("203.0.113.9", False, False),
    ],
)
def test_a_name_is_plain_when_it_neither_says_nor_holds_anything(name: str, is_plain: bool, is_clear: bool) -> None:
    one = engine()

    for _ in range(2):
        assert one.keys.is_plain(name) is is_plain
        assert one.keys.is_clear(name) is is_clear
    assert not one.tally


def test_what_was_learned_counts_after_forgetting() -> None:
    first, second = engine(), engine(values={"quibble-9x": "user"})

    assert first.keys.is_clear("quibble-9x")
    assert not second.keys.is_clear("quibble-9x")
