import pytest

from diagpack.errors import RedactionError
from diagpack.model.ref import EvidenceRef
from tests.support.evidence import evidence, har, har_entry, log, log_record, make_artifact


def test_a_built_artifact_is_sealed_and_its_citations_resolve() -> None:
    found = evidence(
        har([har_entry(3, "https://app.example.com/")]),
        log([log_record(7, "boom")]),
    )

    assert "app.example.com" in (found.resolve(EvidenceRef.parse("[har-1 #3]")) or "")
    assert found.resolve(EvidenceRef.parse("[log-1 L7]")) == "boom"
    assert found.resolve(EvidenceRef.parse("[har-1 #4]")) is None


def test_a_built_artifact_notices_a_changed_file() -> None:
    artifact = make_artifact("note", "hello")
    artifact.path.write_text("other")

    with pytest.raises(RedactionError):
        artifact.read()
