"""Citations: where in the original evidence a statement can be checked.

Enters: an artifact id and a place. Leaves: the printed form, `[har-1 #37]`,
`[log-2 L4711-4730]`, `[saml-1 /conditions]`.
"""

import re
from dataclasses import dataclass
from typing import NewType, Self

ArtifactId = NewType("ArtifactId", str)


@dataclass(frozen=True, slots=True)
class HarEntry:
    """One exchange, counted from 0 in the original HAR (kept in the slimmed one as `_dpEntry`)."""

    index: int

    def __str__(self) -> str:
        return f" #{self.index}"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of the original text, counted from 1, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f" L{self.first}" if self.first == self.last else f" L{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A JSON pointer (RFC 6901) into a JSON artifact."""

    path: str

    def __str__(self) -> str:
        return f" {self.path}"


@dataclass(frozen=True, slots=True)
class Whole:
    """The artifact as a whole."""

    def __str__(self) -> str:
        return ""


Place = HarEntry | Lines | Pointer | Whole

_FORM = re.compile(r"\[([a-z][a-z0-9-]*-\d+)(?: #(\d+)| L(\d+)(?:-(\d+))?| (/[^\]\s]*))?\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """One citation."""

    artifact: ArtifactId
    place: Place = Whole()

    def __str__(self) -> str:
        return f"[{self.artifact}{self.place}]"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of `str`. Raises ValueError on anything else."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError("not a citation")
        artifact, entry, first, last, pointer = match.groups()
        place: Place = Whole()
        if entry is not None:
            place = HarEntry(int(entry))
        elif first is not None:
            place = Lines(int(first), int(last or first))
        elif pointer is not None:
            place = Pointer(pointer)
        return cls(ArtifactId(artifact), place)


def find_refs(text: str) -> tuple[EvidenceRef, ...]:
    """Every citation inside a sentence, in order."""
    return tuple(EvidenceRef.parse(match.group(0)) for match in _FORM.finditer(text))
