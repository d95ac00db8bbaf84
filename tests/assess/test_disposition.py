from pathlib import Path
from typing import Any

import pytest

from diagpack.assess.disposition import Disposition, dispose, load_criteria
from diagpack.assess.run import make_scene
from diagpack.errors import UsageError
from diagpack.model.assessment import Outcome, SimilarCase
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef
from tests.support.evidence import case_artifact, environment, evidence, har, har_entry, log, log_record, make_artifact

CRITERIA = load_criteria()
APP = "https://app.example.com"
REF = EvidenceRef.parse("[har-1 #0]")


def call(status: int, url: str = f"{APP}/api", **more: Any) -> RedactedArtifact:
    return har([har_entry(0, url, status=status, **more)])


def finding(id: str, level: Level = Level.ERROR, certainty: Certainty = Certainty.PROVEN) -> Finding:
    return Finding(id, level, certainty, f"{id} was seen", (REF,))


def disposed(
    *artifacts: RedactedArtifact,
    findings: tuple[Finding, ...] = (),
    stated: dict[str, str] | None = None,
    known: SimilarCase | None = None,
) -> Disposition:
    case = {"id": "CS-1", "environment": {"hosts": ["app.example.com"]}, "disposition": stated or {}}
    scene = make_scene(case, evidence(*artifacts, case_artifact(case)), findings, {})
    return dispose(scene, CRITERIA, known, (REF,))


@pytest.mark.parametrize(
    "id",
    [
        *("saml.clock_skew", "saml.cert_expired", "saml.bad_destination", "saml.bad_audience"),
        *("saml.status.requestdenied", "oidc.redirect_uri_mismatch"),
    ],
)
def test_a_setting_certificate_or_clock_is_the_customers_configuration(id: str) -> None:
    found = disposed(call(403, f"{APP}/saml/acs", method="POST"), findings=(finding(id),))

    assert found.outcome is Outcome.CUSTOMER_CONFIGURATION
    assert [str(each.refs[0]) for each in found.reasons] == ["[har-1 #0]", "[har-1 #0]"]
    assert f"{id} was seen" in [each.text for each in found.reasons]


def test_a_hint_or_a_warning_is_not_enough_for_it() -> None:
    hint = finding("saml.bad_audience", certainty=Certainty.HINT)
    warning = finding("saml.bad_audience", level=Level.WARNING)

    assert disposed(call(403), findings=(hint, warning)).outcome is Outcome.UNCLEAR


@pytest.mark.parametrize(
    ("clock", "outcome"),
    [
        ("har.clock_skew", Outcome.CUSTOMER_CONFIGURATION),
        ("clock.product_off", Outcome.DEFECT),
        ("clock.undecided", Outcome.UNCLEAR),
    ],
)
def test_whose_clock_is_wrong_decides_whose_problem_it_is(clock: str, outcome: Outcome) -> None:
    expired = finding("saml.expired")

    assert disposed(call(403), findings=(expired, finding(clock, level=Level.WARNING))).outcome is outcome


def test_a_wrong_setting_beside_undecided_clocks_is_still_the_customers() -> None:
    found = (finding("saml.expired"), finding("saml.bad_audience"), finding("clock.undecided", level=Level.WARNING))

    assert disposed(call(403), findings=found).outcome is Outcome.CUSTOMER_CONFIGURATION


def test_a_server_error_with_another_error_in_the_log_is_a_defect_even_with_a_sign_in_finding() -> None:
    record = log_record(1, "IllegalStateException: no session store", level="error")

    found = disposed(call(500), log([record]), findings=(finding("saml.clock_skew"),))

    assert found.outcome is Outcome.DEFECT


def test_a_server_error_whose_log_rejects_the_assertion_is_the_configuration() -> None:
    record = log_record(1, "AssertionRejected: assertion is not yet valid", level="error")

    found = disposed(call(500), log([record]), findings=(finding("saml.clock_skew"),))

    assert found.outcome is Outcome.CUSTOMER_CONFIGURATION


@pytest.mark.parametrize(
    ("artifacts", "outcome"),
    [
        ([call(500)], Outcome.DEFECT),
        ([call(200, body='{"success": false}')], Outcome.DEFECT),
        ([log([log_record(1, "Traceback (most recent call last)", level="error")])], Outcome.DEFECT),
        ([make_artifact("console", [log_record(1, "Uncaught TypeError: x", level="error")])], Outcome.DEFECT),
        ([call(401, "https://hooks.example.net/webhook", method="POST")], Outcome.CUSTOMER_CONFIGURATION),
        ([log([log_record(1, "webhook delivery 7 got 401", level="warn")])], Outcome.CUSTOMER_CONFIGURATION),
        ([call(200), environment(tls_inspection={"value": "Example CA", "refs": []})], Outcome.THIRD_PARTY),
        ([call(200, _securityDetails={"issuer": "Zscaler Root CA"})], Outcome.THIRD_PARTY),
        ([call(0, _error="net::ERR_BLOCKED_BY_CLIENT")], Outcome.THIRD_PARTY),
        ([call(407)], Outcome.UNCLEAR),
        ([call(503, "https://cdn.example.net/x.js")], Outcome.THIRD_PARTY),
        ([call(429)], Outcome.INTENDED),
        ([call(422)], Outcome.UNCLEAR),
        ([call(200)], Outcome.UNCLEAR),
    ],
)
def test_the_first_criterion_that_is_met_decides(artifacts: list[RedactedArtifact], outcome: Outcome) -> None:
    found = disposed(*artifacts)

    assert found.outcome is outcome
    assert found.reasons[0].refs
    assert not found.is_confirmed


def test_a_known_issue_goes_before_everything() -> None:
    found = disposed(call(500), known=SimilarCase("KI-7", "strong", "same frames as KI-7", "KI-7"))

    assert found.outcome is Outcome.KNOWN_ISSUE
    assert "KI-7" in found.reasons[0].text


def test_the_analyst_confirms_or_changes_it_and_both_are_shown() -> None:
    same = disposed(call(500), stated={"outcome": "defect", "by": "A. Analyst"})
    other = disposed(call(500), stated={"outcome": "intended", "by": "A. Analyst", "reason": "maintenance"})

    assert (same.outcome, same.confirmed_by, same.is_confirmed) == (Outcome.DEFECT, "A. Analyst", True)
    assert other.outcome is Outcome.INTENDED
    assert other.reasons[0].text == "Set to intended instead of defect: maintenance"
    assert any("server error" in each.text for each in other.reasons)


def test_an_outcome_nobody_knows_is_not_used_and_said_so() -> None:
    found = disposed(call(500), stated={"outcome": "canary-nonsense", "by": "A. Analyst"})

    assert found.outcome is Outcome.DEFECT
    assert not found.is_confirmed
    assert "not used" in found.reasons[-1].text
    assert "canary" not in repr(found)


@pytest.mark.parametrize("text", ["[]", "schema: diagpack.disposition/1\nrules: [{id: a}]\ndefault: {}", "schema: x"])
def test_broken_criteria_are_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, "utf-8")

    with pytest.raises(UsageError) as caught:
        load_criteria(path)

    assert caught.value.id == "DP304"
