"""Policy and seeds of one case."""

from dataclasses import replace
from pathlib import Path

import pytest

from diagpack.case.config import load_case, update_case_yaml
from diagpack.errors import UsageError
from diagpack.model.case import Case
from diagpack.pipeline.redacting import case_policy, case_seeds, review_rules
from diagpack.pipeline.settings import Settings, load_settings
from tests.case.cases import new_case


@pytest.fixture
def settings() -> Settings:
    return load_settings(throwaway=True, use_keyring=False)


def _case(tmp_path: Path, **changes: object) -> Case:
    folder = new_case(tmp_path)
    update_case_yaml(folder.yaml, changes)
    return load_case(folder.yaml)


def test_kept_words_join_the_policy_and_hidden_words_the_seeds(tmp_path: Path, settings: Settings) -> None:
    entry = {"word": "Nightjar", "reason": "r", "by": "ann"}
    case = _case(tmp_path, words={"keep": [entry], "hide": ["Quux"]}, policy={"words": {"keep": ["Heron"]}})

    assert case_policy(case, settings).words("keep") == ("Heron", "Nightjar")
    assert case_seeds(case).words_hide == ("Quux",)
    assert case_policy(case, settings).sha256 != case_policy(_case(tmp_path / "other"), settings).sha256


def test_a_policy_section_that_is_wrong_is_an_error_without_the_word(tmp_path: Path, settings: Settings) -> None:
    case = _case(tmp_path, words={"keep": ["canary"]}, policy={"words": ["x"]})

    with pytest.raises(UsageError) as caught:
        case_policy(case, settings)

    assert "canary" not in str(caught.value)


def test_a_review_is_required_unless_the_team_says_otherwise(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "team.yaml").write_text("review: {required: false}\n")
    relaxed = replace(settings, profile=replace(settings.profile, policy=(tmp_path / "team.yaml",)))

    assert review_rules(_case(tmp_path), settings).is_required
    assert not review_rules(_case(tmp_path / "b"), relaxed).is_required


def test_a_case_asks_for_more_and_never_for_less(tmp_path: Path, settings: Settings) -> None:
    less = _case(tmp_path, policy={"review": {"required": False}})
    more = _case(tmp_path / "b", policy={"review": {"second_person": True}})

    assert review_rules(less, settings).is_required
    assert review_rules(more, settings).needs_second_person


def test_a_policy_section_that_is_a_list_is_one_sentence(tmp_path: Path, settings: Settings) -> None:
    case = _case(tmp_path, policy=["words"])

    with pytest.raises(UsageError) as caught:
        case_policy(case, settings)

    assert caught.value.id == "DP221"
    assert caught.value.hint
