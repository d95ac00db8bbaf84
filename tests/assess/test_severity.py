from pathlib import Path
from typing import Any

import pytest

from diagpack.assess.run import make_scene
from diagpack.assess.severity import confirmed_by, judge_severity, load_matrix
from diagpack.errors import UsageError
from diagpack.model.assessment import Severity
from tests.support.evidence import case_artifact, evidence, har, har_entry

MATRIX = load_matrix()


def judge(stated: dict[str, Any], *, status: int = 200, **case: Any) -> Severity:
    content = {"id": "CS-1", "severity": stated, "environment": {"hosts": ["app.example.com"]}, **case}
    capture = har(
        [har_entry(0, "https://app.example.com/api", status=status), har_entry(1, "https://app.example.com/api")]
    )
    found = evidence(capture, case_artifact(content))
    return judge_severity(make_scene(content, found, (), {}), MATRIX)[0]


@pytest.mark.parametrize(
    ("stated", "level"),
    [
        ({"data_loss": True}, "S1"),
        ({"security": True, "function": "fine"}, "S1"),
        ({"function": "lost", "scope": "all"}, "S1"),
        ({"function": "lost", "workaround": "none", "tenants": 2}, "S1"),
        ({"function": "lost", "workaround": "none", "users_share": 0.25}, "S1"),
        ({"function": "lost", "workaround": "none", "users_share": 0.24, "tenants": 1}, "S2"),
        ({"function": "degraded", "users_share": 0.3}, "S2"),
        ({"function": "degraded", "trend": "worse", "scope": "many"}, "S2"),
        ({"function": "degraded"}, "S3"),
        ({"function": "lost", "workaround": "yes"}, "S3"),
        ({"workaround": "painful"}, "S3"),
        ({"function": "fine"}, "S4"),
        ({}, "S3"),
    ],
)
def test_the_matrix_decides(stated: dict[str, Any], level: str) -> None:
    assert judge(stated).level == level


@pytest.mark.parametrize("raising", [{"deadline": "2026-03-03T20:00:00Z"}, {"tier": "enterprise"}])
def test_deadline_and_tier_raise_the_priority_and_never_the_severity(raising: dict[str, Any]) -> None:
    window = {"start": "2026-03-03T09:00:00Z", "end": "2026-03-03T10:00:00Z"}

    plain = judge({"function": "degraded"}, window=window)
    raised = judge({"function": "degraded", **raising}, window=window)

    assert (plain.level, plain.priority) == ("S3", "P3")
    assert (raised.level, raised.priority) == ("S3", "P2")
    assert "raised by" in raised.rationale[-1].text
    assert raised.rationale[-1].refs


def test_a_deadline_far_away_raises_nothing() -> None:
    window = {"start": "2026-03-03T09:00:00Z", "end": "2026-03-03T10:00:00Z"}

    assert judge({"function": "degraded", "deadline": "2026-03-09T20:00:00Z"}, window=window).priority == "P3"


def test_the_rationale_names_each_input_and_where_it_is_from() -> None:
    found = judge({"function": "degraded", "scope": "some"})

    texts = [str(each) for each in found.rationale]
    assert "Inputs: function degraded, scope some." in texts[0]
    assert "Function: degraded (stated in the case). [case-1 /severity/function]" in texts
    assert all(each.refs for each in found.rationale)


def test_what_only_the_evidence_shows_is_proposed() -> None:
    found = judge({}, status=500)

    assert found.level == "S3"
    assert found.rationale[0].is_proposed
    assert "Function: degraded (derived from the evidence). [har-1 #0]" in [str(each) for each in found.rationale]


def test_an_override_with_its_reason_shows_both_levels() -> None:
    found = judge({"function": "degraded", "override": {"level": "S1", "reason": "payroll day"}})

    assert (found.level, found.proposed_level, found.priority) == ("S1", "S3", "P1")
    assert found.override_reason == "payroll day"
    assert found.rationale[0].text == "Set to S1 instead of S3: payroll day"


@pytest.mark.parametrize("override", [{"level": "S1"}, {"level": "S9", "reason": "x"}, {"reason": "x"}])
def test_an_override_without_a_reason_or_a_known_level_is_not_used_and_said_so(override: dict[str, str]) -> None:
    found = judge({"function": "degraded", "override": override})

    assert found.level == found.proposed_level == "S3"
    assert "was not used" in found.rationale[-1].text


def test_a_severity_is_proposed_until_a_named_person_confirms_it() -> None:
    by = {"severity": {"by": "A. Analyst", "at": "2026-03-03T12:00:00Z"}}

    assert not judge({}).is_confirmed
    assert judge({}, confirmed=by).confirmed_by == "A. Analyst"
    assert confirmed_by({"confirmed": {"severity": "yes"}}, "severity") == ""


@pytest.mark.parametrize("text", ["[]", "schema: x", "schema: diagpack.matrix/1\nrules: [{id: a}]", "x: ["])
def test_a_broken_matrix_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "matrix.yaml"
    path.write_text(text, "utf-8")

    with pytest.raises(UsageError) as caught:
        load_matrix(path)

    assert caught.value.id == "DP303"


def test_a_matrix_with_an_unknown_level_or_expression_is_refused(tmp_path: Path) -> None:
    good = (Path(load_matrix.__code__.co_filename).parent / "matrix.yaml").read_text("utf-8")
    for bad in (good.replace("level: S4", "level: S5"), good.replace("function == 'fine'", "function = 'fine'")):
        path = tmp_path / "matrix.yaml"
        path.write_text(bad, "utf-8")

        with pytest.raises(UsageError):
            load_matrix(path)
    path.write_text(good, "utf-8")
    assert load_matrix(path) == MATRIX
