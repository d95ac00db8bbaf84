"""Words to keep: they stay, and none of them lets a secret pass."""

from pathlib import Path

import pytest

from diagpack.errors import UsageError
from diagpack.redact.boundary import redact_case
from diagpack.redact.keep_words import check_keep_words
from diagpack.redact.policy import Policy, load_policy
from diagpack.redact.seeds import Seeds
from diagpack.redact.standalone import Standalone
from tests.redact.planting import KEY, POLICY, raw


def _redacted(tmp_path: Path, text: str, seeds: Seeds, policy: Policy = POLICY) -> str:
    note = raw(tmp_path, "note-1", text)
    done = redact_case([note], key=KEY, policy=policy, seeds=seeds, evidence_dir=tmp_path / "evidence")
    return done.artifacts[0].text()


@pytest.mark.parametrize("word", ["Ottilie", "ottilie", "Ottilie Brandvold"])
def test_a_word_to_keep_stays_where_a_key_or_a_list_of_names_would_take_it(tmp_path: Path, word: str) -> None:
    text = 'firstName="Ottilie Brandvold"\nDear Ottilie Brandvold, firstName=Ottilie\n'

    kept = _redacted(tmp_path, text, Seeds(words_keep=(word, "Brandvold", "Ottilie")))

    assert kept == text
    assert "Ottilie" not in _redacted(tmp_path, text, Seeds())


def test_a_word_to_keep_from_the_policy_has_the_same_effect(tmp_path: Path) -> None:
    policy = load_policy(overrides={"words": {"keep": ["Quillonberg"]}})

    assert "Quillonberg" in _redacted(tmp_path, "firstName=Quillonberg, Quillonberg\n", Seeds(), policy)


def test_a_word_to_keep_works_without_a_case_too() -> None:
    alone = Standalone(KEY, POLICY, Seeds(words_keep=("help@vendor.example",)))

    assert alone.text("mail help@vendor.example or ann@example.com").startswith("mail help@vendor.example or ")
    assert "ann@" not in alone.text("mail help@vendor.example or ann@example.com")


@pytest.mark.parametrize(
    "word", ["AKIA" + "Z2" * 8, "ghp_" + "a1" * 18, "Bearer canary0123456789", "canary0123456789abcdefgh"]
)
def test_a_word_with_the_shape_of_a_secret_is_refused_and_not_shown(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_keep_words(POLICY, ["fine", word])

    assert caught.value.id == "DP232"
    assert "word 2" in caught.value.message
    assert word not in str(caught.value)
    with pytest.raises(UsageError):
        load_policy(overrides={"words": {"keep": [word]}})


def test_a_word_cannot_be_hidden_and_kept() -> None:
    with pytest.raises(UsageError, match="also a word to hide"):
        check_keep_words(POLICY, ["Nightjar"], ["nightjar"])


def test_a_long_name_of_several_words_is_no_secret() -> None:
    check_keep_words(POLICY, ["Fjordwerk Billing Platform Enterprise 2", "Release-Train"])


def test_a_word_that_the_evidence_uses_as_a_password_goes_all_the_same(tmp_path: Path) -> None:
    text = _redacted(tmp_path, "password=Canary77x and Canary77x again\n", Seeds(words_keep=("Canary77x",)))

    assert "anary" not in text
