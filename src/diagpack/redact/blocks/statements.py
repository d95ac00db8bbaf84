"""`INSERT INTO t (columns) VALUES (…), (…)`: the columns say what each literal is.

Enters: a chunk of text. Leaves: the literals of sensitive columns; the shape of the statement stays. Source: ISO/IEC
9075-2, 14.11 (insert statement), 5.3 (literals: a quote inside is doubled; MySQL also takes a backslash).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from diagpack.redact.blocks.names import Meaning, holds, meaning
from diagpack.redact.detectors._engine import compiled

if TYPE_CHECKING:
    from diagpack.redact.policy import Policy

SOURCE = r"(?i:\b(?:insert[ \t\r\n]+(?:ignore[ \t]+)?into|replace[ \t]+into)[ \t])"
_HEAD = compiled(
    r"\b(?:insert[ \t\r\n]+(?:ignore[ \t]+)?into|replace[ \t]+into)[ \t]+[A-Za-z0-9_.\"`\[\]]+[ \t\r\n]*"
    r"\(([^()]*)\)[ \t\r\n]*values?[ \t\r\n]*\(",
    ignore_case=True,
    captures=True,
)
_LITERAL = compiled(r"[ \t\r\n]*(?:[NEne]?\\*'(?:[^'\\]|''|\\[^'])*\\*'|\\*\"(?:[^\"\\]|\\[^\"])*\\*\"|[^,()'\"]*)")
_NEXT_ROW = compiled(r"[ \t\r\n]*,[ \t\r\n]*\(")
_QUOTES = b"'\"\\ \t\r\nNEne"


def literals(policy: "Policy", data: bytes) -> Iterator[tuple[int, int, str]]:
    """(start, end, class) of every literal under a sensitive column."""
    position = 0
    while (found := _HEAD.groups(data, position)) is not None:
        columns = _columns(policy, data[found[1][0] : found[1][1]])
        position = found[0][1]
        while True:
            position, cells = _row(data, position)
            for meant, (start, end) in zip(columns, cells, strict=False):
                if meant.entity and end > start and holds(meant, data[start:end].decode("utf-8", "replace")):
                    yield start, end, meant.entity
            following = _NEXT_ROW.at(data, position)
            if following < 0 or not any(each.entity for each in columns):
                break
            position = following


def _columns(policy: "Policy", listed: bytes) -> list[Meaning]:
    found = [meaning(policy, each.decode("utf-8", "replace").strip(' \t\r\n"`[]')) for each in listed.split(b",")]
    is_person = any(each.entity in ("email", "phone", "dob", "password") for each in found)
    return [Meaning("name") if is_person and each == Meaning("name", True) else each for each in found]


def _row(data: bytes, position: int) -> tuple[int, list[tuple[int, int]]]:
    """The literals of one row, without their quotes, and where the row ends."""
    cells = []
    while position < len(data):
        end = _LITERAL.at(data, position)
        start, stop = position, end
        if data[position:end].strip()[-1:] in (b"'", b'"'):
            while start < stop and data[start] in _QUOTES:
                start += 1
            while stop > start and data[stop - 1] in b"'\"\\ \t\r\n":
                stop -= 1
        else:
            start += len(data[start:stop]) - len(data[start:stop].lstrip())
            stop = start + len(data[start:stop].rstrip())
        cells.append((start, stop))
        if end == position or data[end : end + 1] != b",":
            # A call such as `now()` or the end of the row.
            closing = data.find(b")", end, end + 4096)
            return (len(data) if closing < 0 else closing + 1), cells
        position = end + 1
    return position, cells
