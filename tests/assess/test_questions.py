"""Only what blocks, is not answered and not in the evidence is asked; five at most; defaults come from the evidence."""

from typing import Any

import pytest

from diagpack.assess.questions import QUESTIONS, fault, questions, window_of
from diagpack.assess.readiness import MAX_PROMPTS, lint
from diagpack.assess.severity import load_matrix
from diagpack.model.assessment import Cited
from tests.support.evidence import case_content
from tests.support.views import ready_case, view, with_assessment

STRICT = load_matrix().strictness


def asked(case: dict[str, Any], *, before: tuple[str, ...] = (), is_urgent: bool = False) -> list[str]:
    given = view(case)
    given = with_assessment(given, readiness=lint(given, STRICT, is_urgent=is_urgent))
    return [each.name for each in questions(given.assessment, case, given.evidence, before)]


def test_a_ready_case_is_asked_nothing() -> None:
    assert asked(ready_case()) == []


def test_at_most_five_and_each_names_a_place_in_the_case() -> None:
    names = asked({"id": "CS-1"})

    assert len(names) == MAX_PROMPTS
    assert names[:2] == ["title", "impact"]
    assert all(QUESTIONS[each].place for each in names)


@pytest.mark.parametrize("name", ["expected", "reproducibility", "ask", "needed_by"])
def test_an_answer_that_is_missing_is_asked_for(name: str) -> None:
    assert asked(ready_case(without=(name,))) == [name]


def test_what_was_put_before_is_not_put_again() -> None:
    assert asked(ready_case(without=("expected", "ask")), before=("expected",)) == ["ask"]


def test_what_the_evidence_tells_is_not_asked() -> None:
    case = ready_case(environment={**case_content()["environment"], "browser": "", "os": ""})
    assert asked(case) == ["browser", "os"]

    given = view(case)
    known = {**given.assessment.environment, "browser": Cited("Firefox 140"), "os": Cited("Windows 11")}
    given = with_assessment(given, environment=known)

    assert questions(given.assessment, case, given.evidence) == ()


def test_an_answer_without_a_number_is_asked_for_again() -> None:
    case = ready_case(answers={"impact": "They cannot sign in."}, severity={"function": "lost", "scope": "one"})

    assert "impact" in asked(case)


def test_urgent_asks_only_for_what_urgent_needs() -> None:
    names = asked({"id": "CS-1", "severity": {"function": "lost", "workaround": "none"}}, is_urgent=True)

    assert set(names) <= {"title", "impact", "product_version", "tenant", "browser", "os", "window"}


def test_title_and_window_have_defaults_from_what_failed() -> None:
    given = view({"id": "CS-1"})
    before = ("impact", "product_version", "tenant")
    found = {each.name: each for each in questions(given.assessment, {"id": "CS-1"}, given.evidence, before)}

    assert found["title"].default.startswith("POST /api/session on app.example.com")
    assert fault(found["title"], found["title"].default) == ""
    assert found["window"].default == "2026-03-03T09:20Z/2026-03-03T09:21Z"


@pytest.mark.parametrize(
    ("name", "text", "is_taken"),
    [
        ("scope", "one", True),
        ("scope", "everybody", False),
        ("title", "too short", False),
        ("window", "2026-03-02T14:00Z/2026-03-02T14:15Z", True),
        ("window", "2026-03-02T14:15Z/2026-03-02T14:00Z", False),
        ("window", "yesterday", False),
        ("impact", "12 buyers", True),
    ],
)
def test_an_answer_that_cannot_be_taken_says_why(name: str, text: str, is_taken: bool) -> None:
    assert (fault(QUESTIONS[name], text) == "") is is_taken


def test_a_window_keeps_the_zone_as_it_was_typed() -> None:
    assert window_of("2026-03-02T14:00+02:00 / 2026-03-02T15:00+02:00") == (
        "2026-03-02T14:00+02:00",
        "2026-03-02T15:00+02:00",
    )
