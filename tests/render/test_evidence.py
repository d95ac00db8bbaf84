"""evidence/: the redacted artifacts, byte for byte."""

import pytest

from diagpack.errors import RedactionError
from diagpack.model.evidence import EvidenceSet
from diagpack.render.evidence import RENDERER
from tests.render.escalations import escalation
from tests.support import evidence as support


def test_every_artifact_is_at_its_place() -> None:
    made = escalation()

    assert dict(RENDERER.render(made)) == {each.package_path: each.read() for each in made.evidence}


def test_a_file_that_changed_after_redaction_is_not_copied() -> None:
    artifact = support.note("canary-of-a-changed-file")
    artifact.path.write_bytes(b"something else")

    with pytest.raises(RedactionError):
        dict(RENDERER.render(escalation(evidence=EvidenceSet([artifact]))))
