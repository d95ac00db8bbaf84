from dataclasses import replace
from typing import Any

import pytest

from diagpack.assess.lint_errors import ERRORS
from diagpack.assess.lint_view import Delivery, LintView
from diagpack.model.assessment import Disposition, Outcome
from diagpack.model.evidence import EvidenceSet
from tests.support.evidence import case_content, har, har_entry, make_artifact
from tests.support.views import capture, ready_case, view, with_assessment

CONFIRMED = case_content()["confirmed"]
OVERRIDE = {"level": "S1", "reason": "payroll"}
NO_IDS = {"request-id": "none found"}


def severity(**changes: Any) -> dict[str, Any]:
    return {name: each for name, each in {**case_content()["severity"], **changes}.items() if each is not None}


def environment(*without: str) -> dict[str, Any]:
    return {name: each for name, each in case_content()["environment"].items() if name not in without}


def quiet() -> Any:
    """A capture in which everything succeeds, without a request ID."""
    return har([har_entry(0, "https://app.example.com/", mime="text/html", started="2026-03-03T09:20:00Z")])


FAILING: list[tuple[str, str, Any]] = [
    ("E01", "too short", lambda: view(ready_case(title="Help"))),
    ("E01", "too long", lambda: view(ready_case(title="word " * 40))),
    ("E01", "two lines", lambda: view(ready_case(title="Sign-in fails with 500\nand nothing else"))),
    ("E01", "a person", lambda: view(ready_case(title="Sign-in fails for k3f9q2m7ab4t@dp.invalid"))),
    ("E01", "a company", lambda: view(ready_case(title="Sign-in fails for dp-company-k3f9q2m7ab4t"))),
    ("E01", "no symptom", lambda: view(ready_case(title="Please help, it is not working"))),
    ("E02", "one step", lambda: view(ready_case(answers={"steps": ["Open https://app.example.com/"]}))),
    ("E02", "no start", lambda: view(ready_case(answers={"steps": ["Click", "Click again"]}))),
    ("E03", "missing", lambda: view(ready_case(without=("expected",)))),
    ("E04", "missing", lambda: view(ready_case(without=("actual",)), quiet())),
    ("E04", "the same", lambda: view(ready_case(answers={"actual": "after the password step, the dashboard opens"}))),
    ("E05", "no evidence", lambda: view(ready_case(answers={"actual": "It fails."}), quiet())),
    ("E06", "no scope", lambda: view(ready_case(severity=severity(scope=None)))),
    ("E06", "no reason", lambda: without_reason()),
    ("E07", "no number", lambda: no_number()),
    ("E08", "no version", lambda: view(ready_case(environment=environment("product_version")))),
    ("E08", "no region or tenant", lambda: view(ready_case(environment=environment("region", "tenant")))),
    ("E08", "no browser", lambda: view(ready_case(environment=environment("browser")))),
    ("E08", "no zone", lambda: view(ready_case(window={"start": "2026-03-03T09:00", "end": "2026-03-03T10:00"}))),
    ("E09", "missing", lambda: view(ready_case(without=("first_seen",), window=None))),
    ("E10", "words only", lambda: view(ready_case(answers={"reproducibility": "always"}))),
    ("E10", "missing", lambda: view(ready_case(without=("reproducibility",)))),
    ("E11", "none", lambda: view(ready_case(), capture(response_headers={}))),
    ("E12", "no evidence", lambda: replace(view(), evidence=EvidenceSet(()))),
    ("E12", "two policies", lambda: view(ready_case(), capture(), make_artifact("note", "x", policy_sha256="0" * 64))),
    ("E12", "unresolved", lambda: view(delivery=Delivery(unresolved=2))),
    ("E13", "signature", lambda: view(delivery=Delivery(is_signature_valid=False))),
    ("E13", "digest", lambda: view(delivery=Delivery(is_signature_valid=True, is_digest_equal=False))),
    ("E14", "too large", lambda: view(delivery=Delivery(oversized=("log-1",)))),
    ("E15", "too long", lambda: view(delivery=Delivery(description_chars=20_001))),
    ("E15", "invalid", lambda: view(delivery=Delivery(is_body_valid=False))),
    ("E16", "no ask", lambda: view(ready_case(without=("ask",)))),
    ("E16", "no date", lambda: view(ready_case(without=("needed_by",)))),
    *(
        ("E17", part, lambda part=part: view(ready_case(confirmed={k: v for k, v in CONFIRMED.items() if k != part})))
        for part in CONFIRMED
    ),
    *(
        ("E18", each.value, lambda each=each: with_assessment(view(), disposition=Disposition(each, (), True, "A")))
        for each in (Outcome.CUSTOMER_CONFIGURATION, Outcome.THIRD_PARTY, Outcome.KNOWN_ISSUE, Outcome.INTENDED)
    ),
]

PASSING: list[tuple[str, str, Any]] = [
    ("E01", "another language", lambda: view(ready_case(title="SSO サインインがエラー 500 になり画面が開かない状態"))),
    ("E05", "the capture alone", lambda: view(ready_case(without=("actual",)))),
    ("E06", "an override with its reason", lambda: view(ready_case(severity=severity(override=OVERRIDE)))),
    ("E08", "no browser without a browser capture", lambda: no_browser()),
    ("E11", "none found, said so", lambda: view(ready_case(answers=NO_IDS), capture(response_headers={}))),
    ("E13", "valid", lambda: view(delivery=Delivery(is_signature_valid=True, is_digest_equal=True))),
    ("E14", "fits", lambda: view(delivery=Delivery())),
    ("E15", "fits", lambda: view(delivery=Delivery(description_chars=20_000, is_body_valid=True))),
    ("E18", "with a reason", lambda: non_defect_with_reason()),
]  # fmt: skip


def without_reason() -> LintView:
    given = view()
    return with_assessment(given, severity=replace(given.assessment.severity, level="S1"))


def no_number() -> LintView:
    return view(
        ready_case(
            answers={"impact": "People cannot sign in."}, severity=severity(users=None, tenants=None, users_share=None)
        )
    )


def no_browser() -> LintView:
    return view(ready_case(environment=environment("browser", "os")), make_artifact("note", "x"))


def non_defect_with_reason() -> LintView:
    case = ready_case(disposition={"escalate_reason": "agreed with the team"})
    return with_assessment(view(case), disposition=Disposition(Outcome.THIRD_PARTY, (), True, "A"))


@pytest.mark.parametrize(("id", "why", "make"), FAILING, ids=[f"{id} {why}" for id, why, _ in FAILING])
def test_a_rule_that_is_not_met_says_so_in_one_line(id: str, why: str, make: Any) -> None:
    message = ERRORS[id](make())

    assert message
    assert "\n" not in message


@pytest.mark.parametrize(("id", "why", "make"), PASSING, ids=[f"{id} {why}" for id, why, _ in PASSING])
def test_a_rule_that_is_met_in_another_way_is_silent(id: str, why: str, make: Any) -> None:
    assert ERRORS[id](make()) == ""


@pytest.mark.parametrize("id", ERRORS)
def test_a_ready_case_meets_every_rule(id: str) -> None:
    assert ERRORS[id](view()) == ""


def test_every_rule_has_a_failing_example() -> None:
    assert {id for id, _, _ in FAILING} == set(ERRORS)


def test_no_message_repeats_a_value_of_the_case() -> None:
    canary = "canary-4711 " * 30
    case = ready_case(title=canary, answers={"steps": [canary], "actual": canary, "expected": canary})

    messages = [check(view(case)) for check in ERRORS.values()]

    assert any(messages)
    assert "canary" not in " ".join(messages)
