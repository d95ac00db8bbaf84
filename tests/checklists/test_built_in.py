"""The checklists that ship: complete, in every language, and without the usual slips of YAML."""

from pathlib import Path

import pytest
import yaml

from diagpack.assess.checklist_lint import LANGUAGES
from diagpack.assess.checklists import lint_checklist, load_checklists
from diagpack.model.checklist import Item

FOLDER = Path(__file__).parents[2] / "checklists"
FILES = sorted(FOLDER.glob("*.yaml"))
CHECKLISTS = load_checklists()
ITEMS = {(each.id, item.id): item for each in CHECKLISTS.values() for item in each.items}
TOPICS = """
base sso-saml sso-oidc scim har-capture api-failure webhook performance connectivity-tls-proxy email-delivery
import-export ui-error
""".split()
# Words of our trade that a customer should not meet in a question.
JARGON = ["severity", "escalat", "jira", "ticket", "triage", "engineer", "endpoint url", "stack trace", "payload"]


def test_every_topic_is_there() -> None:
    assert sorted(CHECKLISTS) == sorted(TOPICS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_lint_finds_nothing(path: Path) -> None:
    """No fault, and no note either: every text and step is there in every language."""
    assert lint_checklist(path) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_file_is_named_as_its_topic(path: Path) -> None:
    assert yaml.safe_load(path.read_text("utf-8"))["id"] == path.stem


@pytest.mark.parametrize("item", ITEMS.values(), ids=["/".join(each) for each in ITEMS])
def test_question_and_reason_are_there_in_every_language(item: Item) -> None:
    for text in (item.title, item.question, item.why):
        assert set(LANGUAGES) <= set(text)


@pytest.mark.parametrize("item", ITEMS.values(), ids=["/".join(each) for each in ITEMS])
def test_a_question_is_a_whole_sentence_without_jargon(item: Item) -> None:
    assert item.question["en"].endswith((".", "?"))
    assert item.why["en"].endswith(".")
    assert [word for word in JARGON if word in item.question["en"].lower()] == []


@pytest.mark.parametrize("item", ITEMS.values(), ids=["/".join(each) for each in ITEMS])
def test_each_step_is_one_whole_sentence(item: Item) -> None:
    # A comma in an unquoted YAML list would cut a sentence in two.
    steps = [step for by_language in item.how.values() for each in by_language.values() for step in each]

    assert [step for step in steps if not step.endswith((".", "。")) or step[0].islower()] == []


@pytest.mark.parametrize("item", ITEMS.values(), ids=["/".join(each) for each in ITEMS])
def test_steps_are_as_many_in_every_language(item: Item) -> None:
    for by_language in item.how.values():
        assert len({len(steps) for steps in by_language.values()}) == 1


@pytest.mark.parametrize("topic", TOPICS)
def test_nothing_required_is_without_a_way_out(topic: str) -> None:
    assert [each.id for each in CHECKLISTS[topic].items if each.is_required and not each.can_skip] == []


def test_every_topic_but_the_shared_ones_says_how_it_is_recognised() -> None:
    assert [each for each in TOPICS if not CHECKLISTS[each].clues] == ["base", "har-capture"]
