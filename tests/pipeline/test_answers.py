"""Answers of a prompt or of `--answer` reach case.yaml, and no question is put twice."""

import shutil
from pathlib import Path

import pytest

from diagpack.case.config import load_case
from diagpack.case.layout import CaseDir
from diagpack.errors import UsageError
from diagpack.pipeline.answers import note_asked, open_questions, parse_answers, record_answers
from diagpack.pipeline.cases import reload
from diagpack.pipeline.settings import Settings
from tests.support.review_case import make_case


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[CaseDir, Settings]:
    return make_case(tmp_path_factory.mktemp("answers"))


@pytest.fixture
def folder(made: tuple[CaseDir, Settings], tmp_path: Path) -> CaseDir:
    shutil.copytree(made[0].root, tmp_path / "cases")
    return CaseDir(tmp_path / "cases", made[0].id)


def test_answers_stand_where_the_case_keeps_them_and_comments_stay(folder: CaseDir) -> None:
    record_answers(
        folder,
        parse_answers(
            ["impact=12 buyers", "scope=one", "tenant=t-1", "window=2026-03-02T14:00Z/2026-03-02T15:00Z", "changed=no"]
        ),
    )

    case = load_case(folder.yaml)
    assert (case.answers["impact"], case.answers["changed"]) == ("12 buyers", "no")
    assert (case.severity["scope"], case.environment["tenant"]) == ("one", "t-1")
    assert case.window is not None
    assert "# Free text in here is evidence" in folder.yaml.read_text()


@pytest.mark.parametrize(
    ("given", "id"),
    [("impact", "DP695"), ("impact=", "DP695"), ("imapct=12", "DP694"), ("scope=everybody", "DP695")],
)
def test_an_answer_that_cannot_be_taken_is_refused_before_anything_is_written(given: str, id: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_answers(["expected=works", given])

    assert caught.value.id == id
    assert caught.value.hint


def test_a_question_is_put_once(made: tuple[CaseDir, Settings], folder: CaseDir) -> None:
    settings = made[1]
    first = open_questions(folder, reload(folder, settings))

    for each in first:
        note_asked(folder, each.name)

    second = open_questions(folder, reload(folder, settings))
    assert len(first) == 5
    assert not {each.name for each in first} & {each.name for each in second}
