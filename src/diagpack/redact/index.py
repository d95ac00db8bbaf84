"""The index of redacted evidence on disk: what each artifact is, with the MAC that seals it.

Enters: descriptions of artifacts and their MACs. Leaves: `index.json` in the evidence folder, and its content back.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diagpack.errors import RedactionError

INDEX = "index.json"


def write_index(evidence_dir: Path, content: Mapping[str, Any], mac: str) -> None:
    """Durable: written beside, synced, renamed."""
    temporary = evidence_dir / (INDEX + ".new")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump({"content": content, "mac": mac}, stream, sort_keys=True, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(evidence_dir / INDEX)


def read_index(evidence_dir: Path) -> tuple[Mapping[str, Any], str]:
    """Content and MAC. Raises RedactionError (DP222) when it is missing or no index."""
    try:
        loaded = json.loads((evidence_dir / INDEX).read_text("utf-8"))
        content, mac = loaded["content"], loaded["mac"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        content, mac = None, ""
    if not isinstance(content, dict) or not isinstance(mac, str):
        raise RedactionError(
            "DP222", "the index of redacted evidence is missing or damaged", hint="run collect again"
        ) from None
    return content, mac


def evidence_path(evidence_dir: Path, folder: str, name: str) -> Path:
    """A path inside the evidence folder. Raises RedactionError (DP223) for a name that leads out of it."""
    for part in (folder, name):
        if not part or part in (".", "..") or any(each in part for each in "/\\\0:"):
            raise RedactionError("DP223", "an artifact's folder or name would lead out of the evidence folder")
    return evidence_dir / folder / name
