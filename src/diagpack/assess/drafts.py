"""Two short drafts: an update for the customer, and one for colleagues.

Enters: the case and the assessment. Leaves: texts. The customer's holds no internals (no hosts, IDs, severities, rule
names) and no speculation; a problem that is no defect ends in a reply that says what to check. The internal one states
facts with their citations, and what is open.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from diagpack.assess.asks import ask_for, ask_of_topic
from diagpack.assess.texts import text
from diagpack.assess.timeline import FirstFailure
from diagpack.assess.view import short, when
from diagpack.model.assessment import Assessment, ItemStatus, Outcome
from diagpack.model.finding import Finding, Level
from diagpack.model.story import chapters

_MAX_CHECKS: Final = 3
_OUTCOMES: Final = {
    Outcome.DEFECT: "passed_on",
    Outcome.CUSTOMER_CONFIGURATION: "configuration",
    Outcome.THIRD_PARTY: "third_party",
    Outcome.KNOWN_ISSUE: "known",
    Outcome.INTENDED: "intended",
    Outcome.UNCLEAR: "unclear",
}


def customer_update(
    case: Mapping[str, Any],
    outcome: Outcome,
    first: FirstFailure | None,
    findings: Sequence[Finding],
    *,
    workaround: str = "",
    topic: str = "",
) -> str:
    """The draft for the customer, in the language of the case."""
    language = str(case.get("language") or "en")
    case_id = str(case.get("id") or "")
    fact = _fact(first, language)
    opening = text("update", "seen" if fact else "looked", language, case=case_id, fact=fact)
    parts = [text("request", "greeting", language), opening, text("update", _OUTCOMES[outcome], language)]
    if outcome in (Outcome.CUSTOMER_CONFIGURATION, Outcome.THIRD_PARTY):
        parts.append("\n".join(f"- {each}" for each in _checks(findings, language, topic)))
    if outcome is Outcome.KNOWN_ISSUE and workaround:
        parts.append(text("update", "workaround", language, workaround=short(workaround, 300)))
    answers = case.get("answers")
    following = answers.get("next_update") if isinstance(answers, Mapping) else None
    if following:
        parts.append(text("update", "next", language, time=when(str(following))))
    parts.append(text("request", "closing", language))
    return "\n\n".join(parts) + "\n"


def internal_update(case: Mapping[str, Any], found: Assessment) -> str:
    """The draft for colleagues: facts with citations, open points, next step."""
    severity = found.severity
    lines = [f"{case.get('id', '')}: {found.symptom.text if found.symptom else 'no symptom stated yet'}"]
    lines.append(
        f"Severity {severity.level}, priority {severity.priority}{'' if severity.is_confirmed else ' (proposed)'}"
    )
    disposition = "" if found.disposition.is_confirmed else " (proposed)"
    lines.append(f"Disposition: {found.disposition.outcome.value}{disposition}")
    if found.first_failure:
        lines.append(f"First failure: {found.first_failure}")
    if found.first_failure_request_ids:
        lines.append(f"Request IDs: {', '.join(found.first_failure_request_ids[:5])}")
    if found.similar:
        lines.append(f"Seen before: {found.similar[0].why}")
    missing = [each.title for each in found.items if each.status is ItemStatus.MISSING and each.is_required]
    if missing:
        lines.append(f"Missing: {', '.join(missing)}")
    blocking = [each.id for each in found.readiness.results if each.is_blocking and not each.is_deferred]
    lines.append(f"Readiness {found.readiness.score} of 100" + (f", open: {', '.join(blocking)}" if blocking else ""))
    return "\n".join(lines) + "\n"


def _fact(first: FirstFailure | None, language: str) -> str:
    """What failed and when, without a host, address or ID."""
    if first is None:
        return ""
    exchange = first.exchange
    if exchange is None:
        what = text("update", "fact_other", language)
    elif not exchange.failure:
        what = text("update", "fact_slow", language, seconds=f"{exchange.duration_ms / 1000:.1f}")
    elif 0 < exchange.status < 400:
        what = text("update", "fact_inside", language)
    elif exchange.status > 0:
        what = text("update", "fact_status", language, status=str(exchange.status))
    else:
        what = text("update", "fact_none", language)
    at: datetime | None = exchange.at if exchange else None
    if at is None:
        return f"{what}."
    return text("update", "fact_at", language, time=f"{at:%Y-%m-%d %H:%M}", what=what)


def _checks(findings: Sequence[Finding], language: str, topic: str) -> list[str]:
    """What to check, in the language of the case: by finding, else by topic, else in general. One request a problem."""
    primary = [each.primary for each in chapters(findings)]
    asked = [
        ask_for(each.id, language, each.ask)
        for level in (Level.ERROR, Level.WARNING)
        for each in primary
        if each.level is level
    ]
    found = [short(each, 300) for each in dict.fromkeys(asked) if each][:_MAX_CHECKS]
    return found or [ask_of_topic(topic, language) or text("update", "check", language)]
