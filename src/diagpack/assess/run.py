"""The whole assessment, in the order in which its parts need one another.

Enters: the redacted content of the case artifact, redacted evidence, findings, checklists, matrix, and what the team
profile says. Leaves: one `Assessment`. No clock, no network, no randomness: the same input gives the same value.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from diagpack.assess import environment as environments
from diagpack.assess import facts
from diagpack.assess.completeness import completeness
from diagpack.assess.conditions import Scene
from diagpack.assess.disposition import Criteria, dispose, load_criteria
from diagpack.assess.impact import impact_sentences, what_works
from diagpack.assess.request_ids import QueryMaker, request_id_uses
from diagpack.assess.severity import Matrix, judge_severity
from diagpack.assess.signature import signature
from diagpack.assess.steps import steps
from diagpack.assess.timeline import FirstFailure, first_failure, timeline
from diagpack.assess.topic import choose_checklist
from diagpack.assess.view import exchanges, first_party_hosts, moment
from diagpack.model.assessment import Assessment, Readiness
from diagpack.model.checklist import Checklist
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Finding


def make_scene(
    case: Mapping[str, Any],
    evidence: EvidenceSet,
    findings: Sequence[Finding],
    profile_view: Mapping[str, Any],
) -> Scene:
    """Everything the parts of an assessment ask about, parsed once."""
    calls = exchanges(evidence, first_party_hosts(case, profile_view, evidence))
    scene = Scene(evidence, case, findings, calls)
    known = {name: cited.refs for name, cited in environments.environment(scene).items()}
    return Scene(evidence, case, findings, calls, known)


def assess(
    *,
    case: Mapping[str, Any],
    evidence: EvidenceSet,
    findings: Sequence[Finding],
    checklists: Mapping[str, Checklist],
    matrix: Matrix,
    profile_view: Mapping[str, Any] | None = None,
    known_issues: Sequence[Mapping[str, Any]] = (),
    past: Sequence[Mapping[str, Any]] = (),
    queries: QueryMaker | None = None,
    criteria: Criteria | None = None,
) -> Assessment:
    """Everything the room concludes about a case.

    `case`: the JSON form of `model.case.Case`, redacted. `profile_view`: `hosts`, `production`, … of the
    team profile. `known_issues`, `past`: see `similar`. `queries`: makes log queries for an ID and a time span.
    Raises UsageError (DP300) when the case names a checklist that does not exist.
    """
    scene = make_scene(case, evidence, findings, profile_view or {})
    checklist, checklist_reason = choose_checklist(str(case.get("checklist") or ""), scene, checklists)
    first = first_failure(scene, _window(case))
    events, omitted = timeline(scene)
    severity, inputs = judge_severity(scene, matrix)
    own = signature(scene, first, checklist.id)
    refs = first.cited.refs if first else ()
    return Assessment(
        checklist=checklist.id,
        checklist_reason=checklist_reason,
        items=completeness(checklist, scene, str(case.get("language") or "en")),
        disposition=dispose(scene, criteria or load_criteria(), None, refs),
        severity=severity,
        readiness=Readiness(),
        signature=own,
        timeline=events,
        request_ids=request_id_uses(scene, queries),
        environment=environments.environment(scene),
        first_failure=first.cited if first else None,
        first_failure_request_ids=first.request_ids if first else (),
        symptom=facts.symptom(scene, first),
        impact=impact_sentences(scene),
        steps=steps(scene, first.exchange if first else None),
        expected=facts.expected(scene),
        actual=facts.actual(scene, first),
        works=what_works(scene),
        tried=facts.tried(scene),
        reproduced=facts.reproduced(scene, first),
        asks=facts.asks(scene),
        extra={"timeline_omitted": omitted, "inputs": {each.name: each.value for each in inputs}},
    )


def _window(case: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    window = case.get("window")
    if not isinstance(window, Mapping):
        return None
    start, end = moment(window.get("start")), moment(window.get("end"))
    return (start, end) if start and end else None


__all__ = ["FirstFailure", "assess", "make_scene"]
