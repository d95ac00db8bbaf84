"""Suspicious words order what a person reads; a value that was replaced is not suspicious."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact.suspicion import MASK, first_place, suspicious


@pytest.mark.parametrize(
    "text",
    [
        "the password is blaubeere",
        "Passwort lautet x",
        "here is my API key 12",
        "api_key abc",
        "SSN follows",
        "her dob is in May",
        "Mein Kennwort: y",
        "パスワード abc",
    ],
)
def test_words_that_stand_beside_secrets_and_persons(text: str) -> None:
    weight, words = suspicious(text)

    assert weight >= 2
    assert words


@pytest.mark.parametrize("text", [f"password: {MASK}", f"token={MASK}", f'"api_key": "{MASK}"', f"the PIN is {MASK}"])
def test_a_value_that_was_replaced_is_not_suspicious(text: str) -> None:
    assert suspicious(text) == (0, ())


def test_one_replaced_value_does_not_excuse_another() -> None:
    assert suspicious(f"password: {MASK}, later the password was hunter")[1] == ("password",)


@pytest.mark.parametrize("text", ["keyboard", "the monkey", "tokenize", "loginx", "2026-03-03T10:19:40Z done in 12 ms"])
def test_parts_of_words_are_not_words(text: str) -> None:
    assert suspicious(text) == (0, ())


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Call Dr. Quuxley back", "maybe a name"),
        ("we met with Zebulon Quuxley today", "maybe a name"),
        ("account 4417 1234 5678 9113", "long number"),
        ("use aB3dE6gH9jK2mN5pQ8sT1v", "opaque value"),
    ],
)
def test_names_and_values_count_in_what_people_wrote_only(text: str, word: str) -> None:
    assert word in suspicious(text)[1]
    assert word not in suspicious(text, is_prose=False)[1]


def test_secrets_weigh_more_than_persons_and_persons_more_than_a_guess() -> None:
    weights = [suspicious(text)[0] for text in ("a password", "a passport", "Dear Zebulon", "a page")]

    assert weights == [3, 2, 1, 0]


def test_a_long_line_is_shown_around_its_first_word() -> None:
    assert first_place("x" * 500 + " password y") == 501
    assert first_place("nothing") == 0


@given(st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    weight, words = suspicious(text)

    assert 0 <= weight <= 3
    assert bool(weight) == bool(words)
