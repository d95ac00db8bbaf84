"""What is learned: bounded, never an ordinary word, the same in any order."""

import pytest

from diagpack.redact.learned import Learned, fingerprint
from diagpack.redact.policy import load_policy
from tests.redact.planting import POLICY


@pytest.mark.parametrize(
    ("value", "entity", "is_learned"),
    [
        ("hunter2!", "password", True),
        ("Assertion", "secret", False),
        ("sunshine", "password", False),
        ("123456789", "secret", False),
        ("abc1", "password", False),
        ("admin", "user", False),
        ("quillon.b", "user", True),
        ("4bf92f35-77b3-4da6-a3ce-929d0e0e4736", "user", False),
        ("********", "password", False),
    ],
)
def test_only_rare_values_are_searched_for(value: str, entity: str, is_learned: bool) -> None:
    learned = Learned(POLICY)

    learned.learn(value, entity)

    assert (value in learned.values) is is_learned
    assert bool(learned.not_searched) is not is_learned


def test_a_name_is_learned_with_its_parts_but_not_as_an_ordinary_word() -> None:
    learned = Learned(POLICY)

    learned.learn("Mark Brandvold", "name")

    assert {"Mark Brandvold", "Brandvold, Mark", "Mark.Brandvold", "Brandvold"} == set(learned.values)


def test_a_million_addresses_cost_eight_bytes_each() -> None:
    learned = Learned(POLICY)
    for number in range(300_000):
        learned.note_shape(f"u{number}@example.com", "email")

    prints = learned.prints()

    assert len(prints) == 300_000
    assert prints.nbytes == 8 * 300_000
    assert fingerprint("U7@Example.com", "email") in prints


def test_the_dictionary_is_bounded_and_says_so() -> None:
    learned = Learned(load_policy(overrides={"limits": {"dictionary_values": 10}}))

    for number in range(20):
        learned.learn(f"canary{number}x", "secret")

    assert len(learned.values) == 10
    assert learned.is_overflowing


def test_the_order_of_learning_does_not_matter() -> None:
    facts = [("Quillonberg", "user"), ("Quillonberg", "name"), ("canary-1x", "cookie"), ("canary-1x", "password")]
    one, two = Learned(POLICY), Learned(POLICY)

    one.learn_all(facts)
    two.learn_all(facts[::-1])
    three = Learned(POLICY)
    three.absorb(two.state())

    assert one.values == two.values == three.values


def test_a_diagnostic_id_is_not_propagated_as_a_secret() -> None:
    learned = Learned(POLICY)
    learned.learn("req-77aa88bb", "cookie")

    learned.keep("req-77aa88bb")

    assert learned.dictionary() == {}


def test_values_are_never_shown() -> None:
    learned = Learned(POLICY)
    learned.learn("canary-1x", "secret")

    assert "canary" not in repr(learned)


def test_a_mailbox_of_first_and_last_name_names_a_person() -> None:
    learned = Learned(POLICY)

    for address in ("ottilie.brandvold@example.com", "no.reply@example.com", "dev.ops@example.com", "x.y@example.com"):
        learned.learn(address, "email")

    assert sorted(learned.dictionary()) == ["@ottilie.brandvold", "Brandvold, Ottilie", "Ottilie Brandvold"]


def test_a_million_mailboxes_do_not_fill_the_dictionary() -> None:
    learned = Learned(POLICY)

    for number in range(20_000):
        tail = "".join(chr(97 + int(digit)) for digit in f"{number:06d}")
        learned.learn(f"ottilie.b{tail}@example.com", "email")

    joined = Learned(POLICY)
    joined.absorb(learned.state())
    joined.absorb(learned.state())
    assert len(learned.dictionary()) == len(joined.dictionary()) == 2000
    assert not learned.values
    assert not learned.is_overflowing
