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
from diagpack.case.audit import AuditLog
from diagpack.case.layout import CaseDir
from diagpack.case.lock import case_lock
from diagpack.case.review import Review
from diagpack.errors import NotReady, PackageError, UsageError
from diagpack.model.assessment import LintResult, Outcome
from diagpack.model.package import PublishContext, Publisher, Receipt, VerifiedPackage
from diagpack.pipeline.cases import journal, latest_package, person, reload
from diagpack.pipeline.review_decisions import check_review
from diagpack.pipeline.settings import Settings
from diagpack.plugins import discover
from diagpack.sign.delivery import sign_delivery
from diagpack.sign.trust import Trust
from diagpack.sign.verify import verify


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
    """Raises NotReady (exit 8), AuthenticationError (4), RemoteError (7, resumable)."""
    publisher = _publisher(request.target, settings)
    with case_lock(folder):
        content = latest_package(folder).read_bytes()
        package = _verified(content, settings)
        blocking = _check(folder, package, settings, request)
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
        )
        receipt = publisher.publish(package, context)
        if not request.dry_run:
            _record(folder, package, receipt, request, blocking, reviews)
    return receipt


def _publisher(target: str, settings: Settings) -> Publisher:
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


def _check(folder: CaseDir, package: VerifiedPackage, settings: Settings, request: Request) -> tuple[LintResult, ...]:
    """The readiness gate. A dry run and a folder show what is open; only filing is stopped by it."""
    body = json.loads(package.files["ticket.adf.json"]).get("description", {})
    facts = Delivery(
        is_signature_valid=True,
        description_chars=len(json.dumps(body, ensure_ascii=False)),
        is_body_valid=isinstance(body, dict) and body.get("type") == "doc",
        reason=request.reason,
    )
    escalation = reload(folder, replace(settings, is_urgent=request.urgent), facts)
    readiness = escalation.assessment.readiness
    blocking = tuple(each for each in readiness.results if each.is_blocking and not each.is_deferred)
    is_defect = escalation.assessment.disposition.outcome in (Outcome.DEFECT, Outcome.UNCLEAR)
    if request.dry_run or request.target == "folder":
        return blocking
    if not is_defect and not request.reason:
        raise NotReady(
            "DP510",
            f"this case looks like {escalation.assessment.disposition.outcome.value}, not a defect",
            hint="answer the customer with updates/customer.md, or file it anyway with --reason",
        )
    if blocking and not (request.force and request.reason):
        lines = "; ".join(f"{each.id} {each.message}" for each in blocking[:5])
        raise NotReady("DP511", f"not ready: {lines}", hint="diagpack status shows each fix; or --force --reason TEXT")
    return blocking


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


def _record(
    folder: CaseDir,
    package: VerifiedPackage,
    receipt: Receipt,
    request: Request,
    blocking: tuple[LintResult, ...],
    reviews: tuple[Review, ...],
) -> None:
    book = journal(folder)
    delivered = dict(book.get("delivered") or {})
    delivered[package.id] = {"target": receipt.target, "key": receipt.key, "sha256": package.sha256}
    book.put("delivered", delivered)
    AuditLog(folder.audit).append(
        "submit",
        by=person(),
        target=receipt.target,
        key=receipt.key,
        sha256=package.sha256,
        forced=[each.id for each in blocking] if request.force else [],
        reason=request.reason,
        reviewed_by=sorted({each.by for each in reviews}),
    )


def sync(folder: CaseDir, settings: Settings, say: Callable[[str], None]) -> Receipt:
    """Attach the newest package to the issue this case was filed as. Raises UsageError (DP512) when it was not."""
    filed = [each for each in (journal(folder).get("delivered") or {}).values() if each["target"] == "jira"]
    if not filed:
        raise UsageError("DP512", "this case was not filed in Jira yet", hint=f"diagpack submit {folder.id}")
    request = Request(target="jira", force=True, reason="sync", options={"issue": filed[-1]["key"]})
    return submit(folder, settings, request, say)
