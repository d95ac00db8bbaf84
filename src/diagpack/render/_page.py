"""Everything the page shows, as plain values: the template only arranges them.

Enters: an escalation. Leaves: a `Page`. Statements are viewed first, so that the evidence sections know which places
were cited.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from diagpack.model.assessment import Cited, RequestIdUse, TimelineEvent
from diagpack.model.capture import hosts_in
from diagpack.model.customer import customer_steps, received
from diagpack.model.escalation import Escalation
from diagpack.model.finding import Finding
from diagpack.model.story import chapters
from diagpack.render import _case_words
from diagpack.render._citations import Citations, Link, Sentence
from diagpack.render._customer import received_words, step_words
from diagpack.render._exchanges import Recorded, recorded
from diagpack.render._page_calls import CallGroup, call_groups, duration_text
from diagpack.render._page_evidence import ArtifactView, artifact_views
from diagpack.render._page_logs import LogView, log_views
from diagpack.render._page_sso import Flow, sso_flow
from diagpack.render._ticket import cause, disposition_text, first_failing, headline, severity_text
from diagpack.render._visible import clipped
from diagpack.render.redaction_report import by_class

_FINDINGS: Final = 200
_EVENTS: Final = 400
_IDS: Final = 100
_TEXT: Final = 2_000
_WORDS: Final = 600


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding; `number` makes its anchor."""

    number: int
    id: str
    level: str
    certainty: str
    statement: Sentence
    means: str
    ask: str
    source: str
    others: tuple["FindingView", ...] = ()
    """What shows the same failure from another side."""


@dataclass(frozen=True, slots=True)
class EventView:
    """One event; `gap` is the pause before it when it is long."""

    date: str
    time: str
    gap: str
    source: str
    level: str
    statement: Sentence
    skew: str
    request_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemView:
    title: str
    status: str
    is_required: bool
    statement: Sentence
    question: str


