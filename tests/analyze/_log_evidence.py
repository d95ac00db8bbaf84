"""Redacted log evidence for rules under test."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from diagpack.model._seal import Sealer
from diagpack.model.evidence import EvidenceSet
from diagpack.model.redacted import RedactedArtifact, describe
from diagpack.model.ref import ArtifactId

_SEALER = Sealer(bytes(32))
_FACTS: dict[str, Any] = {
    "lines_total": 1000,
    "zone": "Z",
    "zone_source": "stated",
    "first": "2026-03-03T09:00:00+00:00",
    "last": "2026-03-03T11:00:00+00:00",
    "query": {"ids": ["req-1"], "window": ["2026-03-03T10:00:00+00:00", "2026-03-03T10:05:00+00:00"]},
    "hits": {"req-1": 2},
    "truncated": 0,
}


def record(
    line: int, text: str, *, level: str | None = "error", ids: Sequence[str] = (), lines: int = 1
) -> dict[str, Any]:
    """One record; its time is its line number in seconds after ten."""
    time = f"2026-03-03T10:00:{line % 60:02}+00:00"
    return {
        "source": "source-1",
        "line": line,
        "lines": lines,
        "time": time,
        "level": level,
        "ids": list(ids),
        "text": text,
    }


def log(
    folder: Path, records: Sequence[Mapping[str, Any]] = (), *, id: str = "log-1", **facts: Any
) -> RedactedArtifact:
    """A sealed artifact of kind `log`."""
    content = b"".join(json.dumps(each).encode() + b"\n" for each in records)
    return _artifact(folder, id, "log", "application/jsonl", content, _FACTS | facts)


def request_ids(folder: Path, ids: Sequence[Mapping[str, Any]]) -> RedactedArtifact:
    """A sealed artifact of kind `request-ids`."""
    return _artifact(folder, "request-ids-1", "request-ids", "application/json", json.dumps({"ids": ids}).encode(), {})


def evidence(*artifacts: RedactedArtifact) -> EvidenceSet:
    return EvidenceSet(artifacts)


def _artifact(
    folder: Path, id: str, kind: str, media_type: str, content: bytes, facts: dict[str, Any]
) -> RedactedArtifact:
    path = folder / id
    path.write_bytes(content)
    described = {
        "id": id,
        "kind": kind,
        "media_type": media_type,
        "folder": kind,
        "suffix": ".json",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "facts": facts,
        "tally": {},
        "policy_sha256": "0" * 64,
    }
    seal = _SEALER.seal(describe(**described))  # type: ignore[arg-type]
    return RedactedArtifact(**(described | {"id": ArtifactId(id)}), path=path, seal=seal)  # type: ignore[arg-type]
