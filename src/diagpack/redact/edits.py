"""Replacements in a text: sorted, without overlaps, never inside a token of this case.

Enters: edits from detectors, the dictionary and decoded layers. Leaves: edits that can be applied in one go. Nothing
between two overlapping findings survives.
"""

import functools
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

# Rules of what another place taught: as it is, or in base64 or hex.
ENCODED = "learned-encoded"
LEARNED = frozenset({"learned", ENCODED})
# The rule of a packed run whose inside was redacted.
OPENED = "packed"
_GLUE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+~") | frozenset(range(128, 256))


class Edit(NamedTuple):
    """Bytes `start` to `end` become `new` (None: to be decided once overlaps are settled).

    `entity` is empty for a packed run whose inside was redacted.
    """

    start: int
    end: int
    new: bytes | None
    entity: str
    rule: str


# The same from a tuple, which takes a third of the time.
edit_of: Callable[[tuple[int, int, bytes | None, str, str]], Edit] = functools.partial(tuple.__new__, Edit)


def apply(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The text with every edit done; edits are sorted and do not overlap."""
    pieces = []
    last = 0
    for start, end, new, _entity, _rule in edits:
        pieces.append(data[last:start])
        pieces.append(new or b"")
        last = end
    pieces.append(data[last:])
    return b"".join(pieces)


def resolve(data: bytes, found: list[Edit], tokens: Sequence[tuple[int, int]]) -> list[Edit]:
    """Sort, drop what is a token already, let the longest win, and join what overlaps in part."""
    if not tokens and _is_settled(found):
        return found
    # Who has decided already knows the decoded value; who found it by itself says more than that it was learned.
    found.sort(
        key=lambda each: (each.start, -each.end, each.entity == "", each.new is None, each.rule in LEARNED, each.rule)
    )
    chosen: list[Edit] = []
    for edit in found:
        if tokens and not is_free(data, edit, tokens):
            continue
        if chosen and edit.start < chosen[-1].end:
            last = chosen[-1]
            if edit.end <= last.end and last.entity:
                continue
            # Partial overlap, or a finding inside a packed run: one replacement for the union.
            end = max(last.end, edit.end)
            entity = last.entity or edit.entity or "secret"
            chosen[-1] = Edit(last.start, end, None, entity, last.rule if last.entity else edit.rule)
            continue
        chosen.append(edit)
    return chosen


def _is_settled(found: Sequence[Edit]) -> bool:
    """Whether edits stand in order and apart: most do, and sorting takes longer than looking."""
    reach = -1
    for start, end, _new, _entity, _rule in found:
        if start < reach or end <= start:
            return False
        reach = end
    return True


def parted(edits: list[Edit]) -> list[Edit]:
    """Decided edits; where two tokens would touch, a sign that no encoding minds keeps them readable."""
    if all(before[1] != behind[0] for before, behind in pairwise(edits)):
        return edits
    out: list[Edit] = []
    for edit in edits:
        is_touching = bool(out) and out[-1].end == edit.start and out[-1].entity and edit.entity
        if is_touching and out[-1].new and edit.new and out[-1].new[-1] in _GLUE and edit.new[0] in _GLUE:
            edit = edit._replace(new=b"!" + edit.new)
        out.append(edit)
    return out


def is_glued(data: bytes, tokens: Sequence[tuple[int, int]]) -> bool:
    """Whether the characters of a token are part of something longer, which is data."""
    return any(
        (start > 0 and data[start - 1] in _GLUE) or (end < len(data) and data[end] in _GLUE) for start, end in tokens
    )


def is_free(data: bytes, edit: Edit, tokens: Sequence[tuple[int, int]]) -> bool:
    """Whether an edit is about something else than tokens of this case.

    A finding that covers a token, or reaches over a separator into one (`jsessionid=TOKEN?code=TOKEN`), is about what
    was replaced before. A value that merely has a token's characters glued to it is data.
    """
    at = bisect_left(tokens, (edit.start, 0))
    index = max(0, at - 1)
    is_touched = False
    while index < len(tokens) and tokens[index][0] < edit.end:
        start, end = tokens[index]
        index += 1
        if end <= edit.start:
            continue
        is_touched = True
        if edit.start < start and data[start - 1] in _GLUE:
            return True
        if end < edit.end and data[end] in _GLUE:
            return True
    return not is_touched or edit.entity == ""