@dataclass(frozen=True, slots=True)
class IdView:
    """One request ID with the log queries that find it."""

    id: str
    name: str
    is_failing: bool
    links: tuple[Link, ...]
    seen: str
    queries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The sections in order. `rest_…` count what was left out of a list."""

    escalation: Escalation
    symptom: Sentence
    when: tuple[str, str]
    impact: tuple[Sentence, ...]
    where: str
    first_failure: Sentence | None
    first_call: Recorded | None
    first_time: str
    first_ids: tuple[str, ...]
    cause: Sentence | None
    incident: str
    severity: str
    severity_tone: str
    rationale: tuple[Sentence, ...]
    inputs: tuple[Sentence, ...]
    disposition: str
    disposition_reasons: tuple[Sentence, ...]
    reproduced: Sentence | None
    similar: tuple[tuple[str, str, str, str], ...]
    steps: tuple[Sentence, ...]
    expected: Sentence | None
    actual: tuple[Sentence, ...]
    works: tuple[Sentence, ...]
    tried: tuple[Sentence, ...]
    asks: tuple[Sentence, ...]
    ask: str
    findings: tuple[FindingView, ...]
    rest_findings: int
    events: tuple[EventView, ...]
    rest_events: int
    skews: tuple[str, ...]
    ids: tuple[IdView, ...]
    environment: tuple[tuple[str, Sentence], ...]
    checklist_reason: Sentence
    items: tuple[ItemView, ...]
    customer_files: tuple[str, ...]
    customer: tuple[tuple[str, str, Sentence], ...]
    capture: tuple[tuple[str, str, str], ...]
    redaction: tuple[tuple[str, int, int], ...]
    redaction_total: int
    flow: Flow | None
    calls: tuple[CallGroup, ...]
    logs: tuple[LogView, ...]
    artifacts: tuple[ArtifactView, ...]


def page(escalation: Escalation) -> Page:
    """The page of an escalation."""
    assessment = escalation.assessment
    cite = Citations(escalation.evidence)
    calls = recorded(escalation.evidence)
    first = first_failing(escalation, calls)
    if first is not None:
        cite.link(first.ref)
    ids = assessment.first_failure_request_ids or tuple(value for _, value in (first.request_ids if first else ()))
    events = _events(assessment.timeline)
    counts = by_class(escalation.redaction.counts)
    known = [*ids, *(each.id for each in assessment.request_ids)]
    # Keyword order is evaluation order: every statement comes before the evidence it cites.
    return Page(
        escalation=escalation,
        symptom=cite.statement(
            clipped(_case_words.symptom(escalation), _WORDS), assessment.symptom.refs if assessment.symptom else ()
        ),
        when=_case_words.window_text(escalation),
        impact=_sentences(assessment.impact, cite),
        where=_where(assessment.environment),
        first_failure=_sentence(assessment.first_failure, cite),
        first_call=first,
        first_time=_time_and_duration(first),
        first_ids=tuple(clipped(each, 200) for each in ids[:5]),
        cause=_cause(escalation, cite),
        incident=clipped(_case_words.word(escalation, "incident"), 80),
        severity=severity_text(assessment.severity),
        severity_tone={"S1": "bad", "S2": "bad", "S3": "warn"}.get(assessment.severity.level, "calm"),
        rationale=tuple(_short(each, cite) for each in headline(assessment.severity)),
        inputs=_sentences(assessment.severity.rationale, cite) if len(assessment.severity.rationale) > 2 else (),
        disposition=disposition_text(escalation),
        disposition_reasons=_sentences(assessment.disposition.reasons, cite),
        reproduced=_sentence(assessment.reproduced, cite),
        similar=tuple(
            (each.case, each.strength, clipped(each.why, _WORDS), clipped(each.known_issue, _WORDS))
            for each in assessment.similar[:10]
        ),
        steps=_sentences(assessment.steps, cite),
        expected=_sentence(assessment.expected, cite),
        actual=_sentences(assessment.actual, cite),
        works=_sentences(assessment.works, cite),
        tried=_sentences(assessment.tried, cite),
        asks=_sentences(assessment.asks, cite),
        ask=clipped(_case_words.ask(escalation), _WORDS),
        findings=_finding_views(escalation, cite),
        rest_findings=max(0, len(escalation.findings) - _FINDINGS),
        events=_event_views(events, cite),
        rest_events=len(assessment.timeline) - len(events) + _omitted(escalation),
        skews=_skews(escalation),
        ids=tuple(_id(each, cite) for each in assessment.request_ids[:_IDS]),
        environment=tuple(
            (name.replace("_", " "), cite.sentence(each)) for name, each in list(assessment.environment.items())[:100]
        ),
        checklist_reason=cite.statement(clipped(assessment.checklist_reason, _WORDS), ()),
        items=tuple(
            ItemView(
                each.title or each.item,
                each.status.value,
                each.is_required,
                cite.statement(clipped(each.reason, _WORDS), each.refs),
                clipped(each.question, _WORDS),
            )
            for each in assessment.items[:200]
        ),
        customer_files=tuple(received_words(each) for each in received(escalation.evidence)),
        customer=tuple(
            (each.status, clipped(each.title, 200), cite.statement(clipped(step_words(each), _WORDS), (each.ref,)))
            for each in customer_steps(escalation.evidence)
        ),
        capture=_capture(escalation),
        redaction=tuple((name, count, 100 * count // max(counts.values())) for name, count in counts.items()),
        redaction_total=sum(counts.values()),
        flow=sso_flow(escalation.evidence, calls, cite, first),
        calls=call_groups(calls, cite, first, hosts_in(escalation.case)),
        logs=log_views(escalation.evidence, cite, known),
        artifacts=artifact_views(escalation.evidence, cite),
    )


def _sentence(cited: Cited | None, cite: Citations) -> Sentence | None:
    return (
        None if cited is None else cite.statement(clipped(cited.text, _TEXT), cited.refs, is_proposed=cited.is_proposed)
    )


def _sentences(cited: Iterable[Cited], cite: Citations) -> tuple[Sentence, ...]:
    every = list(cited)
    views = [_sentence(each, cite) for each in every[:50]]
    rest = len(every) - len(views)
    return (*(each for each in views if each), *([Sentence(f"… {rest} more, see report.md")] if rest else []))


def _short(cited: Cited, cite: Citations) -> Sentence:
    """A sentence of the first screen: at most three citations, the rest is in its own section."""
    return cite.statement(clipped(cited.text, _WORDS), cited.refs[:3], is_proposed=cited.is_proposed)


def _cause(escalation: Escalation, cite: Citations) -> Sentence | None:
    """What explains the first failure, where a finding does and says more than the failure itself."""
    found = cause(escalation)
    return cite.statement(clipped(found.statement, _WORDS), found.refs[:3]) if found else None


def _finding_views(escalation: Escalation, cite: Citations) -> tuple[FindingView, ...]:
    """One view a problem, numbered over all findings, so that each has an anchor of its own."""
    views, number = [], 0
    for chapter in chapters(escalation.findings[:_FINDINGS]):
        primary = number + 1
        others = tuple(_finding(primary + at, each, cite) for at, each in enumerate(chapter.others, 1))
        views.append(_finding(primary, chapter.primary, cite, others))
        number = primary + len(others)
    return tuple(views)


def _finding(number: int, finding: Finding, cite: Citations, others: tuple[FindingView, ...] = ()) -> FindingView:
    return FindingView(
        number=number,
        id=finding.id,
        level=finding.level.value,
        certainty=finding.certainty.value,
        statement=cite.statement(clipped(finding.statement, _TEXT), finding.refs),
        means=clipped(finding.means, _WORDS),
        ask=clipped(finding.ask, _WORDS),
        source=clipped(finding.source, 200),
        others=others,
    )


def _events(timeline: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    """At most the limit: errors and warnings before plain events, in order of time."""
    ordered = sorted(timeline, key=lambda each: each.at)
    if len(ordered) <= _EVENTS:
        return ordered
    ranked = sorted(range(len(ordered)), key=lambda number: (ordered[number].level == "info", number))
    return [ordered[number] for number in sorted(ranked[:_EVENTS])]


def _event_views(events: list[TimelineEvent], cite: Citations) -> tuple[EventView, ...]:
    views = []
    previous: TimelineEvent | None = None
    for each in events:
        pause = (each.at - previous.at).total_seconds() if previous else 0.0
        views.append(
            EventView(
                date=f"{each.at:%Y-%m-%d}" if previous is None or each.at.date() != previous.at.date() else "",
                time=f"{each.at:%H:%M:%S}.{each.at.microsecond // 1000:03d}",
                gap=f"+{pause:.1f} s" if 1 <= pause < 120 else f"+{pause / 60:.0f} min" if pause >= 120 else "",
                source=each.source,
                level=each.level if each.level in ("error", "warning") else "info",
                statement=cite.statement(clipped(each.text, _WORDS), each.refs),
                skew=f"{-each.skew_seconds:+g} s" if each.skew_seconds else "",
                request_ids=each.request_ids[:3],
            )
        )
        previous = each
    return tuple(views)


def _skews(escalation: Escalation) -> tuple[str, ...]:
    """One sentence per capture whose clock was corrected."""
    found = []
    for artifact in escalation.evidence:
        skew = artifact.facts.get("skew_seconds")
        if isinstance(skew, int | float) and not isinstance(skew, bool) and abs(skew) >= 1:
            off = f"{abs(skew):g} s {'ahead of' if skew > 0 else 'behind'} the servers'"
            found.append(f"{artifact.id}: its clock was {off}; its times are the servers' here.")
    return tuple(found)


def _time_and_duration(call: Recorded | None) -> str:
    if call is None or call.started is None:
        return ""
    started = f"{call.started:%Y-%m-%d %H:%M:%S}.{call.started.microsecond // 1000:03d} UTC"
    return f"{started}, {duration_text(call.duration_ms)}"


def _where(environment: Mapping[str, Cited]) -> str:
    """Tenant, region, version, browser and system in one line; the environment section has the citations."""
    names = ("tenant", "region", "product_version", "browser", "os")
    return " · ".join(clipped(environment[each].text, 80) for each in names if each in environment)


def _omitted(escalation: Escalation) -> int:
    found = escalation.assessment.extra.get("timeline_omitted")
    return found if isinstance(found, int) else 0


def _id(each: RequestIdUse, cite: Citations) -> IdView:
    links = tuple(cite.link(ref) for ref in each.refs[:8])
    queries = tuple((name, clipped(query, 1_000)) for name, query in sorted(each.queries.items()))
    return IdView(clipped(each.id, 200), clipped(each.name, 80), each.is_failing, links, _seen(each), queries)


def _seen(each: RequestIdUse) -> str:
    """First and last time, and which artifacts the ID joins: `09:00:04 to 09:00:05 UTC, joins har-1 and log-1`."""
    parts = []
    if each.first is not None:
        parts.append(f"{each.first:%Y-%m-%d %H:%M:%S}")
        if each.last is not None and (each.last - each.first).total_seconds() >= 1:
            parts[0] += f" to {each.last:%Y-%m-%d %H:%M:%S}"
        parts[0] += " UTC"
    artifacts = list(dict.fromkeys(str(ref.artifact) for ref in each.refs))
    if len(artifacts) > 1:
        parts.append(f"joins {', '.join(artifacts[:-1])} and {artifacts[-1]}")
    return ", ".join(parts)


def _capture(escalation: Escalation) -> tuple[tuple[str, str, str], ...]:
    """What the recordings themselves lack: artifact, message, how to do better."""
    found: list[tuple[str, str, str]] = []
    for artifact in escalation.evidence.of_kind("har"):
        found += [
            (str(artifact.id), clipped(str(note.get("message", "")), _WORDS), clipped(str(note.get("ask", "")), _WORDS))
            for note in artifact.facts.get("capture") or ()
            # A clock that is off lacks nothing: it is corrected, and a finding of its own.
            if note.get("id") != "har.skew"
        ]
        found += [
            (str(artifact.id), clipped(f"{each.get('count', '?')} × {each.get('reason', '')}", _WORDS), "")
            for each in artifact.facts.get("dropped") or ()
        ]
    return tuple(found[:50])
