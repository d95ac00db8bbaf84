"""How the tests read what an engineer reads.

Enters: the files of a package and its escalation. Leaves: the first screen of each view as plain text, and every
sentence of facts with its citations.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from diagpack.model.assessment import Assessment, Cited
from diagpack.model.escalation import Escalation

_TAG = re.compile(r"<[^>]+>")
_ESCAPED = re.compile(r"\\([\\\[\]_:*.#|{}<>`~+()!-])")


def first_screens(files: dict[str, bytes]) -> dict[str, str]:
    """What each view shows before one scrolls."""
    page = files["report.html"].decode()
    section = page[page.index('<section class="first"') :]
    return {
        "report.html": " ".join(unescape(_TAG.sub(" ", section[: section.index("</section>")])).split()),
        "report.md": plain(files["report.md"].decode().split("\n## ", 1)[0]),
        "ticket.md": plain(files["ticket.md"].decode().split("\n## ", 1)[0]),
        "ticket.adf.json": _adf_top(json.loads(files["ticket.adf.json"])),
    }


def plain(markdown: str) -> str:
    """Markdown without its escapes."""
    return _ESCAPED.sub(r"\1", markdown)


def views(files: dict[str, bytes]) -> dict[str, str]:
    """Every view for people as plain text."""
    return {
        "report.html": unescape(_TAG.sub(" ", files["report.html"].decode())),
        "report.md": plain(files["report.md"].decode()),
        "ticket.md": plain(files["ticket.md"].decode()),
        "ticket.wiki.txt": plain(files["ticket.wiki.txt"].decode()),
        "ticket.adf.json": " ".join(_texts(json.loads(files["ticket.adf.json"])["description"])),
        "updates/internal.md": plain(files["updates/internal.md"].decode()),
    }


def sentences(escalation: Escalation) -> Iterator[Cited]:
    """Every sentence of facts."""
    found = escalation.assessment
    yield from (each for each in (found.first_failure, found.symptom, found.expected, found.reproduced) if each)
    yield from (*found.impact, *found.steps, *found.actual, *found.works, *found.tried, *found.asks)
    yield from (*found.severity.rationale, *found.disposition.reasons, *found.environment.values())
    yield from (Cited(each.text, each.refs) for each in found.timeline)
    yield from (Cited(each.statement, each.refs) for each in escalation.findings)
    yield from _items(found)


def _items(found: Assessment) -> Iterator[Cited]:
    yield from (Cited(each.title, each.refs) for each in found.items if each.refs)


def _adf_top(body: dict[str, Any]) -> str:
    """The panel and the table before the first heading."""
    top = []
    for node in body["description"]["content"]:
        if node["type"] == "heading":
            break
        top += _texts(node)
    return " ".join(top)


def _texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for each in node for text in _texts(each)]
    if not isinstance(node, dict):
        return []
    return [node["text"]] if node.get("type") == "text" else _texts(node.get("content", []))
