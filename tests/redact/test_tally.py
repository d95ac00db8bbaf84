"""Counts of what was replaced."""

from diagpack.redact.tally import Tally


def test_counts_are_added_and_what_was_never_counted_is_zero() -> None:
    tally = Tally()
    tally["a/b"] += 1

    tally.add({"a/b": 2, "c/d": 1})

    assert tally == {"a/b": 3, "c/d": 1}
    assert tally["e/f"] == 0
    assert "e/f" not in tally
