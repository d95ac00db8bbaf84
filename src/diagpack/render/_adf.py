"""Atlassian Document Format: builders for the nodes a ticket needs.

Enters: plain text. Leaves: nodes that are valid against Atlassian's schema (nothing that Jira would have to look up:
no media, mentions, cards). Text is escaped here, so no caller can forget it. Ids are uuid5 of the package and a
counter: the same ticket has the same ids.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

from diagpack.render import _escape_adf

Node = dict[str, Any]

_NAMESPACE: Final = uuid.UUID("6c0f7f8e-0f0e-5b0c-9d42-0d1a90a5c0de")


class LocalIds:
    """Deterministic ids for task lists and status lozenges of one document."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def next(self) -> str:
        self._count += 1
        return str(uuid.uuid5(_NAMESPACE, f"{self._seed}/{self._count}"))


def text(value: str, *marks: str) -> list[Node]:
    """Inline content; empty text has no node (the schema refuses one)."""
    shown = _escape_adf.text(value)
    if not shown:
        return []
    node: Node = {"type": "text", "text": shown}
    if marks:
        node["marks"] = [{"type": mark} for mark in marks]
    return [node]


def link(value: str, target: str) -> list[Node]:
    """Text with a link when the target is an http, https or mailto address; else plain text."""
    nodes, address = text(value), _escape_adf.href(target)
    if nodes and address:
        nodes[0]["marks"] = [{"type": "link", "attrs": {"href": address}}]
    return nodes


def paragraph(*inline: Sequence[Node]) -> Node:
    return {"type": "paragraph", "content": [node for nodes in inline for node in nodes]}


def heading(value: str, level: int = 2) -> Node:
    return {"type": "heading", "attrs": {"level": level}, "content": text(value)}


def status(value: str, color: str, ids: LocalIds) -> list[Node]:
    """A lozenge; `color` is one of the schema's names."""
    attrs = {"text": _escape_adf.text(value, 40) or "-", "color": color, "localId": ids.next(), "style": ""}
    return [{"type": "status", "attrs": attrs}]


def panel(kind: str, content: Sequence[Node]) -> Node:
    return {"type": "panel", "attrs": {"panelType": kind}, "content": list(content)}


def expand(title: str, content: Sequence[Node]) -> Node:
    return {"type": "expand", "attrs": {"title": _escape_adf.text(title)}, "content": list(content)}


def code_block(value: str, language: str = "") -> Node:
    shown = _escape_adf.block(value)
    node: Node = {"type": "codeBlock", "content": [{"type": "text", "text": shown}] if shown else []}
    if language:
        node["attrs"] = {"language": language}
    return node


def bullets(values: Iterable[str]) -> Node:
    return {"type": "bulletList", "content": [_item(each) for each in values]}


def numbers(values: Iterable[str]) -> Node:
    return {"type": "orderedList", "attrs": {"order": 1}, "content": [_item(each) for each in values]}


def table(rows: Sequence[Sequence[Sequence[Node]]], *, header: str) -> Node:
    """Rows of cells of block nodes. `header` is "row" (the first row) or "column" (the first cell of each row)."""
    return {
        "type": "table",
        "attrs": {"isNumberColumnEnabled": False, "layout": "default"},
        "content": [
            {
                "type": "tableRow",
                "content": [
                    _cell(cell, is_header=(row_number if header == "row" else column) == 0)
                    for column, cell in enumerate(row)
                ],
            }
            for row_number, row in enumerate(rows)
        ],
    }


def tasks(values: Iterable[str], ids: LocalIds) -> Node:
    return {
        "type": "taskList",
        "attrs": {"localId": ids.next()},
        "content": [
            {"type": "taskItem", "attrs": {"localId": ids.next(), "state": "TODO"}, "content": text(each)}
            for each in values
        ],
    }


def document(content: Sequence[Node]) -> Node:
    return {"version": 1, "type": "doc", "content": list(content)}


def text_length(node: Any) -> int:
    """Characters a reader sees: text nodes, lozenges and titles."""
    if isinstance(node, list):
        return sum(map(text_length, node))
    if not isinstance(node, dict):
        return 0
    attrs = node.get("attrs", {})
    own = len(node.get("text", "")) + len(attrs.get("title", "")) + len(attrs.get("text", ""))
    return own + text_length(node.get("content", []))


def _item(value: str) -> Node:
    return {"type": "listItem", "content": [paragraph(text(value))]}


def _cell(content: Sequence[Node], *, is_header: bool) -> Node:
    return {"type": "tableHeader" if is_header else "tableCell", "attrs": {}, "content": list(content)}
