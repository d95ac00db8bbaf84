"""Runs a story through the real pipeline, in process, with a fixed case key.

Enters: a story and an empty folder. Leaves: the outcome and the files of its package. The key is written as the plain
key file, so that pseudonyms, and with them the golden files, are the same on every run.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from diagpack.case.config import new_case_yaml, update_case_yaml
from diagpack.case.keys import SCHEMA, load_or_create_key
from diagpack.case.layout import CaseDir
from diagpack.model.case import case_id
from diagpack.model.evidence import EvidenceSet
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.run import Outcome, collect
from diagpack.pipeline.settings import Settings, load_settings
from diagpack.redact.boundary import load_evidence
from tests.cases.builders import Story
from tests.support_pipeline import members

NOW = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ran:
    """A collected case."""

    story: Story
    folder: CaseDir
    settings: Settings
    outcome: Outcome
    files: Mapping[str, bytes]

    @property
    def evidence(self) -> EvidenceSet:
        """The redacted evidence as it lies in the case now."""
        key, _ = load_or_create_key(self.folder)
        return EvidenceSet(load_evidence(self.folder.evidence, key))

    def text(self, path: str) -> str:
        return self.files[path].decode()


def run(story: Story, into: Path) -> Ran:
    """Collect the story's files with a throw-away signing key; nothing of this computer is used."""
    incoming = into / "incoming"
    incoming.mkdir(parents=True)
    for name, content in {**story.files, **story.extra_files}.items():
        (incoming / name).write_bytes(content)
    folder = CaseDir(into / "cases", case_id(story.id))
    folder.create()
    folder.yaml.write_text(new_case_yaml(folder.id, str(story.yaml["checklist"])), encoding="utf-8")
    changes = json.loads(json.dumps(dict(story.yaml)))
    if "sso" in changes:
        changes["sso"]["idp_certificates"] = [str(incoming / each) for each in changes["sso"]["idp_certificates"]]
    update_case_yaml(folder.yaml, changes)
    secret = base64.b64encode(bytes(range(32))).decode()
    folder.key.write_text(json.dumps({"schema": SCHEMA, "storage": "plain", "secret": secret}), encoding="utf-8")
    folder.key.chmod(0o600)
    settings = replace(load_settings(None, throwaway=True, workers=1, use_keyring=False), now=NOW)
    inputs = Inputs(paths=tuple(incoming / name for name in story.files), notes=story.notes)
    outcome = collect(folder, inputs, settings, lambda _: None)
    return Ran(story, folder, settings, outcome, members(outcome.package))


def again(ran: Ran, changes: Mapping[str, object]) -> Ran:
    """The same case after the analyst changed `case.yaml`."""
    update_case_yaml(ran.folder.yaml, dict(changes))
    outcome = collect(ran.folder, Inputs(), ran.settings, lambda _: None)
    return replace(ran, outcome=outcome, files=members(outcome.package))
