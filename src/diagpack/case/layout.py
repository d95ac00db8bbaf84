"""Where a case lies on disk.

Enters: the folder of all cases and a case id. Leaves: the paths of its parts. Everything below is private (0700) and
kept out of version control by a `.gitignore`.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from diagpack.case.durable import PRIVATE_FOLDER, private_folder
from diagpack.model.case import CaseId


def cases_root(override: Path | None = None) -> Path:
    """The folder of all cases: the one given, `DIAGPACK_CASES`, or the user's data folder."""
    if override is not None:
        return override
    if from_environment := os.environ.get("DIAGPACK_CASES"):
        return Path(from_environment)
    return Path(platformdirs.user_data_dir("diagpack")) / "cases"


@dataclass(frozen=True, slots=True)
class CaseDir:
    """The parts of one case."""

    root: Path
    id: CaseId

    @property
    def path(self) -> Path:
        return self.root / self.id

    @property
    def yaml(self) -> Path:
        return self.path / "case.yaml"

    @property
    def raw(self) -> Path:
        return self.path / "raw"

    @property
    def derived(self) -> Path:
        """Raw artifacts that collectors cut from the sources; made again by every run."""
        return self.raw / "derived"

    @property
    def evidence(self) -> Path:
        return self.path / "evidence"

    @property
    def out(self) -> Path:
        return self.path / "out"

    @property
    def journal(self) -> Path:
        return self.path / "journal"

    @property
    def audit(self) -> Path:
        return self.path / "audit.jsonl"

    @property
    def key(self) -> Path:
        return self.path / "key"

    @property
    def lock(self) -> Path:
        return self.path / ".lock"

    def create(self) -> None:
        """Make the folders; harmless when they are there."""
        # The root may be a folder of the user's own (`--cases DIR`): an existing one keeps its permissions.
        self.root.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        for folder in (self.path, self.raw, self.derived, self.evidence, self.out):
            private_folder(folder)
        ignore = self.path / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")

    def exists(self) -> bool:
        """Whether `diagpack new` was run for this id."""
        return self.yaml.is_file()
