"""Findings as the collector writes them.

Enters: what the checks see. Leaves: JSON objects with level, certainty, evidence, means, ask, source and
a JSON pointer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from diagpack.model.sso_vocabulary import Entry, vocabulary

# What hostile input can raise in code that was written for messages: refused by name, never shown.
HOSTILE: Final = (
    RecursionError,
    MemoryError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    etree.LxmlError,
)


@dataclass(frozen=True, slots=True)
class Note:
    """One finding before it is written. `path` points into the message; `entry` is the HAR entry it was seen at."""

    id: str
    evidence: str
    path: str = ""
    level: str = ""
    certainty: str = "proven"
    entry: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self, prefix: str) -> dict[str, Any]:
        """`prefix` is the pointer of the message inside the artifact."""
        words = entry_of(self.id)
        written: dict[str, Any] = {
            "id": self.id,
            "level": self.level or words.level,
            "certainty": self.certainty,
            "title": words.title,
            "evidence": self.evidence,
            "means": words.means,
            "ask": words.ask,
            "source": words.source,
            "ref": prefix + self.path,
        }
        if self.entry is not None:
            written["har_entry"] = self.entry
        if self.detail:
            written["detail"] = dict(self.detail)
        return written


def entry_of(id: str) -> Entry:
    """The row of the vocabulary; an `oidc.error.*` of a vendor's own falls back to `oidc.error`."""
    rows = vocabulary()
    return rows[id] if id in rows else rows[id.rpartition(".")[0]]


class Report:
    """Collects notes; the same finding at the same place is kept once."""

    def __init__(self, entry: int | None = None) -> None:
        """`entry`: the HAR entry of every note that names none itself."""
        self._entry = entry
        self._notes: dict[tuple[str, str, str, int | None], Note] = {}

    def add(
        self,
        id: str,
        evidence: str,
        path: str = "",
        *,
        level: str = "",
        certainty: str = "proven",
        entry: int | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Note one finding."""
        entry = self._entry if entry is None else entry
        self._notes.setdefault(
            (id, evidence, path, entry), Note(id, evidence, path, level, certainty, entry, detail or {})
        )

    @property
    def notes(self) -> tuple[Note, ...]:
        return tuple(self._notes.values())

    def ids(self) -> frozenset[str]:
        return frozenset(note.id for note in self._notes.values())
