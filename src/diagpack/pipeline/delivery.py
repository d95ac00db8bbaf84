"""`submit`: one verified package to one place, exactly once.

Enters: a case with a package, a target. Leaves: a receipt in the journal. Order: verify the package, check readiness
and review, then hand the publisher only verified bytes.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diagpack.assess.lint_view import Delivery
from diagpack.assess.readiness import deferred_asks
from diagpack.case.audit import AuditLog
from diagpack.case.config import load_case
from diagpack.case.keys import load_or_create_key
from diagpack.case.layout import CaseDir
from diagpack.case.lock import case_lock
from diagpack.case.review import Review
from diagpack.errors import NotReady, PackageError, UsageError
from diagpack.model.assessment import LintResult, Outcome
from diagpack.model.package import PublishContext, Publisher, Receipt, VerifiedPackage
from diagpack.pipeline.cases import journal, latest_package, person, reload
from diagpack.pipeline.redacting import case_policy, case_seeds
from diagpack.pipeline.review_decisions import check_review
from diagpack.pipeline.settings import Settings
from diagpack.plugins import discover
from diagpack.redact.standalone import Standalone
from diagpack.sign.delivery import sign_delivery
from diagpack.sign.trust import Trust
from diagpack.sign.verify import verify

# `sync` adds to an issue that was filed before: it needs no reason of its own, and tells none.
SYNC_REASON = "sync"
_REASON_LIMIT = 500
RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Request:
    """What the analyst asked for. `force` files in spite of the lint, with `reason` in the ticket's audit trail."""

    target: str
    to: Path | None = None
    dry_run: bool = False
    urgent: bool = False
    force: bool = False
    reason: str = ""
    options: Mapping[str, Any] | None = None


def submit(folder: CaseDir, settings: Settings, request: Request, say: Callable[[str], None]) -> Receipt:
    """Raises NotReady (exit 8), AuthenticationError (4), RemoteError (7, resumable), UsageError (DP513: recalled)."""
    publisher = publisher_of(request.target, settings)
    with case_lock(folder):
        content = latest_package(folder).read_bytes()
        package = _verified(content, settings)
        if package.sha256 in recalled(folder):
            raise UsageError("DP513", "this package was recalled", hint=f"make another: diagpack collect {folder.id}")
        checked = _check(folder, package, settings, request)
        reviews = _reviewed(folder, settings, request, package, say)
        context = PublishContext(
            journal=journal(folder),
            settings={**settings.profile.jira, **(request.options or {}), "to": request.to, "case": folder.id},
            out_dir=folder.out,
            say=say,
            sleep=time.sleep,
            clock=time.time,
            sign_delivery=lambda key: sign_delivery(key, package.id, package.sha256, settings.signer),
            is_dry_run=request.dry_run,
            notes=_notes(folder, settings, request, checked),
        )
        receipt = publisher.publish(package, context)
        if not request.dry_run:
            _record(folder, package, receipt, request, checked, reviews)
    return receipt


def publisher_of(target: str, settings: Settings) -> Publisher:
    publishers: dict[str, Publisher] = {
        each.plugin.id: each.plugin
        for each in discover("diagpack.publish", "PUBLISHER", settings.profile.plugins.items())
    }
    if target not in publishers:
        raise UsageError("DP500", "there is no such target", hint=f"one of: {', '.join(sorted(publishers))}")
    return publishers[target]


def _verified(content: bytes, settings: Settings) -> VerifiedPackage:
    own = Trust.from_lines([(settings.signer.principal, settings.signer.public_line)])
    package = verify(content, own).package
    if package is None:
        raise PackageError(
            "DP432", "the package in out/ is not one that you signed", hint="run collect again; do not edit out/"
        )
    return package


@dataclass(frozen=True, slots=True)
class _Checked:
    """What the readiness gate found: rules that block, rules that urgency put off, and the kind of problem."""

    blocking: tuple[LintResult, ...]
    deferred: tuple[str, ...]
    outcome: Outcome
    score: int

    @property
    def is_defect(self) -> bool:
        return self.outcome in (Outcome.DEFECT, Outcome.UNCLEAR)


