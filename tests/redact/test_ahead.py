"""What is read ahead gives what reading it alone gives, and asks only for what is wanted."""

import pytest

from diagpack.redact.replay import Questions
from tests.redact.planting import engine


@pytest.mark.parametrize("told", ["Invalid user canary from", "see /home/canary", "at 12 Canary Street"])
def test_words_that_tell_something_go_also_between_words_that_tell_nothing(told: str) -> None:
    texts = ["order was sent", told, "retry of a job", "see the file"]
    together = engine()
    together.ahead.read(texts)

    alone = [engine().value(each) for each in texts]
    assert [together.value(each) for each in texts] == alone
    assert "canary" not in alone[1].lower()


def test_short_urls_in_which_nothing_is_found_are_known_and_asking_counts_nothing() -> None:
    one = engine(values={"sesame": "word"})
    clear = [f"/{each}/b?page=1" for each in "abcdefgh"]
    others = ["/c?token=abcdefgh1", "/d?x=203.0.113.9", "/open/sesame?g=1"]

    one.ahead.read([*clear, *others])

    assert list(one.known_texts) == clear
    assert not one.tally


def test_a_text_that_nobody_wanted_is_not_asked_for() -> None:
    one = engine()
    asked = one.asked = Questions(100)
    one.ahead.read(["order was sent", "retry of a job"])

    one.value("order was sent")
    one.value("order was sent")

    unit = asked.unit(b"", {})
    assert unit is not None
    assert unit.texts.count(b"order was sent") == 1
    assert b"retry" not in unit.texts
