"""A small context and sources for collectors under test: in memory, nothing numbered but by kind."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diagpack.model.case import Window
from diagpack.model.raw import RawArtifact, Source
from diagpack.model.ref import ArtifactId


@dataclass
class Lent:
    """Implements `CollectContext` over a folder."""

    folder: Path
    window: Window | None = None
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    earlier: list[RawArtifact] = field(default_factory=list)
    gaps: list[tuple[str, str]] = field(default_factory=list)
    now: datetime = datetime(2026, 3, 4, tzinfo=UTC)

    def section(self, name: str) -> Mapping[str, Any]:
        return self.sections.get(name, {})

    def artifacts(self, kind: str) -> Sequence[RawArtifact]:
        return [each for each in self.earlier if each.kind == kind]

    def request_ids(self) -> tuple[str, ...]:
        return self.ids

    def store(
        self,
        source: Source,
        *,
        kind: str,
        media_type: str,
        suffix: str,
        folder: str = "",
        content: Iterable[bytes] | None = None,
        facts: Mapping[str, Any] | None = None,
        part: str = "",
    ) -> RawArtifact:
        id = ArtifactId(f"{kind}-{sum(1 for each in self.earlier if each.kind == kind) + 1}")
        path = self.folder / f"{id}{suffix}"
        path.write_bytes(source.raw_path.read_bytes() if content is None else b"".join(content))
        data = path.read_bytes()
        artifact = RawArtifact(
            id=id,
            kind=kind,
            media_type=media_type,
            folder=folder or kind,
            suffix=suffix,
            path=path,
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
            source=source.label,
            facts=facts or {},
        )
        self.earlier.append(artifact)
        return artifact

    def missing(self, source: Source, id: str, reason: str, *, question: str = "") -> None:
        self.gaps.append((id, reason))


def source(folder: Path, data: bytes, name: str = "given", origin: str = "file", label: str = "source-1") -> Source:
    """A source over bytes."""
    path = folder / f"raw-{label}"
    path.write_bytes(data)
    return Source(label, name, path, hashlib.sha256(data).hexdigest(), len(data), origin)


def content(artifact: RawArtifact) -> bytes:
    """What the collector wrote."""
    with artifact.open_raw() as stream:
        return stream.read()
