"""What a failing answer says of itself, in one line.

Enters: a redacted exchange. Leaves: the title, message or code that the service wrote into its error; empty when it
wrote none. Sources: RFC 9457 (problem details); RFC 6749, 5.2 (OAuth errors); GraphQL, 7.1; the error bodies of AWS,
Azure and Google.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from diagpack.model.exchange import Exchange, text

MAX_LENGTH: Final = 200
# In the order in which they say most to an engineer.
_CODES: Final = ("code", "errorCode", "error_code", "error", "type")
_WORDS: Final = (
    "title",
    "message",
    "Message",
    "error_description",
    "errorSummary",
    "errorMessage",
    "description",
    "msg",
)
_MORE: Final = ("detail", "details", "reason")
_INSIDE: Final = ("error", "errors", "Error", "fault", "errorMessages")
_XML: Final = re.compile(r"<(?:\w+:)?(?:Message|faultstring|StatusMessage)[^>]{0,200}>([^<]{3,300})<")
_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{3,300})</title", re.IGNORECASE)
_PARSED_BYTES: Final = 200_000


def said(exchange: Exchange) -> str:
    """One line of at most 200 characters."""
    body = exchange.response_text or ""
    start = body[:200].lstrip()[:1]
    if start in ("{", "[") and len(body) <= _PARSED_BYTES:
        try:
            found = _of_json(json.loads(body))
        except (ValueError, RecursionError):
            return ""
    elif start == "<" and exchange.status >= 400:
        match = _XML.search(body[:_PARSED_BYTES]) or _TITLE.search(body[:_PARSED_BYTES])
        found = match[1] if match else ""
    else:
        return ""
    shown = " ".join(found.split())
    return shown if len(shown) <= MAX_LENGTH else shown[: MAX_LENGTH - 1] + "…"


def _of_json(document: Any) -> str:
    for node in _candidates(document):
        words = next((text(node[name]) for name in _WORDS if text(node.get(name))), "")
        more = next((text(node[name]) for name in _MORE if text(node.get(name))), "")
        code = next((text(node[name]) for name in _CODES if text(node.get(name))), "")
        if words or more:
            told = ": ".join(each for each in (words, more) if each)
            is_new = code and code not in told and not code.startswith(("http", "about:"))
            return f"{told} ({code})" if is_new else told
        if code and not code.startswith(("http", "about:")):
            return code
    return ""


def _candidates(document: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Error objects from the inside out."""
    if isinstance(document, str) and depth:
        yield {"message": document}
    if isinstance(document, list):
        for each in document[:3]:
            yield from _candidates(each, depth + 1)
    if isinstance(document, Mapping):
        for name in _INSIDE:
            if depth < 4 and isinstance(document.get(name), Mapping | list):
                yield from _candidates(document[name], depth + 1)
        yield document
