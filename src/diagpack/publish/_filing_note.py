"""What is said on top of a ticket about its filing: that it was forced, and why; what an urgent filing put off.

Enters: a ticket of the verified package, redacted sentences. Leaves: the ticket with a note before its first part. The
package itself stays what was signed and reviewed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from diagpack.model.terminal import escape
from diagpack.publish._preflight import Ticket

_MOST: Final = 12
_LENGTH: Final = 400
_WIKI_MARKUP: Final = "\\{}[]|*_-^~+#!"


def with_note(ticket: Ticket, notes: Sequence[str]) -> Ticket:
    """The same ticket when there is nothing to say."""
    lines = shown(notes)
    if not lines:
        return ticket
    return replace(ticket, adf=_with_panel(ticket.adf, lines), wiki=f"{_wiki(lines)}\n{ticket.wiki}")


def shown(notes: Sequence[str]) -> list[str]:
    """At most twelve lines of text that no view reads as anything else."""
    lines = [escape(" ".join(each.split()), limit=_LENGTH) for each in notes if each.strip()]
    rest = len(lines) - _MOST
    return lines if rest <= 0 else [*lines[:_MOST], f"… {rest} more open points"]


def adf(lines: Sequence[str]) -> dict[str, Any]:
    """A document of its own, for a comment."""
    return {"version": 1, "type": "doc", "content": [_panel(lines)]}


def _panel(lines: Sequence[str]) -> dict[str, Any]:
    paragraphs = [{"type": "paragraph", "content": [{"type": "text", "text": each}]} for each in lines]
    return {"type": "panel", "attrs": {"panelType": "note"}, "content": paragraphs}


def _with_panel(document: Mapping[str, Any], lines: Sequence[str]) -> dict[str, Any]:
    return {**document, "content": [_panel(lines), *document.get("content", ())]}


def _wiki(lines: Sequence[str]) -> str:
    return "{panel}\n" + "\n".join(map(_plain, lines)) + "\n{panel}"


def _plain(line: str) -> str:
    marked = "".join(f"\\{each}" if each in _WIKI_MARKUP else each for each in line)
    # A bare URL would become a link; an entity in place of the colon shows the same and links nothing.
    return marked.replace("://", "&#58;//")
