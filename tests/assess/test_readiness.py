from diagpack.assess.explain import LINT
from diagpack.assess.lint_errors import ERRORS
from diagpack.assess.lint_view import Delivery
from diagpack.assess.lint_warnings import WARNINGS
from diagpack.assess.readiness import MAX_PROMPTS, PARTS, deferred_asks, lint, prompts
from diagpack.assess.severity import load_matrix
from tests.support.evidence import case_content
from tests.support.views import ready_case, view

STRICT = load_matrix().strictness
BARE = {
    "id": "CS-1",
    "title": "",
    "severity": {"function": "lost", "workaround": "none", "scope": "one"},
    "answers": {},
}


def test_a_ready_case_is_ready_with_full_score() -> None:
    readiness = lint(view(), STRICT)

    assert readiness.is_ready
    assert readiness.results == ()
    assert readiness.score == 100


def test_a_bare_case_is_blocked_and_each_line_has_its_fix() -> None:
    readiness = lint(view(dict(BARE)), STRICT)

    assert not readiness.is_ready
    assert readiness.score < 60
    assert all(each.fix for each in readiness.results)
    assert sum(readiness.parts.values()) == readiness.score


def test_urgent_keeps_symptom_impact_window_and_environment_and_defers_the_rest() -> None:
    readiness = lint(view(dict(BARE)), STRICT, is_urgent=True)

    blocking = {each.id for each in readiness.results if each.is_blocking and not each.is_deferred}
    assert blocking == {"E01", "E07", "E08", "E09"}
    assert {"E03", "E10", "E16", "E17"} == {each.id for each in readiness.results if each.is_deferred}


def test_urgent_changes_nothing_for_a_case_that_is_not_severe() -> None:
    case = ready_case(without=("expected",), severity={**case_content()["severity"], "function": "degraded"})

    readiness = lint(view(case), STRICT, is_urgent=True)

    assert [each.id for each in readiness.results if each.is_blocking] == ["E03"]
    assert not readiness.is_ready


def test_redaction_and_signature_never_relax() -> None:
    delivery = Delivery(is_signature_valid=False, unresolved=1)

    readiness = lint(view(delivery=delivery), STRICT, is_urgent=True)

    assert [(each.id, each.is_deferred) for each in readiness.results] == [("E12", False), ("E13", False)]


def test_a_cosmetic_case_is_not_blocked_by_missing_numbers() -> None:
    severity = {"function": "fine", "workaround": "yes", "scope": "one"}
    case = ready_case(without=("reproducibility",), answers={"impact": "A label is cut."}, severity=severity)

    readiness = lint(view(case), STRICT)

    assert {each.id: each.is_blocking for each in readiness.results} == {"E07": False, "E10": False}


def test_a_mild_case_is_warned_of_what_blocks_a_grave_one() -> None:
    mild = ready_case(without=("reproducibility",), severity={**case_content()["severity"], "function": "degraded"})
    grave = ready_case(without=("reproducibility",))

    assert {each.id: each.is_blocking for each in lint(view(mild), STRICT).results} == {"E10": False}
    assert {each.id: each.is_blocking for each in lint(view(grave), STRICT).results} == {"E10": True}


def test_at_most_five_prompts_and_the_symptom_first() -> None:
    asked = prompts(lint(view(dict(BARE)), STRICT))

    assert len(asked) == MAX_PROMPTS
    assert asked[0].id == "E01"


def test_deferred_rules_become_open_asks_with_an_owner() -> None:
    asks = deferred_asks(lint(view(dict(BARE)), STRICT, is_urgent=True), "on-call")

    assert asks
    assert all(each.text.startswith("Open (E") and "Owner: on-call." in each.text for each in asks)


def test_every_rule_is_explained_and_counts_in_exactly_one_part() -> None:
    rules = {**ERRORS, **WARNINGS}
    counted = [each for _, part in PARTS.values() for each in part]

    assert set(LINT) == set(rules)
    # E13 to E15 judge the package, not the case, so they have no part in the case's score.
    assert sorted([*counted, "E13", "E14", "E15"]) == sorted(rules)
    assert sum(weight for weight, _ in PARTS.values()) == 100
