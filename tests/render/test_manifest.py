"""manifest.json."""

import hashlib
import json

from diagpack.render.manifest import RENDERER, described
from tests.render.escalations import escalation


def test_it_names_schema_package_case_and_signature() -> None:
    manifest = json.loads(dict(RENDERER.render(escalation()))["manifest.json"])

    assert manifest["schema"] == "diagpack.manifest/1"
    assert manifest["id"] == "CS-1042-esc1"
    assert manifest["case"] == "CS-1042"
    assert manifest["signature"] == "dp1:3f9a1c77e02b"
    assert manifest["parts"] == {"status": "500", "path": "/api/v2/session"}
    assert manifest["tokens"] == []
    assert len(manifest["policy_sha256"]) == 64


def test_what_was_collected_matches_the_files() -> None:
    made = escalation()

    for entry, artifact in zip(described(made)["collected"], made.evidence, strict=True):
        assert entry["path"] == artifact.package_path
        assert entry["sha256"] == hashlib.sha256(artifact.read()).hexdigest()


def test_what_is_missing_has_reason_and_question() -> None:
    first, second = described(escalation())["missing"]

    assert first == {
        "label": "source-4",
        "id": "DP101",
        "reason": "not a HAR file: the file ends in the middle of entry 212",
        "question": "Please export the recording again.",
        "fault": True,
    }
    assert second["fault"] is False


def test_checklist_limitations_and_counts_are_there() -> None:
    manifest = described(escalation())

    assert [each["status"] for each in manifest["checklist"]["items"]] == ["ok", "ok", "partly", "missing", "skipped"]
    assert manifest["redaction"] == {"secret": 23, "email": 7, "ip": 3, "phone": 1}
    assert len(manifest["limitations"]) == 2
    assert manifest["findings"][0]["refs"][0] == "[saml-1 /messages/1/conditions/NotBefore]"
