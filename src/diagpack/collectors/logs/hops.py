"""The second hop: other IDs in the records that were found, so that one customer-visible ID leads to the whole trace.

Enters: text of hit records. Leaves: candidate IDs with the name they stood under. Whether they are rare enough to mean
anything is judged by counting them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from diagpack.collectors.logs.json_times import object_in
from diagpack.model.request_ids import is_id_field, is_id_header, trace_id_of

CANDIDATES_MAX: Final = 20
_PAIR = re.compile(r"""([A-Za-z][\w.-]{1,40})["']?\s{0,3}[=:]\s{0,3}["']?([A-Za-z0-9][\w.:/+=@#-]{7,127})""")
_TRACEPARENT = re.compile(r"\b[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b")
_TRIVIAL = re.compile(r"[0.:-]+|\d{4}-\d\d-\d\d.*")


def candidates(texts: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """ID to field name, in order of appearance, without those known (in any case or dashing)."""
    seen = {_folded(each) for each in known}
    found: dict[str, str] = {}
    for text in texts:
        for name, value in _named_values(text):
            if len(found) >= CANDIDATES_MAX:
                return found
            folded = _folded(value)
            if folded in seen or len(set(folded)) < 4 or _TRIVIAL.fullmatch(value):
                continue
            seen.add(folded)
            found[value] = name
    return found


def _named_values(text: str) -> Iterator[tuple[str, str]]:
    document, _ = object_in(text.split("\n", 1)[0])
    if document is not None:
        yield from _in_object(document, 0)
    for match in _PAIR.finditer(text[:16_384]):
        if is_id_field(match[1]) or is_id_header(match[1]):
            yield match[1], match[2].rstrip(".,:;/")
    for match in _TRACEPARENT.finditer(text[:16_384]):
        trace = trace_id_of(match[0])
        if trace:
            yield "traceparent", trace


def _in_object(document: Mapping[str, Any], depth: int) -> Iterator[tuple[str, str]]:
    for key, value in document.items():
        if isinstance(value, Mapping) and depth < 3:
            yield from _in_object(value, depth + 1)
        elif isinstance(value, str) and 8 <= len(value) <= 128 and (is_id_field(key) or is_id_header(key)):
            yield key, value


def _folded(id: str) -> str:
    return id.replace("-", "").lower()