def _check(folder: CaseDir, package: VerifiedPackage, settings: Settings, request: Request) -> _Checked:
    """The readiness gate. A dry run and a folder show what is open; only filing is stopped by it."""
    body = json.loads(package.files["ticket.adf.json"]).get("description", {})
    facts = Delivery(
        is_signature_valid=True,
        description_chars=len(json.dumps(body, ensure_ascii=False)),
        is_body_valid=isinstance(body, dict) and body.get("type") == "doc",
        reason=request.reason,
    )
    escalation = reload(folder, replace(settings, is_urgent=request.urgent), facts)
    assessment = escalation.assessment
    owner = str((escalation.case.get("answers") or {}).get("assignee") or "")
    checked = _Checked(
        blocking=tuple(each for each in assessment.readiness.results if each.is_blocking and not each.is_deferred),
        deferred=tuple(each.text for each in deferred_asks(assessment.readiness, owner)),
        outcome=assessment.disposition.outcome,
        score=assessment.readiness.score,
    )
    if request.dry_run or request.target == "folder":
        return checked
    if not checked.is_defect and not request.reason:
        raise NotReady(
            "DP510",
            f"this case looks like {checked.outcome.value}, not a defect",
            hint="answer the customer with updates/customer.md, or file it anyway with --reason",
        )
    if checked.blocking and not (request.force and request.reason):
        lines = "; ".join(f"{each.id} {each.message}" for each in checked.blocking[:5])
        raise NotReady(
            "DP511",
            f"not ready: {lines}",
            hint=f"diagpack status {folder.id} shows each fix; answer with: diagpack collect {folder.id} "
            "--answer NAME=TEXT; or --force --reason TEXT",
        )
    return checked


def _notes(folder: CaseDir, settings: Settings, request: Request, checked: _Checked) -> tuple[str, ...]:
    """What the ticket says about its own filing. The reason is free text: it is redacted like the case's own words."""
    notes = list(checked.deferred)
    if request.urgent and checked.deferred:
        notes.insert(0, f"Filed as urgent; {len(checked.deferred)} points are still open:")
    if request.reason and request.reason != SYNC_REASON:
        reason = redacted_reason(folder, settings, request.reason)
        if request.force and checked.blocking:
            notes.insert(0, f"Filed although not ready ({', '.join(each.id for each in checked.blocking)}): {reason}")
        elif not checked.is_defect:
            notes.insert(0, f"Filed although it looks like {checked.outcome.value}: {reason}")
    return tuple(notes)


def redacted_reason(folder: CaseDir, settings: Settings, reason: str) -> str:
    """A reason that a person typed, redacted like the case's own words. Raises RedactionError (DP211)."""
    case = load_case(folder.yaml)
    key, _ = load_or_create_key(folder, passphrase=settings.passphrase, use_keyring=settings.use_keyring)
    return Standalone(key, case_policy(case, settings), case_seeds(case)).text(reason[:_REASON_LIMIT])


def _reviewed(
    folder: CaseDir, settings: Settings, request: Request, package: VerifiedPackage, say: Callable[[str], None]
) -> tuple[Review, ...]:
    """Filing asks for a review of exactly this evidence, and nothing forces it; a folder and a dry run say so."""
    try:
        return check_review(folder, settings, package)
    except NotReady as gap:
        if request.dry_run or request.target == "folder":
            say(f"Not filed in Jira before a review: {gap.message} ({gap.hint})")
            return ()
        raise


def recalled(folder: CaseDir) -> Mapping[str, Any]:
    """Digests of packages that were taken back, with package id and time."""
    return journal(folder).get(RECALLED) or {}


def _record(
    folder: CaseDir,
    package: VerifiedPackage,
    receipt: Receipt,
    request: Request,
    checked: _Checked,
    reviews: tuple[Review, ...],
) -> None:
    book = journal(folder)
    delivered = dict(book.get("delivered") or {})
    delivered[package.id] = {
        "target": receipt.target,
        "key": receipt.key,
        "sha256": package.sha256,
        "score": checked.score,
    }
    book.put("delivered", delivered)
    AuditLog(folder.audit).append(
        "submit",
        by=person(),
        target=receipt.target,
        key=receipt.key,
        sha256=package.sha256,
        forced=[each.id for each in checked.blocking] if request.force else [],
        score=checked.score,
        reason=request.reason,
        reviewed_by=sorted({each.by for each in reviews}),
    )


def sync(folder: CaseDir, settings: Settings, say: Callable[[str], None]) -> Receipt:
    """Attach the newest package to the issue this case was filed as. Raises UsageError (DP512) when it was not."""
    filed = [each for each in (journal(folder).get("delivered") or {}).values() if each["target"] == "jira"]
    if not filed:
        raise UsageError("DP512", "this case was not filed in Jira yet", hint=f"diagpack submit {folder.id}")
    request = Request(target="jira", force=True, reason=SYNC_REASON, options={"issue": filed[-1]["key"]})
    return submit(folder, settings, request, say)
