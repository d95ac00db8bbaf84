"""Artifact ids: `har-1`, `har-2`, by first appearance, never given to anything else.

Enters: kind, where it comes from, which part of it. Leaves: the id, the same in every later run; kept in
`raw/ids.json`.
"""

import json
from pathlib import Path

from diagpack.case.durable import write_atomically
from diagpack.errors import UsageError
from diagpack.model.raw import Source
from diagpack.model.ref import ArtifactId

_SCHEMA = "diagpack.ids/1"
_Key = tuple[str, str, str]


class Numberer:
    """The numbers given so far. One process at a time (the case lock)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def number(self, kind: str, source: Source, part: str = "") -> ArtifactId:
        """The id of one artifact. Durable on return.

        A source that is an artifact read again counts by that artifact's id: its bytes may change when a collector
        learns more, and its successors keep their ids all the same.
        """
        ids = self._load()
        origin = source.origin if source.origin in ids.values() else source.sha256
        key = (kind, origin, part)
        if key not in ids:
            taken = sum(1 for known in ids if known[0] == kind)
            ids[key] = f"{kind}-{taken + 1}"
            self._save(ids)
        return ArtifactId(ids[key])

    def _load(self) -> dict[_Key, str]:
        if not self._path.exists():
            return {}
        try:
            document = json.loads(self._path.read_bytes())
            return {(each["kind"], each["from"], each["part"]): each["id"] for each in document["ids"]}
        except (ValueError, KeyError, TypeError, RecursionError):
            raise UsageError("DP603", "ids.json is damaged", hint="restore it from a backup; do not edit it") from None

    def _save(self, ids: dict[_Key, str]) -> None:
        listed = [{"kind": kind, "from": origin, "part": part, "id": id} for (kind, origin, part), id in ids.items()]
        write_atomically(self._path, json.dumps({"schema": _SCHEMA, "ids": listed}, indent=1).encode() + b"\n")
