"""What one value becomes."""

from diagpack.redact.learned import Learned
from diagpack.redact.replacer import Decisions, Replacer
from diagpack.redact.replay import Questions
from tests.redact.planting import POLICY, engine


def test_a_value_is_learned_and_its_token_stays_a_token() -> None:
    learned = Learned(POLICY)
    replacer = Replacer(engine(learned=learned))

    token = replacer.token("canary-secret-1", "secret", "json-key")

    assert token.startswith("dp-secret-")
    assert learned.values == {"canary-secret-1": "secret"}
    assert replacer.token(token, "secret", "json-key") == token


def test_what_was_learned_teaches_nothing() -> None:
    learned = Learned(POLICY)

    Replacer(engine(learned=learned)).token("canary-secret-2", "secret", "learned")

    assert learned.values == {}


def test_a_value_another_file_taught_keeps_its_class() -> None:
    replacer = Replacer(engine(values={"canary-secret-3": "password"}))

    assert replacer.token("canary-secret-3", "user", "json-key").startswith("dp-password-")


def test_a_value_that_was_decided_in_another_artifact_is_learned_in_this_one_too() -> None:
    decisions: Decisions = {}
    tokens = []
    for _ in range(2):
        learned = Learned(POLICY)
        one = engine(learned=learned)
        one.asked, one.mapped = Questions(100), {}
        replacer = Replacer(one, decisions)
        token = replacer.token("Anna.Quibble%40customer.test", "user", "place")
        tokens.append((token, one.asked.named, one.mapped, learned.dictionary(), learned.prints().tolist()))

    assert len(decisions) == 1
    assert tokens[0] == tokens[1]
    assert tokens[0][1] == {("Anna.Quibble@customer.test", "email", "place")}


def test_secrets_and_what_was_decided_after_learning_are_not_kept() -> None:
    decisions: Decisions = {}

    Replacer(engine(learned=Learned(POLICY)), decisions).token("canary-secret-4", "password", "place")
    Replacer(engine(values={"canary-name": "name"}), decisions).token("canary-name", "user", "place")

    assert decisions == {}
