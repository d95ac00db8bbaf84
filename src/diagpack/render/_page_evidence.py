"""The evidence section of the page: every artifact with its file, and every cited place that no other section shows.

Enters: evidence and citations. Leaves: one view per artifact with an anchor for the whole and one per cited pointer or
line; small text is shown, large text is cut with the path of its file.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef, Lines, Pointer, Whole
from diagpack.render._citations import Citations, anchor
from diagpack.render._exchanges import indented_json
from diagpack.render._visible import clipped

_VALUE: Final = 2_000
_NOTE_LINES: Final = 200
_LINE: Final = 1_000
_JSON: Final = 6_000
_PICTURES: Final = 300_000


@dataclass(frozen=True, slots=True)
class Place:
    """One cited place and what stands there."""

    anchor: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class NoteLine:
    anchor: str
    number: int
    text: str
    is_cited: bool


@dataclass(frozen=True, slots=True)
class ArtifactView:
    """One artifact. `picture` is a data URL of an approved image; `json` its content when small and not shown above."""

    anchor: str
    id: str
    kind: str
    path: str
    size: str
    sha256: str
    places: tuple[Place, ...]
    lines: tuple[NoteLine, ...]
    json: str
    picture: str


def artifact_views(evidence: EvidenceSet, citations: Citations) -> tuple[ArtifactView, ...]:
    """One view per artifact, in id order."""
    views = []
    budget = _PICTURES
    for artifact in evidence:
        picture = _picture(artifact, budget)
        budget -= len(picture)
        views.append(_view(evidence, artifact, citations, picture))
    return tuple(views)


def size_text(size_bytes: int) -> str:
    """`512 B`, `6.8 kB`, `3.1 MB`."""
    if size_bytes < 1_000:
        return f"{size_bytes} B"
    return f"{size_bytes / 1_000:.1f} kB" if size_bytes < 1_000_000 else f"{size_bytes / 1_000_000:.1f} MB"


def _view(evidence: EvidenceSet, artifact: RedactedArtifact, citations: Citations, picture: str) -> ArtifactView:
    cited = citations.cited(artifact.id)
    return ArtifactView(
        anchor=anchor(EvidenceRef(artifact.id, Whole())),
        id=artifact.id,
        kind=artifact.kind,
        path=artifact.package_path,
        size=size_text(artifact.size_bytes),
        sha256=artifact.sha256,
        places=tuple(_places(evidence, artifact, cited)),
        lines=tuple(_lines(artifact, cited)) if artifact.media_type.startswith("text/") else (),
        json=_json(evidence, artifact),
        picture=picture,
    )


def _places(evidence: EvidenceSet, artifact: RedactedArtifact, cited: tuple[EvidenceRef, ...]) -> Iterator[Place]:
    for ref in cited:
        # An exchange of an API artifact has its anchor in the calls section.
        if isinstance(ref.place, Pointer) and not is_exchange(artifact, ref.place):
            text = clipped(indented_json(evidence.resolve(ref) or ""), _VALUE, artifact.package_path)
            yield Place(anchor(ref), str(ref), text)


def is_exchange(artifact: RedactedArtifact, place: Pointer) -> bool:
    """Whether the pointer names a whole exchange of an API artifact."""
    head, _, number = place.path.rpartition("/")
    return artifact.kind == "api" and head == "/exchanges" and number.isdigit()


def _lines(artifact: RedactedArtifact, cited: tuple[EvidenceRef, ...]) -> Iterator[NoteLine]:
    wanted = {ref.place.first for ref in cited if isinstance(ref.place, Lines)}
    for number, text in enumerate(artifact.text().splitlines(), 1):
        if number <= _NOTE_LINES or number in wanted:
            name = anchor(EvidenceRef(artifact.id, Lines(number, number)))
            yield NoteLine(name, number, clipped(text, _LINE, artifact.package_path), number in wanted)


def _json(evidence: EvidenceSet, artifact: RedactedArtifact) -> str:
    if artifact.media_type != "application/json":
        return ""
    if artifact.size_bytes > 1_000_000:
        return clipped(artifact.text(), _JSON, artifact.package_path)
    return clipped(json.dumps(evidence.json(artifact), indent=2, ensure_ascii=False), _JSON, artifact.package_path)


def _picture(artifact: RedactedArtifact, budget: int) -> str:
    if artifact.media_type != "image/png" or artifact.size_bytes * 4 // 3 > budget:
        return ""
    return "data:image/png;base64," + base64.b64encode(artifact.read()).decode("ascii")
