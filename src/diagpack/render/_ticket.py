"""What a ticket says, before any markup: one value, of which ADF, wiki markup and Markdown are views.

Enters: an escalation and how much room there is. Leaves: a `Ticket` whose strings are plain text from the evidence;
each format escapes them itself. Order of parts: jira.md, section 8.2 of the project's notes (problem and ask first,
trust last).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from diagpack.model.assessment import Cited, Severity
from diagpack.model.escalation import Escalation
from diagpack.model.exchange import number
from diagpack.model.finding import Finding, Level
from diagpack.model.ref import EvidenceRef
from diagpack.model.story import chapters, explains
from diagpack.render import _case_words
from diagpack.render._exchanges import Recorded, http_text, most_important, recorded
from diagpack.render._visible import clipped, one_line
from diagpack.render.redaction_report import by_class

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """How much of everything a ticket may hold: list items, characters of one text, lines of one body."""

    items: int
    characters: int
    body_lines: int


# Tried in this order until the ticket fits; the last one fits whatever the evidence holds.
ROOMS: Final = (Room(20, 800, 12), Room(12, 400, 8), Room(8, 200, 5), Room(4, 120, 2))


_CITATIONS: Final = 4


@dataclass(frozen=True, slots=True)
class Ticket:
    """The parts of a ticket, in order. Lists end in a line that says how many items were left out."""

    summary: str
    labels: tuple[str, ...]
    tone: str
    severity: str
    problem: str
    ask: str
    facts: tuple[tuple[str, str], ...]
    impact: tuple[str, ...]
    steps: tuple[str, ...]
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    failing: str
    failing_note: str
    findings: tuple[str, ...]
    works: tuple[str, ...]
    tried: tuple[str, ...]
    similar: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    har_summary: tuple[str, ...]
    missing: tuple[str, ...]
    trust: tuple[str, str, str]
    asks: tuple[str, ...]


def _signature_label(signature: str) -> tuple[str, ...]:
    """The signature as a label, so that the tracker finds tickets of the same failure."""
    return (signature.replace(":", "-"),) if re.fullmatch(r"dp\d:[0-9a-f]{12}", signature, re.ASCII) else ()


def ticket(escalation: Escalation, room: Room = ROOMS[0]) -> Ticket:
    """The ticket of an escalation."""
    assessment = escalation.assessment
    calls = recorded(escalation.evidence)
    failing = first_failing(escalation, calls)
    return Ticket(
        summary=summary(escalation),
        labels=("diagpack", f"diagpack-case-{escalation.case_id}", *_signature_label(assessment.signature.value)),
        tone={"S1": "error", "S2": "error", "S3": "warning"}.get(assessment.severity.level, "info"),
        severity=one_line(assessment.severity.level, 20) or "not set",
        problem=one_line(_case_words.symptom(escalation), room.characters),
        ask=one_line(_case_words.ask(escalation), room.characters) or "Not stated yet.",
        facts=tuple((name, one_line(value, room.characters)) for name, value in _facts(escalation, failing) if value),
        impact=_listed(map(sentence, assessment.impact), room),
        steps=_listed(map(sentence, assessment.steps), room),
        expected=_listed(map(sentence, [assessment.expected] if assessment.expected else []), room),
        actual=_listed(map(sentence, assessment.actual), room),
        failing=http_text(failing, body_lines=room.body_lines, width=room.characters) if failing else "",
        failing_note=one_line(_failing_note(escalation, failing), room.characters),
        findings=_listed(_findings(escalation), room),
        works=_listed(map(sentence, assessment.works), room),
        tried=_listed(map(sentence, assessment.tried), room),
        similar=_listed((f"{each.case} ({each.strength}): {each.why}" for each in assessment.similar), room),
        environment=_environment(assessment.environment, room),
        har_summary=_listed(_har_summary(escalation, calls), room),
        missing=_listed((f"{each.label}: {each.reason}" for each in escalation.evidence.missing), room),
        trust=trust(escalation),
        asks=_listed(map(sentence, assessment.asks), room),
    )


def fitted(escalation: Escalation, make: Callable[[Ticket], T], fits: Callable[[T], bool]) -> T:
    """The first rendering that fits, from the roomiest ticket to the tightest."""
    made = make(ticket(escalation, ROOMS[0]))
    for room in ROOMS[1:]:
        if fits(made):
            break
        made = make(ticket(escalation, room))
    return made


def sentence(cited: Cited) -> str:
    """The sentence, its citations (those in the text once, at most four more), and that nobody has confirmed it yet."""
    refs = [str(ref) for ref in dict.fromkeys(cited.refs) if str(ref) not in cited.text]
    if len(refs) > _CITATIONS:
        refs = [*refs[: _CITATIONS - 1], f"and {len(refs) - _CITATIONS + 1} more"]
    return " ".join([cited.text, *refs, *(["(proposed)"] if cited.is_proposed else [])])


def summary(escalation: Escalation) -> str:
    """One line of at most 120 characters for the summary field."""
    text = one_line(_case_words.word(escalation, "title") or _case_words.symptom(escalation))
    return text if len(text) <= 120 else text[:119].rstrip() + "…"


def headline(severity: Severity) -> tuple[Cited, ...]:
    """The rationale in short: its first sentence when the inputs follow one by one, else all of it."""
    return severity.rationale[:1] if len(severity.rationale) > 2 else severity.rationale


def severity_text(severity: Severity) -> str:
    """Level, priority, who confirmed it, and what it was before an override."""
    parts = [severity.level or "not set"]
    if severity.priority:
        parts.append(f"priority {severity.priority}")
    if severity.override_reason:
        parts.append(f"proposed {severity.proposed_level}, changed because {severity.override_reason}")
    parts.append(f"confirmed by {severity.confirmed_by}" if severity.is_confirmed else "proposed")
    return ", ".join(parts)


def disposition_text(escalation: Escalation) -> str:
    """What kind of problem this is and who says so."""
    disposition = escalation.assessment.disposition
    by = f"confirmed by {disposition.confirmed_by}" if disposition.is_confirmed else "proposed"
    return f"{disposition.outcome.value}, {by}"


def trust(escalation: Escalation) -> tuple[str, str, str]:
    """Three lines: what to verify, how, and what was replaced."""
    counts = by_class(escalation.redaction.counts)
    named = [f"{name} {count}" for name, count in counts.items()]
    if len(named) > 12:
        named = [*named[:12], f"{len(named) - 12} more classes"]
    total = sum(counts.values())
    return (
        f"Attached: {escalation.package_id}.zip, signed. Its digest and signer are what the next line prints.",
        f"diagpack verify {escalation.package_id}.zip --issue KEY",
        one_line(f"Redacted: {total} values" + (f" ({', '.join(named)})" if named else ""), 600),
    )


def first_failing(escalation: Escalation, calls: tuple[Recorded, ...]) -> Recorded | None:
    """The exchange the first failure cites, else the first one that failed."""
    first = escalation.assessment.first_failure
    cited: tuple[EvidenceRef, ...] = first.refs if first else ()
    by_ref = {each.ref: each for each in calls}
    found = next((by_ref[ref] for ref in cited if ref in by_ref), None)
    # A first failure that lies elsewhere (a log line, an assertion) is not replaced by a later call.
    return found if found or first else most_important(calls)


def _facts(escalation: Escalation, failing: Recorded | None) -> Iterable[tuple[str, str]]:
    assessment = escalation.assessment
    utc, local = _case_words.window_text(escalation)
    ids = assessment.first_failure_request_ids or tuple(value for _, value in (failing.request_ids if failing else ()))
    environment = {key: each.text for key, each in assessment.environment.items()}
    yield "Severity", severity_text(assessment.severity)
    yield "Why", " ".join(sentence(each) for each in headline(assessment.severity))
    yield "Kind", disposition_text(escalation)
    yield "Seen", f"{utc} ({local})" if local else utc
    yield "Customer", environment.get("tenant", "") or _case_words.word(escalation, "environment", "tenant")
    yield (
        "Build",
        environment.get("product_version", "") or _case_words.word(escalation, "environment", "product_version"),
    )
    yield "First failure", sentence(assessment.first_failure) if assessment.first_failure else ""
    found = cause(escalation)
    yield "Explained by", f"{found.statement} {' '.join(map(str, found.refs[:3]))}" if found else ""
    yield "Request ID", ", ".join(ids[:5])
    yield "Reproduced", sentence(assessment.reproduced) if assessment.reproduced else "not tried"
    yield "Incident", _case_words.word(escalation, "incident")
    yield "Case", f"{escalation.case_id}, package {escalation.package_id}.zip, signature {assessment.signature.value}"


def cause(escalation: Escalation) -> Finding | None:
    """The finding that tells why the first failure happened; None when none does, or the failure says it itself."""
    found, first = explains(escalation.findings), escalation.assessment.first_failure
    if found is None or (first is not None and first.text.startswith(found.statement.rstrip(".")[:80])):
        return None
    return found


def _failing_note(escalation: Escalation, failing: Recorded | None) -> str:
    first = escalation.assessment.first_failure
    if failing is not None:
        return f"{failing.ref} in {failing.path}"
    return sentence(first) if first else "No failing call is in the evidence."


def _findings(escalation: Escalation) -> Iterable[str]:
    """One line a problem; what shows the same from another side is counted, the report has each of them."""
    for chapter in chapters(escalation.findings):
        each = chapter.primary
        if each.level is Level.INFO:
            continue
        cites = " ".join(map(str, each.refs[:5]))
        same = f" (+{len(chapter.others)} on the same failure)" if chapter.others else ""
        yield f"{each.statement} ({each.certainty.value}) {cites}{same}".strip()


def _environment(environment: Mapping[str, Cited], room: Room) -> tuple[tuple[str, str], ...]:
    rows = [
        (one_line(name, 60).replace("_", " "), one_line(sentence(each), room.characters))
        for name, each in environment.items()
    ]
    rest = len(rows) - room.items
    return tuple(rows) if rest <= 0 else (*rows[: room.items], ("…", f"{rest} more, see report.html"))


def _har_summary(escalation: Escalation, calls: tuple[Recorded, ...]) -> Iterable[str]:
    for artifact in escalation.evidence.of_kind("har"):
        own = [each for each in calls if each.ref.artifact == artifact.id]
        facts = artifact.facts
        parts = [f"{artifact.package_path}: {len(own)} of {facts.get('entries_total', len(own))} entries"]
        parts.append(f"{sum(each.is_failing for each in own)} failing")
        if facts.get("writer"):
            parts.append(f"captured with {clipped(str(facts['writer']), 80)}")
        if abs(number(facts.get("skew_seconds"), 0.0)) >= 2:
            off = number(facts["skew_seconds"], 0.0)
            side = "ahead of" if off > 0 else "behind"
            parts.append(f"its clock {abs(off):g} s {side} the servers', corrected here")
        yield ", ".join(parts)
    shown = [each for each in calls if each.is_failing]
    for each in shown:
        yield f"{each.ref} {each.method} {clipped(each.url, 160)}: {each.status_line}"


def _listed(texts: Iterable[str], room: Room) -> tuple[str, ...]:
    everything = [each for each in texts if each]
    shown = [one_line(each, room.characters) for each in everything[: room.items]]
    rest = len(everything) - len(shown)
    return (*shown, f"… {rest} more, see report.html in the package") if rest else tuple(shown)
