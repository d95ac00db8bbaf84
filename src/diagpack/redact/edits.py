"""Replacements in a text: sorted, without overlaps, never inside a token of this case.

Enters: edits from detectors, the dictionary and decoded layers. Leaves: edits that can be applied in one go. Nothing
between two overlapping findings survives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes `start` to `end` become `new`. `entity` is empty for a packed run whose inside was redacted."""

    start: int
    end: int
    new: bytes
    entity: str
    rule: str


def apply(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The text with every edit done; edits are sorted and do not overlap."""
    pieces = []
    last = 0
    for edit in edits:
        pieces.append(data[last : edit.start])
        pieces.append(edit.new)
        last = edit.end
    pieces.append(data[last:])
    return b"".join(pieces)


def resolve(
    data: bytes,
    found: list[Edit],
    tokens: Sequence[tuple[int, int]],
    join: Callable[[bytes, str], bytes],
) -> list[Edit]:
    """Sort, drop what is a token already, let the longest win, and join what overlaps in part."""
    found.sort(key=lambda each: (each.start, -each.end, each.entity == "", each.rule))
    chosen: list[Edit] = []
    for edit in found:
        clipped = _outside(data, edit, tokens, join) if tokens else edit
        if clipped is None:
            continue
        if chosen and clipped.start < chosen[-1].end:
            last = chosen[-1]
            if clipped.end <= last.end and last.entity:
                continue
            # Partial overlap, or a finding inside a packed run: one replacement for the union.
            end = max(last.end, clipped.end)
            entity = last.entity or clipped.entity or "secret"
            chosen[-1] = Edit(last.start, end, join(data[last.start : end], entity), entity, "overlap")
            continue
        chosen.append(clipped)
    return chosen


def _outside(
    data: bytes, edit: Edit, tokens: Sequence[tuple[int, int]], join: Callable[[bytes, str], bytes]
) -> Edit | None:
    """An edit without the tokens it touches; None when nothing but a token is left."""
    inside = [each for each in tokens if each[0] < edit.end and edit.start < each[1]]
    if not inside:
        return edit
    start, end = edit.start, edit.end
    if inside[0][0] <= start:
        start = inside[0][1]
    if inside[-1][1] >= end:
        end = inside[-1][0]
    if start >= end:
        return None
    rest = data[start:end]
    for token_start, token_end in inside:
        rest = rest.replace(data[token_start:token_end], b"")
    if not any(each.isalnum() or each >= "\x80" for each in rest.decode("latin-1")):
        return None
    if edit.entity == "" or (start == edit.start and end == edit.end):
        # A value that merely contains a token is data; a packed run was redacted inside.
        return edit if start == edit.start and end == edit.end else None
    return Edit(start, end, join(data[start:end], edit.entity), edit.entity, edit.rule)
