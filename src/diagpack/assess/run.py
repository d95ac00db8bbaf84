"""The whole assessment, in the order in which its parts need one another.

Enters: the redacted content of the case artifact, redacted evidence, findings, checklists, matrix, and what the team
profile says. Leaves: one `Assessment`. No clock, no network, no randomness: the same input gives the same value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from diagpack.assess import environment as environments
from diagpack.assess import facts
from diagpack.assess.completeness import completeness
from diagpack.assess.conditions import Scene
from diagpack.assess.customer import with_customer
from diagpack.assess.disposition import Criteria, dispose, load_criteria
from diagpack.assess.drafts import customer_update, internal_update
from diagpack.assess.handoff import handoff_lines
from diagpack.assess.impact import impact_sentences, what_works
from diagpack.assess.lint_view import Delivery, LintView
from diagpack.assess.message import customer_message, has_sign_in_data
from diagpack.assess.readiness import deferred_asks, lint
from diagpack.assess.request_ids import QueryMaker, request_id_uses
from diagpack.assess.severity import Matrix, judge_severity
from diagpack.assess.signature import error_text, signature
from diagpack.assess.similar import error_words, find_similar, known_match
from diagpack.assess.steps import steps
from diagpack.assess.strictness import Strictness
from diagpack.assess.texts import is_draft
from diagpack.assess.timeline import FirstFailure, first_failure, timeline
from diagpack.assess.topic import choose_checklist
from diagpack.assess.view import calls, first_party_hosts, moment
from diagpack.model.assessment import Assessment, Readiness
from diagpack.model.checklist import Checklist
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Finding


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
    is_urgent: bool = False,
    has_live_credentials: bool | None = None,
    delivery: Delivery | None = None,
) -> Assessment:
    """Everything the room concludes about a case.

    `case`: the JSON form of `model.case.Case`, redacted. `profile_view`: `hosts`, `production`, … of the team profile.
    `known_issues`, `past`: see `similar`. `queries`: makes log queries for an ID and a time span. `is_urgent`: see
    `readiness`. `has_live_credentials`: what the redactor found; None takes it from the counts of the artifacts.
    `delivery`: facts of the package and the reason given to `submit`, for E12 to E15 and E18. Raises UsageError (DP300)
    when the case names a checklist that does not exist.

    `extra` of the result: `inputs` of the severity, `timeline_omitted`, `words` (to be stored with the signature),
    `customer_update`, `internal_update`, `status` (lines), `message_is_draft` (the language needs a speaker),
    `incident`, and `searched` when past cases or known issues were searched.
    """
    scene = make_scene(case, evidence, findings, profile_view or {})
    checklist, checklist_reason = choose_checklist(str(case.get("checklist") or ""), scene, checklists)
    first = first_failure(scene, _window(case))
    events, omitted = timeline(scene)
    severity, inputs = judge_severity(scene, matrix)
    own = signature(scene, first, checklist.id)
    words = error_words(error_text(scene, first))
    similar = find_similar(own, words, past=past, known_issues=known_issues, case_id=str(case.get("id") or ""))
    found = Assessment(
        checklist=checklist.id,
        checklist_reason=checklist_reason,
        items=completeness(checklist, scene, _language(case)),
        disposition=dispose(
            scene, criteria or load_criteria(), known_match(similar), first.cited.refs if first else ()
        ),
        severity=severity,
        readiness=Readiness(),
        signature=own,
        similar=similar,
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
        extra={
            "inputs": {each.name: each.value for each in inputs},
            "timeline_omitted": omitted,
            "words": sorted(words),
            "searched": len(past) + len(known_issues),
            "incident": str(case.get("incident") or ""),
        },
    )
    found = _with_readiness(found, scene, matrix.strictness, is_urgent, delivery)
    if has_live_credentials is None:
        has_live_credentials = has_sign_in_data(evidence, findings)
    return _with_texts(found, scene, checklist, first, known_issues, has_live_credentials)


def make_scene(
    case: Mapping[str, Any],
    evidence: EvidenceSet,
    findings: Sequence[Finding],
    profile_view: Mapping[str, Any],
) -> Scene:
    """Everything the parts of an assessment ask about, parsed once."""
    found = calls(evidence, first_party_hosts(case, profile_view))
    case = with_customer(case, evidence)
    scene = Scene(evidence, case, findings, found)
    known = {name: cited.refs for name, cited in environments.environment(scene).items()}
    return Scene(evidence, case, findings, found, known)


def _with_readiness(
    found: Assessment, scene: Scene, strictness: Strictness, is_urgent: bool, delivery: Delivery | None
) -> Assessment:
    view = LintView(scene.case, scene.evidence, found, tuple(scene.exchanges), delivery)
    readiness = lint(view, strictness, is_urgent=is_urgent)
    open_asks = deferred_asks(readiness, view.answer("assignee"))
    return replace(found, readiness=readiness, asks=(*found.asks, *open_asks))


def _with_texts(
    found: Assessment,
    scene: Scene,
    checklist: Checklist,
    first: FirstFailure | None,
    known_issues: Sequence[Mapping[str, Any]],
    has_credentials: bool,
) -> Assessment:
    """The texts that are made from everything else."""
    case = scene.case
    message = customer_message(
        found.items,
        checklist,
        case_id=str(case.get("id") or ""),
        language=_language(case),
        browser=found.environment["browser"].text if "browser" in found.environment else "",
        has_credentials=has_credentials,
    )
    known = known_match(found.similar)
    issue = next((each for each in known_issues if known and each["id"] == known.known_issue), {})
    update = customer_update(
        case,
        found.disposition.outcome,
        first,
        scene.findings,
        workaround=str(issue.get("workaround", "")),
        topic=found.checklist,
    )
    extra = {
        **found.extra,
        "customer_update": update,
        "internal_update": internal_update(case, found),
        "status": handoff_lines(case, found),
        "message_is_draft": is_draft(_language(case)),
    }
    return replace(found, customer_message=message, extra=extra)


def _language(case: Mapping[str, Any]) -> str:
    return str(case.get("language") or "en")


def _window(case: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    window = case.get("window")
    if not isinstance(window, Mapping):
        return None
    start, end = moment(window.get("start")), moment(window.get("end"))
    return (start, end) if start and end else None
