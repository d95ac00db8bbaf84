from typing import Any

import pytest

from diagpack.assess.lint_warnings import WARNINGS
from tests.support.evidence import case_content, har, har_entry, make_artifact
from tests.support.views import capture, ready_case, view

SEVERITY = case_content()["severity"]
MILD = {**SEVERITY, "workaround": "painful"}
LATE = "2026-03-04T12:00:00.000Z"


def alone() -> Any:
    """A capture with one failing call and nothing that works."""
    return har([har_entry(0, "https://app.example.com/api/x", status=500, started="2026-03-03T09:20:00Z")])


def outside() -> Any:
    return har([har_entry(0, "https://app.example.com/api/x", status=500, started=LATE)])


def steps(*paths: str) -> list[str]:
    return [f"Open https://app.example.com{each}" for each in paths]


FAILING: list[tuple[str, str, Any]] = [
    ("W01", "no word", lambda: view(ready_case(without=("workaround",), severity={**SEVERITY, "workaround": ""}))),
    ("W02", "nothing", lambda: view(ready_case(without=("tried",)))),
    ("W02", "no result", lambda: view(ready_case(answers={"tried": [{"what": "Private window"}]}))),
    ("W03", "no search", lambda: view(ready_case(without=("duplicates_searched",)))),
    ("W04", "nothing works", lambda: view(ready_case(without=("works_on",)), alone())),
    ("W05", "sometimes", lambda: view(ready_case(answers={"impact": "The page is sometimes slow."}))),
    ("W05", "German", lambda: view(ready_case(answers={"impact": "Die Seite geht nicht."}))),
    ("W06", "file share", lambda: view(ready_case(answers={"actual": "See https://drive.google.com/file/x 1"}))),
    ("W06", "presigned", lambda: view(ready_case(answers={"actual": "https://s3.example.com/a?X-Amz-Signature=1"}))),
    ("W07", "no caption", lambda: view(ready_case(), capture(), make_artifact("image", b"\x89PNG"))),
    ("W08", "outside", lambda: view(ready_case(), outside())),
    ("W09", "other order", lambda: view(ready_case(answers={"steps": steps("/api/session", "/login")}))),
    ("W10", "no time", lambda: view(ready_case(without=("next_update",)))),
    ("W11", "no owner", lambda: view(ready_case(without=("assignee",)))),
    ("W12", "guess", lambda: view(ready_case(answers={"actual": "The cache is probably stale."}))),
    ("W13", "blame", lambda: view(ready_case(answers={"actual": "The network team was careless."}))),
    ("W14", "promise", lambda: view(ready_case(answers={"ask": "We told them it will be fixed tomorrow."}))),
    ("W15", "item missing", lambda: view(ready_case(without=("impact",)))),
]

PASSING: list[tuple[str, str, Any]] = [
    ("W01", "none known", lambda: view(ready_case(severity={**SEVERITY, "workaround": ""}))),
    ("W02", "a sentence", lambda: view(ready_case(answers={"tried": ["Private window: same error"]}))),
    ("W04", "neighbouring calls", lambda: view(ready_case(without=("works_on",)))),
    ("W05", "with a number", lambda: view(ready_case(answers={"impact": "The page is slow: 14 s instead of 2 s."}))),
    ("W05", "inside a word", lambda: view(ready_case(answers={"impact": "The slowest step is unbroken."}))),
    ("W06", "the product itself", lambda: view(ready_case(answers={"actual": "https://app.example.com/login fails"}))),
    ("W07", "captioned", lambda: captioned()),
    ("W08", "no window stated", lambda: view(ready_case(window=None), outside())),
    ("W09", "same order", lambda: view(ready_case(answers={"steps": steps("/login", "/api/session")}))),
    ("W11", "an incident", lambda: view(ready_case(without=("assignee",), incident="INC-7"))),
    ("W11", "not severe", lambda: view(ready_case(without=("assignee",), severity=MILD))),
    ("W12", "with evidence", lambda: view(ready_case(answers={"actual": "It is probably stale [har-1 #1]."}))),
    ("W15", "skipped with a reason", lambda: view(ready_case(without=("impact",), skipped={"impact": "asked twice"}))),
]  # fmt: skip


def captioned() -> Any:
    case = ready_case(answers={"captions": {"image-1": "The error page"}})
    return view(case, capture(), make_artifact("image", b"\x89PNG"))


@pytest.mark.parametrize(("id", "why", "make"), FAILING, ids=[f"{id} {why}" for id, why, _ in FAILING])
def test_a_rule_that_is_not_met_says_so_in_one_line(id: str, why: str, make: Any) -> None:
    message = WARNINGS[id](make())

    assert message
    assert "\n" not in message


@pytest.mark.parametrize(("id", "why", "make"), PASSING, ids=[f"{id} {why}" for id, why, _ in PASSING])
def test_a_rule_that_is_met_in_another_way_is_silent(id: str, why: str, make: Any) -> None:
    assert WARNINGS[id](make()) == ""


@pytest.mark.parametrize("id", WARNINGS)
def test_a_ready_case_meets_every_rule(id: str) -> None:
    assert WARNINGS[id](view()) == ""


def test_every_rule_has_a_failing_example() -> None:
    assert {id for id, _, _ in FAILING} == set(WARNINGS)
