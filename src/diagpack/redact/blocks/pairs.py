"""Values bound to a statement, as Active Record logs them: `[["email", "…"], ["LIMIT", 1]]`.

Enters: a chunk of text. Leaves: the values whose name is sensitive. A list of two words (`["password", "jwt"]`) is
none: a pair stands in a list of pairs. Source: Ruby on Rails, ActiveRecord::LogSubscriber.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from diagpack.redact.blocks.names import holds, meaning
from diagpack.redact.detectors._engine import compiled

if TYPE_CHECKING:
    from diagpack.redact.policy import Policy

SOURCE = r"(?:\[|\],[ ]?)\[\\*\"[A-Za-z][A-Za-z0-9_.]{0,60}\\*\",[ ]?\\*\""
_PAIR = compiled(
    r"(?:\[|\],[ ]?)\[\\*\"([A-Za-z][A-Za-z0-9_.]{0,60})\\*\",[ ]?\\*\"((?:[^\"\\\r\n]|\\[^\"\r\n])+)\\*\"\]",
    captures=True,
)


def bound_values(policy: "Policy", data: bytes) -> Iterator[tuple[int, int, str]]:
    """(start, end, class) of every value that is bound under a sensitive name."""
    position = 0
    while (found := _PAIR.groups(data, position)) is not None:
        (_, end), name, (first, last) = found
        meant = meaning(policy, data[slice(*name)].decode("utf-8", "replace"))
        last -= len(data[first:last]) - len(data[first:last].rstrip(b"\\"))
        if meant.entity and last > first and holds(meant, data[first:last].decode("utf-8", "replace")):
            yield first, last, meant.entity
        # The bracket that closes this pair opens the next one's place.
        position = end - 1
