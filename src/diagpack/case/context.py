"""What the case lends to collectors during one run.

Enters: the checked case, the one *now* of the run. Leaves: artifacts under `raw/derived/`, gaps by name. Implements
`model.collector.CollectContext`. Derived files are not synced: a killed run makes them again from the sources.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from diagpack.case.durable import new_private_file, private_folder, remove_tree
from diagpack.case.layout import CaseDir
from diagpack.case.numbering import Numberer
from diagpack.model.case import Case, Window
from diagpack.model.missing import DELIBERATE, Missing
from diagpack.model.raw import RawArtifact, Source
from diagpack.model.ref import ArtifactId
from diagpack.model.request_ids import spellings

_KIND = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_SUFFIX = re.compile(r"(?:\.[a-z0-9]{1,10}){0,3}", re.ASCII)


class RunContext:
    """One run. `missing_items` and `all_artifacts` are what the pipeline takes from it."""

    def __init__(self, folders: CaseDir, case: Case, now: datetime, numberer: Numberer) -> None:
        if now.tzinfo is None:
            raise ValueError("now needs a time zone")
        self._folders = folders
        self._case = case
        self._now = now
        self._numberer = numberer
        self._artifacts: dict[ArtifactId, RawArtifact] = {}
        self.missing_items: list[Missing] = []
        remove_tree(folders.derived)
        private_folder(folders.derived)

    @property
    def now(self) -> datetime:
        return self._now

    @property
    def window(self) -> Window | None:
        return self._case.window

    def section(self, name: str) -> Mapping[str, Any]:
        found = self._case.sections.get(name, {})
        section = found if isinstance(found, Mapping) else {}
        return {**section, "approved": self._case.approved_images} if name == "images" else section

    def artifacts(self, kind: str) -> Sequence[RawArtifact]:
        return [each for each in self.all_artifacts() if each.kind == kind]

    def all_artifacts(self) -> list[RawArtifact]:
        """Every artifact of this run, by kind and number."""
        return sorted(self._artifacts.values(), key=_by_number)

    def request_ids(self) -> tuple[str, ...]:
        """The analyst's first, then those found; each in all spellings, once."""
        found = [form for id in self._case.request_ids for form in spellings(id)]
        for artifact in self.artifacts("request-ids"):
            with artifact.open_raw() as stream:
                document = json.load(stream)
            for each in document.get("ids", ()):
                found += [str(each["id"]), *map(str, each.get("spellings", ()))]
        return tuple(dict.fromkeys(id for id in found if id))

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
        """Write and number one artifact. Raises ValueError on a kind, folder or suffix that is not a plain word."""
        folder = folder or kind
        if not (_KIND.fullmatch(kind) and _KIND.fullmatch(folder) and _SUFFIX.fullmatch(suffix)):
            raise ValueError("kind, folder and suffix are plain words")
        # Written first, numbered second: an artifact whose collector fails half-way takes no number.
        path, sha256, size_bytes = source.raw_path, source.sha256, source.size_bytes
        if content is None:
            id = self._numberer.number(kind, source, part)
        else:
            with new_private_file(self._folders.derived) as (stream, temporary):
                digest, size_bytes = hashlib.sha256(), 0
                for piece in content:
                    digest.update(piece)
                    size_bytes += len(piece)
                    stream.write(piece)
                stream.close()
                id = self._numberer.number(kind, source, part)
                path, sha256 = self._folders.derived / f"{id}{suffix}", digest.hexdigest()
                temporary.replace(path)
        artifact = RawArtifact(
            id=id,
            kind=kind,
            media_type=media_type,
            folder=folder,
            suffix=suffix,
            path=path,
            sha256=sha256,
            size_bytes=size_bytes,
            source=source.label,
            facts=dict(facts or {}),
        )
        self._artifacts[id] = artifact
        return artifact

    def missing(self, source: Source, id: str, reason: str, *, question: str = "") -> None:
        is_fault = id not in DELIBERATE
        self.missing_items.append(Missing(source.label, reason, question, source.name, id, is_fault))


def _by_number(artifact: RawArtifact) -> tuple[str, int]:
    kind, _, number = artifact.id.rpartition("-")
    return kind, int(number)
