"""Redacted evidence cannot be made, changed or reloaded without the redactor's seal."""

import copy
import dataclasses
import hashlib
import pickle
from pathlib import Path
from typing import Any

import pytest

from diagpack.errors import RedactionError
from diagpack.model._seal import Seal, Sealer
from diagpack.model.redacted import RedactedArtifact, ScannedFiles, describe, describe_files
from diagpack.model.ref import ArtifactId

CONTENT = b"dp-email-k3f9q2m7ab4t wrote"
SEALER = Sealer(b"k" * 32)


def fields_for(path: Path, **changes: Any) -> dict[str, Any]:
    fields = {
        "id": ArtifactId("note-1"),
        "kind": "note",
        "media_type": "text/plain",
        "folder": "notes",
        "suffix": ".txt",
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "size_bytes": len(CONTENT),
        "facts": {"lines": [1, {"a": None}]},
        "tally": {"email/text.email": 1},
        "policy_sha256": "p" * 64,
    }
    return {**fields, **changes}


@pytest.fixture
def artifact(tmp_path: Path) -> RedactedArtifact:
    path = tmp_path / "note-1.txt"
    path.write_bytes(CONTENT)
    fields = fields_for(path)
    return RedactedArtifact(path=path, seal=SEALER.seal(describe(**fields)), **fields)


def test_a_sealed_artifact_reads_back(artifact: RedactedArtifact) -> None:
    assert artifact.read() == CONTENT
    assert artifact.package_path == "evidence/notes/note-1.txt"


def test_the_constructor_refuses_a_missing_or_foreign_seal(artifact: RedactedArtifact, tmp_path: Path) -> None:
    fields = fields_for(tmp_path)
    foreign = Sealer(b"x" * 32).seal(b"something else")
    for seal in (None, object(), foreign, "seal"):
        with pytest.raises(RedactionError, match="seal"):
            RedactedArtifact(path=artifact.path, seal=seal, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"id": ArtifactId("note-2")},
        {"kind": "har"},
        {"media_type": "text/html"},
        {"folder": "elsewhere"},
        {"suffix": ".html"},
        {"sha256": "0" * 64},
        {"size_bytes": 3},
        {"facts": {}},
        {"tally": {}},
        {"policy_sha256": "q" * 64},
    ],
)
def test_replace_cannot_change_anything_the_seal_covers(artifact: RedactedArtifact, change: dict[str, Any]) -> None:
    with pytest.raises(RedactionError, match="seal"):
        dataclasses.replace(artifact, **change)


def test_a_seal_of_another_artifact_does_not_fit(artifact: RedactedArtifact, tmp_path: Path) -> None:
    with pytest.raises(RedactionError):
        RedactedArtifact(path=artifact.path, seal=artifact.seal, **fields_for(tmp_path, id=ArtifactId("note-9")))


def test_a_seal_cannot_be_made_without_a_sealer() -> None:
    with pytest.raises(TypeError):
        Seal("not a sealer", "00")  # type: ignore[arg-type]


def test_a_changed_file_is_refused_at_every_read(artifact: RedactedArtifact) -> None:
    artifact.path.write_bytes(b"canary-raw-value was put back")

    with pytest.raises(RedactionError) as caught:
        artifact.read()

    assert "note-1" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_nothing_of_the_seal_can_be_pickled(artifact: RedactedArtifact) -> None:
    for each in (artifact, artifact.seal, SEALER):
        with pytest.raises(TypeError):
            pickle.dumps(each)


def test_copies_are_the_same_object(artifact: RedactedArtifact) -> None:
    assert copy.copy(artifact) is artifact
    assert copy.deepcopy(artifact) is artifact


def test_it_is_frozen_down_to_its_facts(artifact: RedactedArtifact) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        artifact.kind = "har"  # type: ignore[misc]
    with pytest.raises(TypeError):
        artifact.facts["lines"] = []  # type: ignore[index]
    with pytest.raises(TypeError):
        artifact.facts["lines"][1]["a"] = "raw"


def test_repr_shows_no_content(artifact: RedactedArtifact) -> None:
    assert repr(artifact) == f"{artifact}" == "RedactedArtifact(note-1, note, 27 bytes)"


def test_files_that_were_not_scanned_cannot_be_handed_to_the_signer() -> None:
    files = {"a.txt": b"one"}
    seal = SEALER.seal(describe_files({"a.txt": hashlib.sha256(b"one").hexdigest()}))

    assert dict(ScannedFiles(files, seal).items()) == files
    for changed in ({"a.txt": b"two"}, {"b.txt": b"one"}, {**files, "c.txt": b""}):
        with pytest.raises(RedactionError, match="residue scan"):
            ScannedFiles(changed, seal)
