"""The journal of a case: durable facts of a delivery, so that a killed `submit` finds what it had done.

Enters: a name and a value. Leaves: the last value of a name. Implements `model.package.Journal`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diagpack.case import jsonl


class FileJournal:
    """JSON lines `{"name": …, "value": {…}}`, appended and synced."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> Mapping[str, Any] | None:
        """The value put last under a name."""
        return self.all().get(name)

    def put(self, name: str, value: Mapping[str, Any]) -> None:
        """Durable on return."""
        jsonl.append(self._path, {"name": name, "value": dict(value)})

    def all(self) -> dict[str, Mapping[str, Any]]:
        """Every name with its last value, in order of first appearance."""
        return {str(record["name"]): record["value"] for record in jsonl.read(self._path) if "name" in record}
