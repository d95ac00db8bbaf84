"""All redacted evidence of a case, as rules see it.

Enters: redacted artifacts. Leaves: parsed views, kept once, and the text a citation points to.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from diagpack.model.missing import Missing
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry, Lines, Pointer

T = TypeVar("T")


class EvidenceSet:
    """Artifacts in id order. `missing` lists what was not collected (already redacted)."""

    def __init__(self, artifacts: Sequence[RedactedArtifact], missing: Sequence[Missing] = ()) -> None:
        self.artifacts = tuple(artifacts)
        self.missing = tuple(missing)
        self._by_id = {each.id: each for each in self.artifacts}
        self._parsed: dict[ArtifactId, Any] = {}
        self._made: dict[str, Any] = {}

    def __iter__(self) -> Iterator[RedactedArtifact]:
        return iter(self.artifacts)

    def of_kind(self, *kinds: str) -> tuple[RedactedArtifact, ...]:
        """Artifacts of these kinds, in id order."""
        return tuple(each for each in self.artifacts if each.kind in kinds)

    def get(self, id: str) -> RedactedArtifact | None:
        return self._by_id.get(ArtifactId(id))

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` returns, made at the first call of this name; for views that every rule asks for."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]  # type: ignore[no-any-return]

    def json(self, artifact: RedactedArtifact) -> Any:
        """Parsed JSON content, parsed once."""
        if artifact.id not in self._parsed:
            self._parsed[artifact.id] = artifact.json()
        return self._parsed[artifact.id]

    def records(self, artifact: RedactedArtifact) -> tuple[Mapping[str, Any], ...]:
        """Records of a JSON Lines artifact (logs), parsed once."""
        if artifact.id not in self._parsed:
            self._parsed[artifact.id] = tuple(json.loads(line) for line in artifact.text().splitlines() if line.strip())
        return self._parsed[artifact.id]  # type: ignore[no-any-return]

    def entries(self, artifact: RedactedArtifact) -> tuple[Mapping[str, Any], ...]:
        """HAR entries; each carries its index in the original as `_dpEntry`."""
        return tuple(self.json(artifact)["log"]["entries"])

    def resolve(self, ref: EvidenceRef) -> str | None:
        """The redacted text a citation points to, or None when it points nowhere."""
        artifact = self.get(ref.artifact)
        if artifact is None:
            return None
        match ref.place:
            case HarEntry(index):
                found = [each for each in self.entries(artifact) if each.get("_dpEntry") == index]
                return json.dumps(found[0]) if found else None
            case Lines(first, last):
                if artifact.media_type == "application/jsonl":
                    lines = [each for each in self.records(artifact) if _overlaps(each, first, last)]
                    return "\n".join(str(each.get("text", "")) for each in lines) or None
                return "\n".join(artifact.text().splitlines()[first - 1 : last]) or None
            case Pointer(path):
                return _at(self.json(artifact), path)
        return artifact.id


def _overlaps(record: Mapping[str, Any], first: int, last: int) -> bool:
    line = record.get("line")
    if not isinstance(line, int):
        return False
    # A record of several lines counts its continuation lines in `lines`.
    return line <= last and line + int(record.get("lines", 1)) - 1 >= first


def _at(document: Any, pointer: str) -> str | None:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping) and key in document:
            document = document[key]
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return None
    return document if isinstance(document, str) else json.dumps(document)
