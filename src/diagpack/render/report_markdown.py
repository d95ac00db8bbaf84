"""report.md: the report in text, for terminals, diffs and places that do not open HTML.

Enters: an escalation. Leaves: CommonMark; everything the first screen of `report.html` says, then findings, timeline,
calls, completeness and redaction, each list with a stated end.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from diagpack.model.assessment import Cited, ItemResult, TimelineEvent
from diagpack.model.customer import customer_steps, received
from diagpack.model.escalation import Escalation, Renderer
from diagpack.model.finding import Finding
from diagpack.model.story import chapters
from diagpack.render import _case_words
from diagpack.render import _escape_markdown as markdown
from diagpack.render._customer import received_words, step_words
from diagpack.render._exchanges import Recorded, http_text, recorded
from diagpack.render._json import utc
from diagpack.render._ticket import cause, disposition_text, first_failing, headline, sentence, severity_text
from diagpack.render.redaction_report import by_class
from diagpack.render.ticket_markdown import table

_FINDINGS: Final = 300
_EVENTS: Final = 400
_CALLS: Final = 20
_TEXT: Final = 2_000


class _ReportMarkdown:
    id = "report-markdown"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        yield "report.md", ("\n".join(_lines(escalation)) + "\n").encode()


def _lines(escalation: Escalation) -> Iterator[str]:
    calls = recorded(escalation.evidence)
    failing = first_failing(escalation, calls)
    yield f"# {escalation.case_id}: {markdown.text(_case_words.symptom(escalation), _TEXT)}"
    yield ""
    yield from table(("", ""), _first_screen(escalation, failing))
    yield from _facts(escalation)
    yield from _section("Findings", _findings(escalation), _FINDINGS, "No rule found anything.")
    yield from _section("Timeline (corrected clock, UTC)", map(_event, _events(escalation)), _EVENTS, "No events.")
    yield from _calls(calls, failing)
    yield from _completeness(escalation)
    yield from _redaction(escalation)


def _first_screen(escalation: Escalation, failing: Recorded | None) -> Iterator[tuple[str, str]]:
    assessment = escalation.assessment
    window, local = _case_words.window_text(escalation)
    yield "When", f"{window} ({local})" if local else window
    yield "Impact", "; ".join(map(sentence, assessment.impact)) or "not stated"
    first = assessment.first_failure
    yield "First failure", sentence(first) if first else (failing.status_line if failing else "none in the evidence")
    found = cause(escalation)
    if found:
        yield "Explained by", f"{found.statement} {' '.join(map(str, found.refs[:3]))}"
    if failing:
        yield "Call", f"{failing.method} {failing.url}"[:_TEXT]
    ids = assessment.first_failure_request_ids or tuple(value for _, value in (failing.request_ids if failing else ()))
    yield "Request ID", ", ".join(ids) or "none found"
    yield "Severity", severity_text(assessment.severity)
    yield "Why", " ".join(map(sentence, headline(assessment.severity))) or "no rationale"
    yield "Kind", disposition_text(escalation)
    yield "Reproduced", sentence(assessment.reproduced) if assessment.reproduced else "not tried"
    similar = [f"{each.case} ({each.strength}): {each.why}" for each in assessment.similar]
    yield "Similar cases", "; ".join(similar) or "none found"
    yield "Verify", f"diagpack verify {escalation.package_id}.zip"


def _facts(escalation: Escalation) -> Iterator[str]:
    assessment = escalation.assessment
    yield from _section("Steps to reproduce", _cited(assessment.steps), 50, "Not known yet.")
    yield from _section("Severity, input by input", _cited(assessment.severity.rationale), 50, "No rationale.")
    yield from _section("Expected", _cited([assessment.expected] if assessment.expected else []), 50, "Not stated.")
    yield from _section("Actual", _cited(assessment.actual), 50, "Not stated.")
    yield from _section("What works", _cited(assessment.works), 50, "Not recorded.")
    yield from _section("What was tried", _cited(assessment.tried), 50, "Nothing recorded.")
    yield from _section("Asks", _cited(assessment.asks), 50, "None.")


def _cited(values: Iterable[Cited]) -> Iterator[str]:
    return (markdown.text(sentence(each), _TEXT) for each in values)


def _section(title: str, values: Iterable[str], limit: int, empty: str) -> Iterator[str]:
    everything = list(values)
    yield from ("", f"## {title}", "")
    yield from (f"- {each}" for each in everything[:limit])
    if len(everything) > limit:
        yield f"- … {len(everything) - limit} more, see the package"
    if not everything:
        yield empty


def _findings(escalation: Escalation) -> Iterator[str]:
    """One item a problem; what shows the same from another side is indented below it."""
    for chapter in chapters(escalation.findings):
        others = "".join(f"\n  - {_finding(each)}" for each in chapter.others)
        yield f"{_finding(chapter.primary)}{others}"


def _finding(finding: Finding) -> str:
    cites = " ".join(map(str, finding.refs[:10]))
    words = " ".join(each for each in (finding.statement, finding.means, finding.ask) if each)
    return (
        f"**{finding.level.value}** ({finding.certainty.value}) {markdown.code_span(finding.id, 80)} "
        f"{markdown.text(words, _TEXT)} {markdown.text(cites)}"
    ).rstrip()


def _events(escalation: Escalation) -> list[TimelineEvent]:
    return sorted(escalation.assessment.timeline, key=lambda each: each.at)


def _event(event: TimelineEvent) -> str:
    cites = " ".join(map(str, event.refs[:5]))
    skew = f" (recorded {event.skew_seconds:+g} s)" if event.skew_seconds else ""
    return f"{markdown.code_span(utc(event.at))} {markdown.text(event.text, 300)}{skew} {markdown.text(cites)}".rstrip()


def _calls(calls: tuple[Recorded, ...], failing: Recorded | None) -> Iterator[str]:
    shown = list(dict.fromkeys([*([failing] if failing else []), *(each for each in calls if each.is_failing)]))
    yield from ("", "## Failing calls", "")
    if not shown:
        yield "None in the evidence."
    for each in shown[:_CALLS]:
        yield from (f"{markdown.text(str(each.ref))} in {markdown.code_span(each.path)}", "")
        yield from (markdown.code_block(http_text(each, body_lines=30), "http"), "")
    if len(shown) > _CALLS:
        yield f"… {len(shown) - _CALLS} more, see evidence/har/"


def _completeness(escalation: Escalation) -> Iterator[str]:
    assessment = escalation.assessment
    environment = ((name, sentence(each)) for name, each in assessment.environment.items())
    yield from ("", "## Environment", "")
    yield from table(("", ""), environment)
    missing = (markdown.text(f"{each.label}: {each.reason}", _TEXT) for each in escalation.evidence.missing)
    yield from _section("What was not collected, and why", missing, 200, "Nothing is missing.")
    yield from _section(f"Checklist {markdown.text(assessment.checklist)}", map(_item, assessment.items), 200, "Empty.")
    yield from _customer(escalation)
    limits = (markdown.text(each, _TEXT) for each in escalation.limitations)
    yield from _section("Limitations", limits, 100, "None stated.")


def _customer(escalation: Escalation) -> Iterator[str]:
    """What the customer answered, skipped and why, and how their file was checked."""
    steps = customer_steps(escalation.evidence)
    if steps:
        files = [markdown.text(received_words(each), _TEXT) for each in received(escalation.evidence)]
        lines = [
            f"**{each.status}** {markdown.text(f'{each.title}. {step_words(each)} {each.ref}', _TEXT)}"
            for each in steps
        ]
        yield from _section("From the customer's collector", [*files, *lines], 100, "")


def _item(item: ItemResult) -> str:
    words = f"{item.title or item.item}. {item.reason} {' '.join(map(str, item.refs[:5]))}".rstrip()
    return f"**{item.status.value}** {markdown.text(words, _TEXT)}"


def _redaction(escalation: Escalation) -> Iterator[str]:
    yield from ("", "## Redaction", "")
    counts = by_class(escalation.redaction.counts)
    yield from table(("Class", "Values replaced"), ((name, str(count)) for name, count in counts.items()))


RENDERER: Final[Renderer] = _ReportMarkdown()
