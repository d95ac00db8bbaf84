"""Many short texts in one scan: calling the detectors per JSON leaf would cost more than searching.

Enters: texts. Leaves: each redacted, with its own counts. Texts are joined by a line end, which no shape crosses; a
finding that runs over several (a PEM block in log lines) replaces its part of each.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

from diagpack.redact.edits import Edit, apply

if TYPE_CHECKING:
    from diagpack.redact.blocks.reader import Blocks
    from diagpack.redact.engine import Engine

_BATCH_BYTES = 64 << 10
_LEAF_CHARACTERS = 2048
_NOTHING: Counter[str] = Counter()
# Texts that a walker may take apart are not joined, nor those of several lines, which may hold a table or a block.
_STRUCTURED = re.compile(
    r"[^\n]*\n|\s*[{\[<\"]|eyJ|[A-Za-z][A-Za-z0-9+.-]*:/|data:|blob:|/|--|(?:data|event|id|retry)?:"
    r"|[A-Za-z0-9_.\-\[\]%$:+~*]+=|[A-Za-z0-9+/_-]{8,}={0,2}\s*\Z"
)


def redact_batch(
    engine: "Engine", texts: Sequence[str], blocks: "Blocks | None" = None
) -> list[tuple[str, Counter[str]]]:
    """Plain texts, each with its counts. `blocks`: they are lines that follow one another."""
    pieces = [each.encode("utf-8", "surrogatepass") for each in texts]
    edits = engine.edits(b"\n".join(pieces), blocks=blocks)
    if not edits:
        return [(each, _NOTHING) for each in texts]
    out = []
    start = index = 0
    for text, piece in zip(texts, pieces, strict=True):
        end = start + len(piece)
        if index == len(edits) or edits[index].start >= end:
            out.append((text, _NOTHING))
            start = end + 1
            continue
        mine: list[Edit] = []
        tally: Counter[str] = Counter()
        while index < len(edits) and edits[index].start < end:
            edit = edits[index]
            mine.append(Edit(max(edit.start - start, 0), min(edit.end, end) - start, edit.new, edit.entity, edit.rule))
            if edit.entity:
                tally[f"{edit.entity}/{edit.rule}"] += 1
            if edit.end > end:
                break
            index += 1
        while index < len(edits) and edits[index].end <= end:
            index += 1
        out.append((apply(piece, mine).decode("utf-8", "surrogatepass") if mine else text, tally))
        start = end + 1
    return out


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Groups of about 64 KiB."""
    group: list[str] = []
    size = 0
    for text in texts:
        group.append(text)
        size += len(text)
        if size > _BATCH_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def leaves(value: Any, known: Container[str] = ()) -> dict[str, str]:
    """The strings of a parsed JSON value that are short and plain enough to be scanned together, but for known ones.

    Each with the key it stands under; an empty one when there are several.
    """
    found: dict[str, str] = {}
    waiting: list[Any] = [[value]]
    is_structured = _STRUCTURED.match
    while waiting:
        container = waiting.pop()
        pairs = container.items() if isinstance(container, dict) else zip(repeat(""), container, strict=False)
        for key, each in pairs:
            if isinstance(each, str):
                if each in found:
                    if found[each] != key:
                        found[each] = ""
                elif 3 <= len(each) <= _LEAF_CHARACTERS and each not in known and is_structured(each) is None:
                    found[each] = key
            elif isinstance(each, dict | list):
                waiting.append(each)
    return found
