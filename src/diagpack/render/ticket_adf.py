"""ticket.adf.json: summary, labels and description of the ticket for Jira Cloud (REST v3).

Enters: an escalation. Leaves: `{"summary", "labels", "description"}`, the description in Atlassian Document Format,
at most 20,000 characters of text and 32,767 as Jira counts them (the rest is in the attached package).
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from diagpack.model.escalation import Escalation, Renderer
from diagpack.render import _adf
from diagpack.render._adf import LocalIds, Node
from diagpack.render._json import pretty
from diagpack.render._ticket import Ticket, fitted

# Jira Cloud refuses a description of more than 32,767 characters; a third is kept for its own conversion.
TEXT_LIMIT: Final = 20_000
JSON_LIMIT: Final = 30_000
_COLORS: Final = {"S1": "red", "S2": "red", "S3": "yellow", "S4": "blue"}


class _TicketAdf:
    id = "ticket-adf"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        yield "ticket.adf.json", pretty(body(escalation))


def body(escalation: Escalation) -> dict[str, Any]:
    """Summary, labels and description, cut until they fit."""
    return fitted(escalation, lambda found: _body(found, escalation.package_id), _fits)


def _fits(made: dict[str, Any]) -> bool:
    description = made["description"]
    return _adf.text_length(description) <= TEXT_LIMIT and _json_length(description) <= JSON_LIMIT


def _json_length(description: Node) -> int:
    # As Jira counts: characters after parsing, not our ASCII escapes of them.
    return len(json.dumps(description, separators=(",", ":"), ensure_ascii=False))


def _body(found: Ticket, seed: str) -> dict[str, Any]:
    description = _document(found, LocalIds(seed))
    severity = found.severity if found.severity in ("S1", "S2", "S3", "S4") else ""
    return {"summary": found.summary, "labels": list(found.labels), "severity": severity, "description": description}


def _document(found: Ticket, ids: LocalIds) -> Node:
    content: list[Node] = [
        _adf.panel(
            found.tone,
            [
                _adf.paragraph(_adf.text(found.problem, "strong")),
                _adf.paragraph(_adf.text("Ask: ", "strong"), _adf.text(found.ask)),
            ],
        ),
        _key_facts(found, ids),
    ]
    content += _section("Impact", found.impact, "Not stated.")
    content += _steps(found)
    content += _expected_actual(found)
    content += _evidence(found)
    content += _section("What works", found.works, "")
    content += _section("What was tried", found.tried, "Nothing recorded.")
    content += _section("Seen before?", found.similar, "No similar case found.")
    content += _folded(found)
    if found.asks:
        content += [_adf.heading("Asks"), _adf.tasks(found.asks, ids)]
    return _adf.document(content)


def _key_facts(found: Ticket, ids: LocalIds) -> Node:
    rows = []
    for name, value in found.facts:
        inline = _adf.text(value)
        if name == "Severity":
            color = _COLORS.get(found.severity, "neutral")
            inline = [*_adf.status(found.severity, color, ids), *_adf.text(" " + value.partition(", ")[2])]
        rows.append([[_adf.paragraph(_adf.text(name, "strong"))], [_adf.paragraph(inline)]])
    return _adf.table(rows, header="column")


def _section(title: str, values: tuple[str, ...], empty: str) -> list[Node]:
    if not values:
        return [_adf.heading(title), _adf.paragraph(_adf.text(empty))] if empty else []
    return [_adf.heading(title), _adf.bullets(values)]


def _steps(found: Ticket) -> list[Node]:
    content = _adf.numbers(found.steps) if found.steps else _adf.paragraph(_adf.text("Not known yet."))
    return [_adf.heading("Steps to reproduce"), content]


def _expected_actual(found: Ticket) -> list[Node]:
    rows = [
        [[_adf.paragraph(_adf.text("Expected"))], [_adf.paragraph(_adf.text("Actual"))]],
        [_paragraphs(found.expected), _paragraphs(found.actual)],
    ]
    return [_adf.heading("Expected and actual"), _adf.table(rows, header="row")]


def _paragraphs(values: tuple[str, ...]) -> list[Node]:
    return [_adf.paragraph(_adf.text(each)) for each in values or ("Not stated.",)]


def _evidence(found: Ticket) -> list[Node]:
    content = [_adf.heading("Evidence"), _adf.paragraph(_adf.text("First failure: " + found.failing_note))]
    if found.failing:
        content.append(_adf.code_block(found.failing, "http"))
    if found.findings:
        content.append(_adf.bullets(found.findings))
    return content


def _folded(found: Ticket) -> Iterator[Node]:
    if found.environment:
        rows = [
            [[_adf.paragraph(_adf.text(name, "strong"))], [_adf.paragraph(_adf.text(value))]]
            for name, value in found.environment
        ]
        yield _adf.expand("Environment", [_adf.table(rows, header="column")])
    if found.har_summary:
        yield _adf.expand("HAR summary", [_adf.bullets(found.har_summary)])
    if found.missing:
        yield _adf.expand("What was not collected, and why", [_adf.bullets(found.missing)])
    attached, command, redacted = found.trust
    lines = [_adf.paragraph(_adf.text(attached)), _adf.paragraph(_adf.text(command, "code"))]
    yield _adf.expand("Package, verification and redaction", [*lines, _adf.paragraph(_adf.text(redacted))])


RENDERER: Final[Renderer] = _TicketAdf()
