"""What one value becomes."""

from diagpack.redact.learned import Learned
from diagpack.redact.replacer import Replacer
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
