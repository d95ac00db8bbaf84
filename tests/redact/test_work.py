"""One pass over one artifact."""

import gc
from pathlib import Path

import pytest

from diagpack.redact import work
from diagpack.redact.engine import NeedsWithholding
from diagpack.redact.policy import load_policy
from tests.redact.planting import engine


def _run(path: Path, media_type: str, kind: str = "x", **more: bool) -> bytes:
    out: list[bytes] = []
    work.run(engine(), work.Task("x-1", kind, media_type, path, 0, path.stat().st_size, **more), out.append)
    return b"".join(out)


def test_json_of_our_own_collectors_is_redacted_by_marks(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(
        '{"signature":"Sha256Abc123456789","assertion":"Assertion","who":{"$sensitive":"name","value":"canary"},'
        '"note":"mail canary@example.com"}'
    )

    shown = _run(path, work.JSON, "saml")

    assert b"Sha256Abc123456789" in shown
    assert b'"assertion":"Assertion"' in shown
    assert b"canary" not in shown


def test_facts_follow_the_kind() -> None:
    facts = {"signature": "abcdef1234567890xyz", "mail": "canary@example.com"}

    assert work.redact_facts(engine(), facts, "saml")["signature"] == facts["signature"]
    assert work.redact_facts(engine(), facts, "api")["signature"] != facts["signature"]
    assert "canary" not in work.redact_facts(engine(), facts, "saml")["mail"]


@pytest.mark.parametrize("media_type", ["application/zip", "", "text/html"])
def test_other_kinds_are_withheld(tmp_path: Path, media_type: str) -> None:
    path = tmp_path / "a"
    path.write_text("x")

    with pytest.raises(NeedsWithholding):
        _run(path, media_type)


def test_a_document_over_the_limit_is_withheld(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("[" + "1," * 100 + "1]")
    task = work.Task("x-1", "x", work.JSON, path, 0, path.stat().st_size)

    with pytest.raises(NeedsWithholding, match="too large"):
        work.run(engine(policy=load_policy(overrides={"limits": {"document_bytes": 10}})), task, [].append)


def test_the_search_for_cycles_goes_on_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("no json")

    assert gc.isenabled()
    with pytest.raises(NeedsWithholding):
        _run(path, work.JSON)
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("content", "stays"),
    [
        ('{"address": {"city": "Canarystadt", "line1": "Canaryweg"}, "amount": 12990}', b"12990"),
        ("[14:02] the password is canary1234 since 8443", b"since 8443"),
        ('{"half": "of a document", mail canary@example.com 8443', b"8443"),
    ],
)
def test_json_that_somebody_pasted_as_a_note_is_read_by_its_keys(content: str, stays: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(content)

    shown = _run(path, work.TEXT, "note")

    assert b"anary" not in shown
    assert stays in shown
