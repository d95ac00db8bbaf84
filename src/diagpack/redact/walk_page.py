"""Pages: texts that an element, a heading or a label beside them names.

Enters: HTML whose attributes are redacted. Leaves: the same page with such texts replaced: `<span class="username">`,
`<dt>First name</dt><dd>…`, cells of tables by the heading of their column, the title. Read by linear searches for tags,
without a tree. Source: WHATWG HTML 4.
"""

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from diagpack.redact.blocks.names import Meaning, holds, meaning
from diagpack.redact.spans import PERSONAL_CLASSES
from diagpack.redact.walk_prose import redact_prose

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

# Quoted values of attributes hold no tag, so each search reads a page once.
_ATTRIBUTES: Final = r"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*"
_NAMED: Final = re.compile(
    rf"<(?:span|div|td|dd|b|strong|p|h[1-6]|li|a|em|i|small|output)\b({_ATTRIBUTES})>([^<]{{1,200}})(?=</)",
    re.IGNORECASE,
)
_NAMING: Final = re.compile(
    r"(?:class|id|itemprop|data-(?:testid|field|label|name))\s*=\s*[\"']([^\"']{1,200})", re.IGNORECASE
)
_LABELLED: Final = re.compile(
    rf"<(dt|th|td|label|b|strong|span|p|div|li)\b{_ATTRIBUTES}>([^<>]{{2,80}})</[a-z0-9]+>[\s:]{{0,80}}"
    rf"(?:<(?:dd|td|div|span|b|strong|p|em|i|code)\b{_ATTRIBUTES}>\s{{0,80}}){{1,3}}([^<>]{{1,200}})(?=<)",
    re.IGNORECASE,
)
_LABELS: Final = frozenset({"dt", "th", "label"})
_TITLE: Final = re.compile(r"(?<=<title>)[^<]{1,500}", re.IGNORECASE)
_CELL: Final = re.compile(rf"<(/?)(table|thead|tbody|tr|th|td)\b{_ATTRIBUTES}>", re.IGNORECASE)
_TEXT: Final = re.compile(r"(?:^|(?<=>))[^<>]+")
_MOST_COLUMNS: Final = 200


def redact_page(engine: "Engine", page: str) -> str:
    """A page. What was replaced is escaped, everything else stays byte for byte."""
    page = _TITLE.sub(lambda match: _escaped(match.group(0), redact_prose(engine, html.unescape(match.group(0)))), page)
    page = _NAMED.sub(lambda match: _named(engine, match), page)
    if "<td" in page or "<TD" in page:
        page = _tables(engine, page)
    return _LABELLED.sub(lambda match: _labelled(engine, match), page)


def _named(engine: "Engine", match: "re.Match[str]") -> str:
    """`<span class="user-name">`: only names that say a person; a `token` may be one of a programming language."""
    attributes, text = match.groups()
    for naming in _NAMING.finditer(attributes):
        for name in naming.group(1).split():
            entity = engine.policy.classify(name)
            if entity in PERSONAL_CLASSES and not engine.policy.is_ambiguous(name):
                return match.group(0)[: match.start(2) - match.start()] + _value(engine, text, Meaning(entity))
    return match.group(0)


def _labelled(engine: "Engine", match: "re.Match[str]") -> str:
    element, label, text = match.groups()
    between = match.group(0)[match.start(2) - match.start() : match.start(3) - match.start()]
    if element.lower() not in _LABELS and ":" not in between:
        return match.group(0)  # two entries of a menu
    meant = meaning(engine.policy, html.unescape(label).strip(" \t\r\n:"))
    return (
        match.group(0)[: match.start(3) - match.start()] + _value(engine, text, meant)
        if meant.entity
        else match.group(0)
    )


def _tables(engine: "Engine", page: str) -> str:
    """Cells by the heading of their column."""
    out, at = [], 0
    for start, end, meant in _cells(engine, page):
        out += [page[at:start], _cell(engine, page[start:end], meant)]
        at = end
    return "".join(out) + page[at:] if out else page


def _cell(engine: "Engine", content: str, meant: Meaning) -> str:
    return _TEXT.sub(lambda match: _value(engine, match.group(0), meant), content)


def _cells(engine: "Engine", page: str) -> Iterator[tuple[int, int, Meaning]]:
    """(start, end, meaning) of the content of every cell below a heading that says something."""
    headings: list[Meaning] = []
    column, begun, kind = 0, -1, ""
    for match in _CELL.finditer(page):
        name = match.group(2).lower()
        if begun >= 0:
            # Any of these tags ends a cell.
            if kind == "th" and len(headings) < _MOST_COLUMNS:
                headings.append(
                    meaning(engine.policy, html.unescape(re.sub(r"<[^<>]*>", "", page[begun : match.start()])))
                )
            elif kind == "td" and column < len(headings) and headings[column].entity:
                yield begun, match.start(), headings[column]
            column += 1
            begun = -1
        if name == "table":
            headings = []
        elif name == "tr":
            column = 0
        if not match.group(1) and name in ("th", "td"):
            begun, kind = match.end(), name
            if name == "th" and column == 0 and not match.group(1):
                headings = []


def _value(engine: "Engine", text: str, meant: Meaning) -> str:
    plain = html.unescape(text)
    if not holds(meant, plain):
        return text
    return _escaped(text, engine.slot(plain, meant.entity, "page"))


def _escaped(text: str, new: str) -> str:
    return text if new == html.unescape(text) else html.escape(new, quote=False)
