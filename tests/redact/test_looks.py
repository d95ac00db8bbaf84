"""What a name leaves open, the value decides."""

import pytest

from diagpack.redact.looks import is_credential, is_word, looks_like, looks_opaque


@pytest.mark.parametrize(
    ("value", "answer"), [("done", False), ("a1b2c3d4", True), ("settings", False), ("x" * 20, True)]
)
def test_opaque_values_are_told_from_words(value: str, answer: bool) -> None:
    assert looks_opaque(value) is answer


@pytest.mark.parametrize(
    ("value", "entity", "answer"),
    [
        ("canary7f3a9c2e", "token", True),
        ("deployment.environment", "token", False),
        ("next page", "token", False),
        ("Wilma Canaryworth", "name", True),
        ("checkout", "name", False),
        ("none", "phone", False),
        (["", "+49 30 1234"], "phone", True),
        (52.5, "geo", True),
        (None, "token", False),
    ],
)
def test_an_ambiguous_name_is_decided_by_its_value(value: object, entity: str, answer: bool) -> None:
    assert looks_like(value, entity) is answer


@pytest.mark.parametrize(
    ("value", "entity", "answer"),
    [
        ("canary7f3a9c2e", "secret", True),
        ("2026-03-02T10:00:00Z", "secret", False),
        ("aes-256-gcm", "secret", False),
        ("aes-256-gcm", "password", True),
        ("https://example.com/a1", "secret", False),
    ],
)
def test_times_addresses_and_algorithms_are_no_credentials(value: str, entity: str, answer: bool) -> None:
    assert is_credential(value, entity) is answer


def test_a_password_in_a_list_of_passwords_may_be_one_word() -> None:
    assert is_word("blueberry")
    assert not is_word("true")
