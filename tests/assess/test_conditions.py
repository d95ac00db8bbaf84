from collections.abc import Sequence
from typing import Any

import pytest

from diagpack.assess.conditions import Scene, case_refs, faults, first_met, holds, met, scene_names
from diagpack.assess.run import make_scene
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.ref import EvidenceRef
from tests.support.evidence import case_artifact, environment, evidence, har, har_entry, log, log_record


def scene(findings: Sequence[Finding] = ()) -> Scene:
    case = {
        "id": "CS-1",
        "answers": {"expected": "It opens.", "empty": ""},
        "severity": {"scope": "one"},
        "environment": {"hosts": ["app.example.com"]},
    }
    found = evidence(
        har(
            [
                har_entry(0, "https://app.example.com/api/a"),
                har_entry(1, "https://app.example.com/api/b", status=503, response_headers={"X-Request-Id": "r-1234"}),
                har_entry(2, "https://stats.example.org/", status=404),
            ],
            capture=[{"id": "har.bodies", "level": "warning", "message": "no bodies", "ask": "Record again."}],
        ),
        log([log_record(4, "GET /api/b failed", level="ERROR", lines=3), log_record(9, "fine")]),
        environment(proxy={"value": "squid", "refs": []}),
        case_artifact(case),
    )
    return make_scene(case, found, findings, {})


FINDING = Finding("saml.bad_audience", Level.ERROR, Certainty.CONFIG, "x", (EvidenceRef.parse("[har-1 #0]"),))


@pytest.mark.parametrize(
    ("condition", "refs"),
    [
        ({"artifact": "har"}, ["[har-1]"]),
        ({"artifact": "har", "where": "facts.entries_total >= 3"}, ["[har-1]"]),
        ({"exchange": "failed and first_party"}, ["[har-1 #1]"]),
        ({"exchange": "failed", "min": 2}, ["[har-1 #1]", "[har-1 #2]"]),
        ({"log": "level == 'error'"}, ["[log-1 L4-6]"]),
        ({"finding": "saml.*"}, ["[har-1 #0]"]),
        ({"finding": ["oidc.*", "saml.*"], "level": "error", "certainty": ["config"]}, ["[har-1 #0]"]),
        ({"finding": "saml.*", "says": "*X*"}, ["[har-1 #0]"]),
        ({"answer": "expected"}, ["[case-1 /answers/expected]"]),
        ({"case": "severity.scope == 'one'"}, ["[case-1 /severity]"]),
        ({"environment": "proxy"}, ["[environment-1 /facts/proxy]"]),
        ({"capture": "har.*"}, ["[har-1]"]),
        ({"any": [{"artifact": "api"}, {"artifact": "log"}]}, ["[log-1]"]),
        ({"all": [{"artifact": "har"}, {"artifact": "log"}]}, ["[har-1]", "[log-1]"]),
        ({"not": {"artifact": "api"}}, []),
    ],
)
def test_a_condition_that_is_met_cites_what_meets_it(condition: dict[str, Any], refs: list[str]) -> None:
    given = scene([FINDING])

    found = met(condition, given)

    assert [str(each) for each in found or ()] == refs
    assert found is not None
    assert all(given.evidence.resolve(each) for each in found)


@pytest.mark.parametrize(
    "condition",
    [
        {"artifact": "api"},
        {"artifact": "har", "where": "facts.entries_total > 3"},
        {"artifact": "har", "min": 2},
        {"exchange": "status == 500"},
        {"log": "level == 'fatal'"},
        {"finding": "oidc.*"},
        {"finding": "saml.*", "level": "warning"},
        {"finding": "saml.*", "certainty": ["proven"]},
        {"finding": "saml.*", "says": "y*"},
        {"answer": "empty"},
        {"answer": "other"},
        {"case": "severity.scope == 'all'"},
        {"environment": "browser"},
        {"capture": "har.skew"},
        {"any": []},
        {"all": [{"artifact": "har"}, {"artifact": "api"}]},
        {"not": {"artifact": "har"}},
        {},
    ],
)
def test_a_condition_that_is_not_met_says_nothing(condition: dict[str, Any]) -> None:
    assert met(condition, scene([FINDING])) is None


def test_the_first_condition_that_is_met_is_returned() -> None:
    conditions = [{"artifact": "api"}, {"artifact": "har"}, {"artifact": "log"}]

    found = first_met(conditions, scene())

    assert found is not None
    assert found[0] is conditions[1]


@pytest.mark.parametrize(
    "condition",
    [
        *("har", {}, {"artifact": 3}, {"all": {}}, {"any": ["x"]}),
        *({"not": {"x": 1}}, {"log": "("}, {"artifact": "a", "min": "x"}),
    ],
)
def test_a_malformed_condition_is_a_fault(condition: Any) -> None:
    assert faults(condition)


def test_a_when_may_ask_for_kinds_findings_and_failures() -> None:
    names = scene_names(scene([FINDING]))

    assert holds("'har' in kinds and 'saml.bad_audience' in findings and failing.has_5xx", names)
    assert holds("failing.count == 2 and failing.first_party == 1 and not failing.has_429", names)
    assert holds("", names)


def test_without_a_case_artifact_an_answer_has_no_citation() -> None:
    assert case_refs(evidence(), "/answers/expected") == ()
