"""Keeping a case: make it, record decisions, reload what was redacted, say where it stands, close it.

Enters: a case folder and what a person decided. Leaves: a changed `case.yaml` with an audit line, or
a view of the case.
"""

import getpass
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diagpack.assess.checklists import load_checklists
from diagpack.assess.lint_view import Delivery
from diagpack.case.audit import AuditLog, Head
from diagpack.case.config import load_case, new_case_yaml, update_case_yaml
from diagpack.case.journal import FileJournal
from diagpack.case.keys import load_or_create_key
from diagpack.case.layout import CaseDir
from diagpack.case.lock import case_lock
from diagpack.case.retention import Closed, close_case
from diagpack.errors import RedactionError, UsageError
from diagpack.model.escalation import Escalation
from diagpack.model.redacted import RedactionReport
from diagpack.pipeline.run import assess_evidence, map_path
from diagpack.pipeline.settings import Settings
from diagpack.redact.boundary import load_evidence
from diagpack.redact.mapping import reveal as reveal_token
from diagpack.redact.ner_model import check_model
from diagpack.sign.container import read_package


def new_case(folder: CaseDir, checklist: str, *, title: str = "", language: str = "en") -> None:
    """Write a commented case.yaml. Raises UsageError when the case exists or the checklist does not."""
    if folder.exists():
        raise UsageError("DP692", "this case exists", hint=f"edit {folder.yaml}")
    if checklist:
        known = load_checklists()
        if checklist not in known:
            raise UsageError("DP300", "there is no checklist of that id", hint=f"one of: {', '.join(sorted(known))}")
    folder.create()
    folder.yaml.write_text(new_case_yaml(folder.id, checklist, title=title, language=language), encoding="utf-8")
    AuditLog(folder.audit).append("new", by=person())


def ensure_case(folder: CaseDir) -> None:
    """`collect` on a case that is not there yet makes it, with no checklist: the evidence will choose one."""
    if not folder.exists():
        new_case(folder, "")


def person() -> str:
    """Who runs this, for the audit log and confirmations."""
    named = os.environ.get("DIAGPACK_USER")
    if named:
        return named
    try:
        return getpass.getuser()
    except OSError:
        return "unknown"


def record_decisions(
    folder: CaseDir, *, withhold: Mapping[str, str], approve_images: tuple[str, ...] = (), **changes: Any
) -> None:
    """Write decisions of the command line into case.yaml, so that every later run makes them again."""
    case = load_case(folder.yaml)
    if withhold:
        changes["withheld"] = {**case.withheld, **withhold}
    if approve_images:
        changes["approved_images"] = sorted({*case.approved_images, *approve_images})
    if changes:
        with case_lock(folder):
            update_case_yaml(folder.yaml, changes)
            AuditLog(folder.audit).append("decide", by=person(), keys=sorted(changes))


def use_model(folder: CaseDir, ner: str) -> None:
    """Redact with this spaCy model from now on, or with none ("off"): in case.yaml, so that `review --apply` and every
    later run find the same names. Raises UsageError (DP252) when it is not on this machine."""
    chosen = "" if ner == "off" else ner
    if chosen:
        check_model(chosen)
        chosen = str(Path(chosen).resolve()) if Path(chosen).is_dir() else chosen
    if chosen != load_case(folder.yaml).ner:
        record_decisions(folder, withhold={}, ner=chosen)


def reload(folder: CaseDir, settings: Settings, delivery: Delivery | None = None) -> Escalation:
    """The escalation of the last run, from its redacted evidence. Raises UsageError (DP693) when there is none."""
    key, _ = load_or_create_key(folder, passphrase=settings.passphrase, use_keyring=settings.use_keyring)
    artifacts = load_evidence(folder.evidence, key) if any(folder.evidence.glob("*")) else ()
    if not artifacts:
        raise UsageError(
            "DP693", "nothing was collected for this case yet", hint=f"diagpack collect {folder.id} FILES…"
        )
    counts: Counter[str] = Counter()
    for each in artifacts:
        counts.update(each.tally)
    report = RedactionReport(
        policy_sha256=artifacts[0].policy_sha256,
        counts=dict(counts),
        by_artifact={each.id: dict(each.tally) for each in artifacts},
    )
    return assess_evidence(folder, artifacts, report, (), settings, delivery=delivery)


def latest_package(folder: CaseDir) -> Path:
    """The package of the last run. Raises UsageError (DP693)."""
    packages = sorted(folder.out.glob(f"{folder.id}-esc*.zip"), key=lambda each: each.stat().st_mtime_ns)
    if not packages:
        raise UsageError(
            "DP693", "nothing was collected for this case yet", hint=f"diagpack collect {folder.id} FILES…"
        )
    return packages[-1]


def audit_report(folder: CaseDir, packages: tuple[Path, ...]) -> dict[str, Any]:
    """The state of the audit log's chain; heads inside sent packages anchor it."""
    heads = []
    for package in packages:
        _, members = read_package(package.read_bytes())
        head = json.loads(members["run.json"])["audit_head"]
        heads.append(Head(int(head["seq"]), str(head["sha256"])))
    report = AuditLog(folder.audit).verify(heads)
    return {
        "intact": report.is_intact,
        "entries": report.lines,
        "anchored_up_to": report.anchored_to,
        "unanchored": report.unanchored,
        "broken_at": report.broken_at,
    }


# Drafted parts that a named person can confirm.
CONFIRMABLE = ("steps", "expected", "actual", "severity", "disposition")


def confirm_parts(folder: CaseDir, parts: Sequence[str]) -> None:
    """Record who confirmed which drafted parts."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    confirmed = {**load_case(folder.yaml).confirmed, **{part: {"by": person(), "at": at} for part in parts}}
    record_decisions(folder, withhold={}, confirmed=confirmed)


def reveal(folder: CaseDir, token: str) -> str:
    """One value, to the holder of the case key; recorded in the audit log before it is shown.

    Raises RedactionError (DP224) without a map, UsageError (DP225) for what is no token of it.
    """
    path = map_path(folder)
    if not path.exists():
        # Before the key is asked for: a closed case has none, and must not get a new one.
        raise RedactionError(
            "DP224",
            "this case has no map of pseudonyms: nothing was collected, or it is closed",
            hint="run collect again",
        )
    passphrase = os.environ.get("DIAGPACK_PASSPHRASE")
    key, _ = load_or_create_key(folder, passphrase=passphrase, use_keyring=not os.environ.get("DIAGPACK_NO_KEYRING"))
    log = AuditLog(folder.audit)
    try:
        value = reveal_token(path, key, token)
    except UsageError:
        # What was typed may be a value, taken for its token: it is not written down.
        log.append("reveal-unknown", by=person())
        raise
    log.append("reveal", by=person(), token=token)
    return value


def close(folder: CaseDir) -> Closed:
    """Delete raw files, map and key; keep package, journal and audit log."""
    with case_lock(folder):
        return close_case(folder)


def journal(folder: CaseDir) -> FileJournal:
    return FileJournal(folder.journal)
