"""Words to hide and to keep: read strictly, written with their reason, on one side only."""

from typing import Any

import pytest

from diagpack.case.config import load_case, update_case_yaml
from diagpack.case.words import with_word, words_of
from diagpack.errors import UsageError
from tests.case.cases import new_case


def test_an_entry_is_a_text_or_a_word_with_its_reason() -> None:
    words = {"hide": ["Nightjar", {"word": " Quux ", "reason": "a project", "by": "ann"}]}

    assert words_of(words, "hide") == ("Nightjar", "Quux")
    assert words_of(words, "keep") == ()


@pytest.mark.parametrize("entry", [1, "", "  ", {"reason": "canary"}, {"word": ["canary"]}, ["canary"]])
def test_an_entry_without_a_word_is_one_line_without_the_value(entry: Any) -> None:
    with pytest.raises(UsageError) as caught:
        words_of({"hide": ["ok", entry]}, "hide")

    assert caught.value.id == "DP612"
    assert "words.hide[1]" in caught.value.message
    assert "canary" not in str(caught.value)


def test_a_list_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError):
        words_of({"keep": "canary"}, "keep")


def test_the_last_decision_about_a_word_wins_on_either_side() -> None:
    words = with_word({"hide": ["Nightjar", "Quux"]}, "keep", "nightjar", reason="a city", by="ann")
    again = with_word(words, "keep", "Nightjar", reason="a ship", by="bo")

    assert words["hide"] == ["Quux"]
    assert again["keep"] == [{"word": "Nightjar", "reason": "a ship", "by": "bo"}]


def test_a_word_survives_case_yaml_whatever_is_in_it(tmp_path: Any) -> None:
    case = new_case(tmp_path)
    word = "a: \"b\" # {c} 'd' é"

    update_case_yaml(case.yaml, {"words": with_word({}, "hide", word, reason="r: #", by="ann")})

    assert words_of(load_case(case.yaml).words, "hide") == (word,)
