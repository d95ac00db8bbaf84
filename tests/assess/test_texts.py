import re
from importlib import resources

import pytest
import yaml

from diagpack.assess.checklist_lint import LANGUAGES
from diagpack.assess.texts import is_draft, text

TEXTS = yaml.safe_load(resources.files("diagpack.assess").joinpath("messages.yaml").read_text("utf-8"))
ALL = [(section, name) for section in ("request", "update") for name in TEXTS[section]]


@pytest.mark.parametrize(("section", "name"), ALL)
def test_every_text_is_there_in_every_language_with_the_same_places(section: str, name: str) -> None:
    words = TEXTS[section][name]

    assert set(words) == set(LANGUAGES)
    assert len({frozenset(re.findall(r"\{\w+\}", each)) for each in words.values()}) == 1


def test_a_value_is_put_in_as_it_is_and_never_read_as_a_format() -> None:
    assert text("request", "why", "en", why="{case} {0.__class__}") == "Why: {case} {0.__class__}"


def test_an_unknown_language_falls_back_to_english() -> None:
    assert text("request", "greeting", "xx") == "Hello,"


def test_only_english_is_no_draft() -> None:
    assert [each for each in LANGUAGES if is_draft(each)] == ["de", "fr", "es", "ja"]
