"""ticket.md: the ticket as Markdown, to paste anywhere that is not Jira.

Enters: an escalation. Leaves: CommonMark with pipe tables, at most 30,000 characters.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from diagpack.model.escalation import Escalation, Renderer
from diagpack.render import _escape_markdown as markdown
from diagpack.render._ticket import Ticket, fitted

LIMIT: Final = 30_000


class _TicketMarkdown:
    id = "ticket-markdown"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        yield "ticket.md", body(escalation).encode()


def body(escalation: Escalation) -> str:
    """The ticket, cut until it fits."""
    return fitted(escalation, lambda found: "\n".join(_lines(found)) + "\n", lambda source: len(source) <= LIMIT)


def _lines(found: Ticket) -> Iterator[str]:
    yield f"# {markdown.text(found.summary)}"
    yield from ("", f"> **Problem:** {markdown.text(found.problem)}")
    yield from (">", f"> **Ask:** {markdown.text(found.ask)}", "")
    yield from table(("", ""), found.facts)
    yield from _section("Impact", found.impact, "Not stated.")
    yield from _section("Steps to reproduce", found.steps, "Not known yet.", is_numbered=True)
    yield from _section("Expected", found.expected, "Not stated.")
    yield from _section("Actual", found.actual, "Not stated.")
    yield from ("", "## Evidence", "", f"First failure: {markdown.text(found.failing_note)}")
    if found.failing:
        yield from ("", markdown.code_block(found.failing, "http"))
    if found.findings:
        yield from ("", *(f"- {markdown.text(each)}" for each in found.findings))
    yield from _section("What works", found.works, "")
    yield from _section("What was tried", found.tried, "Nothing recorded.")
    yield from _section("Seen before?", found.similar, "No similar case found.")
    if found.environment:
        yield from ("", "## Environment", "")
        yield from table(("", ""), found.environment)
    yield from _section("HAR summary", found.har_summary, "")
    yield from _section("What was not collected, and why", found.missing, "")
    attached, command, redacted = found.trust
    yield from ("", "## Package, verification and redaction", "", f"- {markdown.text(attached)}")
    yield from (f"- {markdown.code_span(command)}", f"- {markdown.text(redacted)}")
    if found.asks:
        yield from ("", "## Asks", "", *(f"- [ ] {markdown.text(each)}" for each in found.asks))


def table(header: tuple[str, str], rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A pipe table of two columns."""
    yield f"| {header[0]} | {header[1]} |"
    yield "|---|---|"
    yield from (f"| {markdown.text(name)} | {markdown.text(value)} |" for name, value in rows)


def _section(title: str, values: tuple[str, ...], empty: str, *, is_numbered: bool = False) -> Iterator[str]:
    if values or empty:
        yield from ("", f"## {title}", "")
        for number, each in enumerate(values, 1):
            yield f"{f'{number}.' if is_numbered else '-'} {markdown.text(each)}"
        if not values:
            yield empty


RENDERER: Final[Renderer] = _TicketMarkdown()
