"""`recall`: a filed package is taken back.

Enters: a case that was filed, a reason. Leaves: a signed notice beside the package and on the issue, the zip deleted
there where the account may, a line in the audit log, and in the journal the digest that no later `submit` may send.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diagpack.case.audit import AuditLog
from diagpack.case.durable import write_atomically
from diagpack.case.layout import CaseDir
from diagpack.case.lock import case_lock
from diagpack.errors import UsageError
from diagpack.model.package import PublishContext, Recaller, RecallNotice
from diagpack.pipeline.cases import journal, person
from diagpack.pipeline.delivery import RECALLED, publisher_of, recalled, redacted_reason
from diagpack.pipeline.settings import Settings
from diagpack.sign.recall import sign_recall


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was taken back. `open_points`: what could not be done, one sentence each."""

    package_id: str
    target: str
    key: str
    notice: Path
    open_points: tuple[str, ...]


def recall(
    folder: CaseDir, settings: Settings, reason: str, say: Callable[[str], None], *, package_id: str = ""
) -> Recalled:
    """The last filed package, or the one named. Raises UsageError (DP514), AuthenticationError (4), RemoteError (7)."""
    with case_lock(folder):
        id, filed = _filed(folder, package_id)
        words = redacted_reason(folder, settings, reason)
        path = folder.out / f"{id}.recall.json"
        digest = str(filed["sha256"])
        known = recalled(folder).get(digest)
        # The same notice again: what was attached before must stay the one that is shown.
        content = path.read_bytes() if known and path.exists() else sign_recall(
            id, digest, words, settings.now, settings.signer
        )  # fmt: skip
        write_atomically(path, content)
        # Local first: from here on no submit sends these bytes, whatever the network does.
        journal(folder).put(RECALLED, {**recalled(folder), digest: {"package": id, "at": settings.now.isoformat()}})
        notice = RecallNotice(id, digest, str(filed["key"]), words, content)
        open_points = _on_target(folder, settings, str(filed["target"]), notice, say)
        AuditLog(folder.audit).append(
            "recall", by=person(), package=id, sha256=digest, target=filed["target"], key=filed["key"], reason=reason
        )
    return Recalled(id, str(filed["target"]), str(filed["key"]), path, open_points)


def _filed(folder: CaseDir, package_id: str) -> tuple[str, Mapping[str, Any]]:
    delivered = journal(folder).get("delivered") or {}
    if not delivered or (package_id and package_id not in delivered):
        raise UsageError(
            "DP514",
            "no package of that name was filed" if package_id else "nothing of this case was filed",
            hint=f"filed: {', '.join(delivered)}" if delivered else "there is nothing to recall",
        )
    chosen = package_id or list(delivered)[-1]
    return chosen, delivered[chosen]


def _on_target(
    folder: CaseDir, settings: Settings, target: str, notice: RecallNotice, say: Callable[[str], None]
) -> tuple[str, ...]:
    publisher = publisher_of(target, settings)
    if not isinstance(publisher, Recaller):
        return (f"{notice.package_id} was written to a folder: give the notice to whoever has it",)
    context = PublishContext(
        journal=journal(folder),
        settings={**settings.profile.jira, "case": folder.id},
        out_dir=folder.out,
        say=say,
        sleep=time.sleep,
        clock=time.time,
        sign_delivery=lambda key: b"",
    )
    return publisher.recall(notice, context)
