"""Values bound to a statement, as Active Record logs them (`[["email", "…"], …]`), or to a broken constraint.

Enters: a chunk of text. Leaves: the values whose name is sensitive. A list of two words (`["password", "jwt"]`) is
none: a pair stands in a list of pairs. Source: Ruby on Rails, ActiveRecord::LogSubscriber;
PostgreSQL 16, 19.9 (error messages of unique and foreign keys).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from diagpack.redact.blocks.names import holds, meaning
from diagpack.redact.detectors._engine import compiled

if TYPE_CHECKING:
    from diagpack.redact.policy import Policy

SOURCE = r"\bKey \([a-z_, ()]{1,400}\)=\(|(?:\[|\],[ ]?)\[\\*\"[A-Za-z][A-Za-z0-9_.]{0,60}\\*\",[ ]?\\*\""
_PAIR = compiled(
    r"(?:\[|\],[ ]?)\[\\*\"([A-Za-z][A-Za-z0-9_.]{0,60})\\*\",[ ]?\\*\"((?:[^\"\\\r\n]|\\[^\"\r\n])+)\\*\"\]",
    captures=True,
)

_KEYS = compiled(r"\bKey \(([A-Za-z0-9_, \"]{1,400})\)=\(([^()\r\n]*)\)", captures=True)


def bound_values(policy: "Policy", data: bytes) -> Iterator[tuple[int, int, str]]:
    """(start, end, class) of every value that is bound under a sensitive name."""
    yield from _key_values(policy, data)
    position = 0
    while (found := _PAIR.groups(data, position)) is not None:
        (_, end), name, (first, last) = found
        meant = meaning(policy, data[slice(*name)].decode("utf-8", "replace"))
        last -= len(data[first:last]) - len(data[first:last].rstrip(b"\\"))
        if meant.entity and last > first and holds(meant, data[first:last].decode("utf-8", "replace")):
            yield first, last, meant.entity
        # The bracket that closes this pair opens the next one's place.
        position = end - 1


def _key_values(policy: "Policy", data: bytes) -> Iterator[tuple[int, int, str]]:
    """The values of `Key (last_name, born)=(…, …) already exists`, as PostgreSQL reports a constraint."""
    position = 0
    while (found := _KEYS.groups(data, position)) is not None:
        (_, position), columns, (first, last) = found
        names, values = data[slice(*columns)].split(b", "), data[first:last].split(b", ")
        if len(names) != len(values):
            continue
        for name, value in zip(names, values, strict=True):
            meant = meaning(policy, name.decode("utf-8", "replace"))
            if meant.entity and value and holds(meant, value.decode("utf-8", "replace")):
                yield first, first + len(value), meant.entity
            first += len(value) + 2
