from dataclasses import replace

from diagpack.assess.handoff import MAX_LINES, handoff_lines
from diagpack.assess.readiness import lint
from diagpack.assess.severity import load_matrix
from diagpack.model.assessment import Cited, SimilarCase
from tests.support.views import ready_case, view

STRICT = load_matrix().strictness


def test_known_tried_missing_promised_next_are_there() -> None:
    given = view(ready_case(without=("expected",), incident="INC-7"))
    found = replace(given.assessment, similar=(SimilarCase("CS-812", "strong", "same three frames as CS-812"),))

    text = "\n".join(handoff_lines(given.case, found))

    for part in (
        "severity     S2 P2 (confirmed by A. Analyst)",
        "first fail   POST /api/session",
        "request id   req-7f3a9c21",
        "seen before  same three frames as CS-812",
        "incident     INC-7",
        "tried        Private window: same error",
        "missing      expected",
        "promised     next update to the customer by 2026-03-04",
        "asked        by 2026-03-05 12:00 UTC: investigate",
        "next         E03 the expected behaviour is missing: Write `answers.expected`",
    ):
        assert part in text


def test_a_ready_case_says_what_comes_next() -> None:
    given = view()

    assert handoff_lines(given.case, given.assessment)[-1] == "next         review, then submit"


def test_it_never_has_more_than_twenty_lines_and_nothing_acts_on_the_terminal() -> None:
    hostile = "\x1b[31mcanary\u202e\n" * 50
    given = view(ready_case(title=hostile, answers={"next_update": hostile}))
    tried = tuple(Cited(hostile) for _ in range(30))
    found = replace(given.assessment, tried=tried, readiness=lint(given, STRICT))

    lines = handoff_lines({**given.case, "incident": hostile}, found)

    assert len(lines) <= MAX_LINES
    assert all(len(line) < 1000 for line in lines)
    assert not any(character in "".join(lines) for character in ("\x1b", "\u202e", "\n"))


def test_deferred_points_are_counted() -> None:
    given = view({"id": "CS-1", "severity": {"function": "lost", "workaround": "none", "scope": "one"}})
    found = replace(given.assessment, readiness=lint(given, STRICT, is_urgent=True))

    assert any("deferred" in line for line in handoff_lines(given.case, found))
