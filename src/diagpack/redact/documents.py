"""Many short JSON documents: records of a log, lines of JSON. They are parsed, searched and walked together.

Enters: texts. Leaves: each redacted, or None where it is no JSON that can be walked; a document in which nothing was
replaced is the very same text.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from diagpack.redact.json_text import Document, TooDeep
from diagpack.redact.walk_json import JsonWalker
from diagpack.redact.walk_records import FEW

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine


def redact_documents(engine: "Engine", texts: Sequence[str]) -> list[str | None]:
    """Objects that are alike are walked column by column."""
    parsed: list[tuple[int, Document, Any]] = []
    for index, text in enumerate(texts):
        document = Document()
        try:
            parsed.append((index, document, document.loads(text)))
        except (ValueError, TooDeep):
            continue
    engine.ahead.read_all([(texts[index], value) for index, _, value in parsed])
    out: list[str | None] = [None] * len(texts)
    alike: dict[tuple[str, ...], list[tuple[int, Any]]] = {}
    for index, document, value in parsed:
        if type(value) is dict and document.is_exact:
            alike.setdefault(tuple(value), []).append((index, value))
        else:
            out[index] = _alone(engine, texts[index], document, value)
    for group in alike.values():
        shared = Document(is_exact=True)
        walked = _together(engine, shared, [value for _, value in group])
        for at, (index, value) in enumerate(group):
            new = _walked(engine, shared, value) if walked is None else walked[at]
            out[index] = None if new is None else _written(engine, texts[index], shared, value, new)
    return out


def _together(engine: "Engine", document: Document, rows: list[Any]) -> list[Any] | None:
    if len(rows) < FEW:
        return None
    try:
        return JsonWalker(engine, document).alike(rows)
    except (ValueError, TooDeep):
        return None


def _walked(engine: "Engine", document: Document, value: Any) -> Any:
    try:
        return JsonWalker(engine, document).walk(value)
    except (ValueError, TooDeep):
        return None


def _alone(engine: "Engine", text: str, document: Document, value: Any) -> str | None:
    try:
        return _written(engine, text, document, value, JsonWalker(engine, document).walk(value))
    except (ValueError, TooDeep):
        return None


def _written(engine: "Engine", text: str, document: Document, value: Any, walked: Any) -> str:
    """The first pass may only learn."""
    if not engine.is_writing or walked is value or walked == value:
        return text
    return document.written(text, walked)
