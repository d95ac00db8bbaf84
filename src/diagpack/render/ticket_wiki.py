"""ticket.wiki.txt: the ticket in Jira wiki markup, for Data Center and as fallback (REST v2).

Enters: an escalation. Leaves: at most 30,000 characters of wiki markup; text from the evidence is escaped and never
starts a line.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from diagpack.model.escalation import Escalation, Renderer
from diagpack.render import _escape_wiki as wiki
from diagpack.render._ticket import Ticket, fitted

# Data Center's default limit is 32,767 characters of markup.
LIMIT: Final = 30_000
_PANEL: Final = {"error": "warning", "warning": "note", "info": "info"}


class _TicketWiki:
    id = "ticket-wiki"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        yield "ticket.wiki.txt", body(escalation).encode()


def body(escalation: Escalation) -> str:
    """The description, cut until it fits."""
    return fitted(escalation, lambda found: "\n".join(_lines(found)) + "\n", lambda markup: len(markup) <= LIMIT)


def _lines(found: Ticket) -> Iterator[str]:
    macro = _PANEL[found.tone]
    yield "{" + macro + "}"
    yield f"*Problem:* {wiki.text(found.problem)}"
    yield f"*Ask:* {wiki.text(found.ask)}"
    yield "{" + macro + "}"
    yield from _table(found.facts)
    yield from _section("Impact", found.impact, "Not stated.")
    yield from _section("Steps to reproduce", found.steps, "Not known yet.", marker="#")
    yield from _expected_actual(found)
    yield from ("", "h2. Evidence", f"First failure: {wiki.text(found.failing_note)}")
    if found.failing:
        yield wiki.noformat(found.failing)
    yield from (f"* {wiki.text(each)}" for each in found.findings)
    yield from _section("What works", found.works, "")
    yield from _section("What was tried", found.tried, "Nothing recorded.")
    yield from _section("Seen before?", found.similar, "No similar case found.")
    if found.environment:
        yield from ("", "h2. Environment")
        yield from _table(found.environment)
    yield from _section("HAR summary", found.har_summary, "")
    yield from _section("What was not collected, and why", found.missing, "")
    attached, command, redacted = found.trust
    yield from ("", "h2. Package, verification and redaction")
    yield from (f"* {wiki.text(attached)}", f"* {wiki.text(command)}", f"* {wiki.text(redacted)}")
    yield from _section("Asks", found.asks, "")


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    # A cell without text would swallow its border.
    yield from (f"||{wiki.text(name) or ' '}|{wiki.text(value) or ' '}|" for name, value in rows)


def _section(title: str, values: tuple[str, ...], empty: str, marker: str = "*") -> Iterator[str]:
    if values or empty:
        yield from ("", f"h2. {title}")
        yield from (f"{marker} {wiki.text(each)}" for each in values)
        if not values:
            yield empty


def _expected_actual(found: Ticket) -> Iterator[str]:
    yield from ("", "h2. Expected and actual", "||Expected||Actual||")
    # Two backslashes are a line break inside a cell.
    expected = r" \\ ".join(map(wiki.text, found.expected)) or "Not stated."
    actual = r" \\ ".join(map(wiki.text, found.actual)) or "Not stated."
    yield f"|{expected}|{actual}|"


RENDERER: Final[Renderer] = _TicketWiki()
