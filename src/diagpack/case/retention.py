"""Closing a case: what was raw is gone, what was sent stays.

Enters: a case. Leaves: package, journal and audit log. The key goes first: once it is gone, pseudonyms cannot be
linked to anything even if the rest of the deletion is interrupted. Run again, it finishes what was interrupted.
Deleting a file does not wipe the disk; disk encryption is for that.
"""

from dataclasses import dataclass

from diagpack.case.audit import AuditLog
from diagpack.case.commit import recover
from diagpack.case.durable import remove_tree, sync_folder
from diagpack.case.keys import Keyring, delete_key
from diagpack.case.layout import CaseDir
from diagpack.errors import UsageError


@dataclass(frozen=True, slots=True)
class Closed:
    """What `close_case` removed; zeros when the case had been closed before."""

    files: int
    size_bytes: int
    had_key: bool


def close_case(case: CaseDir, *, keyring: Keyring | None = None) -> Closed:
    """Delete key, raw files, derived artifacts and redacted evidence; keep `out/`, journal, audit log and case.yaml.

    Raises UsageError (DP601) when there is no such case.
    """
    if not case.path.is_dir():
        raise UsageError("DP601", f"there is no case {case.id}", hint="diagpack status lists your cases")
    recover(case)
    had_key = delete_key(case, keyring=keyring)
    files, size_bytes = 0, 0
    for folder in (case.raw, case.evidence):
        for each in folder.rglob("*"):
            if each.is_file() and not each.is_symlink():
                files += 1
                size_bytes += each.stat().st_size
        remove_tree(folder)
    sync_folder(case.path)
    if had_key or files:
        AuditLog(case.audit).append("close", files=files, size_bytes=size_bytes, key_deleted=had_key)
    return Closed(files, size_bytes, had_key)
