"""What a single value is before anything decides about it."""

import pytest

from diagpack.redact.values import DIAGNOSTIC, canonical, is_plain


@pytest.mark.parametrize("text", ["order was sent", "GET", "retry 3 of 12, then stop."])
def test_words_are_plain(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize("text", ["a@b.example", "canary1x9", "198.51.100.7", "key=value", "4111 1111 1111 1111"])
def test_what_may_have_a_shape_is_not_plain(text: str) -> None:
    assert not is_plain(text)


def test_escapes_are_undone_up_to_three_times() -> None:
    assert canonical("a%25252540b") == "a%40b"
    assert canonical('"a%2540b"') == "a@b"


def test_ids_and_times_are_diagnostic() -> None:
    assert DIAGNOSTIC.fullmatch("550e8400-e29b-41d4-a716-446655440000")
    assert DIAGNOSTIC.fullmatch("2026-03-02T09:00:00Z")
    assert not DIAGNOSTIC.fullmatch("canary-550e8400")
