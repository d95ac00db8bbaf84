"""Closing a case."""

import json
from pathlib import Path

import pytest

from diagpack.case import retention
from diagpack.case.audit import AuditLog
from diagpack.case.commit import staging
from diagpack.case.journal import FileJournal
from diagpack.case.keys import load_or_create_key
from diagpack.case.layout import CaseDir
from diagpack.case.retention import close_case
from diagpack.case.store import RawStore
from diagpack.errors import UsageError
from diagpack.model.case import case_id
from tests.case.cases import FakeKeyring, new_case

CANARY = b"canary-secret-of-the-customer"


def worked_on(tmp_path: Path, keyring: FakeKeyring) -> CaseDir:
    case = new_case(tmp_path)
    load_or_create_key(case, keyring=keyring)
    RawStore(case).ingest_bytes(CANARY, "canary-name", "note")
    stage = staging(case)
    (stage.evidence / "map").write_bytes(CANARY)
    (stage.out / "CS-1042-esc1.zip").write_bytes(b"package")
    stage.commit()
    FileJournal(case.journal).put("create", {"key": "OPS-1"})
    AuditLog(case.audit).append("submit")
    return case


def test_raw_files_evidence_and_key_are_gone_and_the_rest_stays(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    case = worked_on(tmp_path, keyring)

    closed = close_case(case, keyring=keyring)

    assert closed.had_key
    assert closed.files == 3  # the note, its listing, the map
    assert keyring.entries == {}
    left = {str(path.relative_to(case.path)) for path in case.path.rglob("*") if path.is_file()}
    assert left == {".gitignore", "case.yaml", "journal", "audit.jsonl", "out/CS-1042-esc1.zip"}
    assert not any(b"canary" in (case.path / each).read_bytes() for each in left)


def test_the_audit_log_says_so_without_names(tmp_path: Path) -> None:
    case = worked_on(tmp_path, keyring := FakeKeyring())

    close_case(case, keyring=keyring)

    last = json.loads(case.audit.read_bytes().splitlines()[-1])
    assert (last["event"], last["key_deleted"], last["files"]) == ("close", True, 3)
    assert AuditLog(case.audit).verify().is_intact


def test_closing_twice_changes_nothing_more(tmp_path: Path) -> None:
    case = worked_on(tmp_path, keyring := FakeKeyring())
    close_case(case, keyring=keyring)
    head = AuditLog(case.audit).head()

    closed = close_case(case, keyring=keyring)

    assert (closed.files, closed.had_key) == (0, False)
    assert AuditLog(case.audit).head() == head


def test_the_key_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = worked_on(tmp_path, keyring := FakeKeyring())

    def interrupted(path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention, "remove_tree", interrupted)
        with pytest.raises(KeyboardInterrupt):
            close_case(case, keyring=keyring)

    assert not case.key.exists()
    assert keyring.entries == {}
    assert close_case(case, keyring=keyring).files == 3
    assert not case.raw.exists()


def test_a_case_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        close_case(CaseDir(tmp_path, case_id("CS-1")), keyring=FakeKeyring())

    assert caught.value.id == "DP601"
