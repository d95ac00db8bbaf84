"""`collect` on one page: sources in, one signed package out.

Enters: a case folder, new inputs, options. Leaves: `evidence/` and `out/` swapped in as one, and an outcome. Every run
is a function of the raw zone, `case.yaml`, the policy and the case key; facts of the run live only in `run.json`.
Collecting fails forward (a `Missing` per fault), redacting fails closed (`RedactionError`, nothing swapped in).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diagpack.analyze.queries import queries
from diagpack.analyze.run import analyze
from diagpack.assess.checklists import load_checklists
from diagpack.assess.lint_view import Delivery
from diagpack.assess.run import assess
from diagpack.case.audit import AuditLog
from diagpack.case.commit import Staging, recover, staging
from diagpack.case.config import load_case
from diagpack.case.journal import FileJournal
from diagpack.case.keys import load_or_create_key
from diagpack.case.layout import CaseDir
from diagpack.case.lock import case_lock
from diagpack.case.store import RawStore
from diagpack.errors import NothingCollected, PackageError
from diagpack.model.assessment import Assessment
from diagpack.model.case import Case
from diagpack.model.checklist import Checklist
from diagpack.model.escalation import Escalation
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Finding
from diagpack.model.keys import CaseKey
from diagpack.model.missing import Missing
from diagpack.model.raw import RawArtifact
from diagpack.model.redacted import RedactedArtifact, RedactionReport, ScannedFiles
from diagpack.pipeline.aligning import CustomersTokens, customers_tokens
from diagpack.pipeline.collecting import Inputs, add_case_artifacts, collect_all, ingest_all
from diagpack.pipeline.credentials import advice, limitation, with_advice
from diagpack.pipeline.guides import is_result, open_result
from diagpack.pipeline.past import past_cases
from diagpack.pipeline.redacting import case_policy, case_seeds
from diagpack.pipeline.settings import Settings, versions
from diagpack.plugins import discover
from diagpack.redact.boundary import Redaction, redact_case
from diagpack.render.run import render
from diagpack.sign.build import build
from diagpack.sign.signer import Signer
from diagpack.sign.trust import Trust
from diagpack.sign.verify import Verdict, verify


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run made, for the command line. Everything in it is redacted, but for the names of `missing`."""

    case: str
    package: Path
    escalation: Escalation
    missing: tuple[Missing, ...]
    live_credentials: tuple[str, ...] = ()
    signer: str = ""
    has_throwaway_key: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def is_partial(self) -> bool:
        """Whether an input was broken or withheld (exit 6)."""
        return any(each.is_fault for each in self.missing)

    @property
    def assessment(self) -> Assessment:
        return self.escalation.assessment

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.escalation.findings


Say = Callable[[str], None]
# Below this a second process costs more than it saves.
PARALLEL_FROM_BYTES = 24 << 20


def collect(folder: CaseDir, inputs: Inputs, settings: Settings, say: Say) -> Outcome:
    """The main job. Raises RedactionError, NothingCollected, UsageError; `out/` changes only on success."""
    with case_lock(folder):
        recover(folder)
        case = load_case(folder.yaml)
        key, _ = load_or_create_key(folder, passphrase=settings.passphrase, use_keyring=settings.use_keyring)
        store = RawStore(folder)
        missing = ingest_all(
            store,
            inputs,
            folder.raw / "expand.new",
            is_result=is_result,
            opener=lambda path: open_result(path, folder, settings),
        )
        context, gaps = collect_all(store, case, settings, say)
        missing += gaps
        if not context.all_artifacts():
            raise NothingCollected(
                "DP170", "nothing could be collected", hint="; ".join(each.reason for each in missing) or "name a file"
            )
        add_case_artifacts(context, folder, case, missing)
        raws = context.all_artifacts()
        say(f"redacting {len(raws)} artifacts")
        stage = staging(folder)
        try:
            digests = {source.label: source.sha256 for source in store.sources()}
            aligned = customers_tokens(folder.raw, key, raws, digests)
            outcome = _made(folder, case, key, raws, missing, stage, settings, say, aligned)
            stage.commit()
        except BaseException:
            stage.discard()
            raise
        AuditLog(folder.audit).append("sign", package=outcome.escalation.package_id, signer=outcome.signer)
    return outcome


def _made(
    folder: CaseDir,
    case: Case,
    key: CaseKey,
    raws: Sequence[RawArtifact],
    missing: Sequence[Missing],
    stage: Staging,
    settings: Settings,
    say: Say,
    aligned: CustomersTokens | None,
) -> Outcome:
    """Redact, assess, render, scan, sign, all into the staging folders. Nothing of the case has changed yet."""
    redaction = _redact(raws, case, key, stage.evidence, map_path(folder), settings, aligned)
    escalation = assess_evidence(folder, redaction.artifacts, redaction.report, redaction.withheld, settings)
    say(_summary(escalation))
    head = AuditLog(folder.audit).append(
        "collect", artifacts=len(redaction.artifacts), policy=redaction.report.policy_sha256
    )
    files = _files(escalation, settings, {"seq": head.seq, "sha256": head.sha256})
    name = f"{escalation.package_id}.zip"
    (stage.out / name).write_bytes(_sign(redaction.scan(files), escalation.package_id, settings.signer))
    _keep_delivered(folder, stage, name)
    return Outcome(
        case=folder.id,
        package=folder.out / name,
        escalation=escalation,
        missing=(*missing, *redaction.withheld),
        live_credentials=advice(redaction.artifacts, product_hosts(escalation.case, settings), now=settings.now),
        signer=settings.signer.principal,
        has_throwaway_key=settings.has_throwaway_key,
    )


def map_path(folder: CaseDir) -> Path:
    """Where the encrypted map of pseudonyms lies: in the raw zone, so that closing the case deletes it."""
    return folder.raw / "map"


def _keep_delivered(folder: CaseDir, stage: Staging, new: str) -> None:
    """Packages that were sent stay beside the new one."""
    for earlier in sorted(folder.out.glob(f"{folder.id}-esc*")):
        if earlier.name != new and earlier.is_file():
            stage.keep(earlier.name)


def _redact(
    raws: Sequence[RawArtifact],
    case: Case,
    key: CaseKey,
    evidence_dir: Path,
    map_file: Path,
    settings: Settings,
    aligned: CustomersTokens | None,
) -> Redaction:
    return redact_case(
        raws,
        key=key,
        policy=case_policy(case, settings),
        seeds=case_seeds(case),
        evidence_dir=evidence_dir,
        withheld=case.withheld,
        workers=settings.workers if sum(each.size_bytes for each in raws) > PARALLEL_FROM_BYTES else 1,
        extra_detectors=settings.extra_detectors,
        map_path=map_file,
        aligned=aligned,
        ner=settings.ner or case.ner,
    )


def assess_evidence(
    folder: CaseDir,
    artifacts: Sequence[RedactedArtifact],
    report: RedactionReport,
    withheld: Sequence[Missing],
    settings: Settings,
    *,
    delivery: Delivery | None = None,
) -> Escalation:
    """Redacted evidence to escalation: rules, then the assess room. The same input gives the same escalation."""
    evidence = EvidenceSet(artifacts, (*_redacted_gaps(artifacts), *withheld))
    rules = [each.plugin for each in discover("diagpack.analyze", "RULE", settings.profile.plugins.items())]
    findings = analyze(evidence, rules)
    redacted_case = next(iter(evidence.of_kind("case")), None)
    view: Mapping[str, Any] = evidence.json(redacted_case) if redacted_case else {}
    # From the redacted evidence alone, so that `collect` and every later command say the same.
    sentences = advice(artifacts, product_hosts(view, settings))
    assessment = assess(
        case=view,
        evidence=evidence,
        findings=findings,
        checklists=_checklists(settings),
        matrix=settings.matrix,
        criteria=settings.criteria,
        profile_view=settings.profile.view(),
        is_urgent=settings.is_urgent,
        known_issues=settings.known_issues,
        past=past_cases(folder, settings.profile.packages),
        has_live_credentials=bool(sentences),
        delivery=delivery,
        queries=lambda id, start, end: queries(id, start, end, settings.templates),
    )
    extra = {
        **assessment.extra,
        "credentials": sentences,
        "customer_update": with_advice(
            str(assessment.extra.get("customer_update") or ""), sentences, str(view.get("language") or "en")
        ),
    }
    number = 1 + len(FileJournal(folder.journal).get("delivered") or {})
    return Escalation(
        case_id=folder.id,
        package_id=f"{folder.id}-esc{number}",
        case=view,
        evidence=evidence,
        findings=findings,
        assessment=replace(assessment, extra=extra),
        redaction=report,
        versions=versions(settings),
        limitations=(*report.notes, *limitation(sentences)),
    )


def product_hosts(case: Mapping[str, Any], settings: Settings) -> tuple[str, ...]:
    """The product's own hosts, as the redacted case and the profile name them."""
    named = (case.get("environment") or {}).get("hosts") or ()
    return (*(str(each) for each in named), *settings.profile.hosts)


def _summary(escalation: Escalation) -> str:
    assessment = escalation.assessment
    count = len(escalation.findings)
    return f"{count} findings, severity {assessment.severity.level}, {assessment.disposition.outcome.value}"


def _redacted_gaps(artifacts: Sequence[RedactedArtifact]) -> list[Missing]:
    """Gaps as the package shows them: read back from the redacted `collection` artifact."""
    return [
        Missing(
            label=each["label"],
            reason=each["reason"],
            question=each.get("question", ""),
            name=each.get("name", ""),
            id=each.get("id", ""),
            is_fault=bool(each.get("is_fault", True)),
        )
        for artifact in artifacts
        if artifact.kind == "collection"
        for each in artifact.json()["missing"]
    ]


def _checklists(settings: Settings) -> Mapping[str, Checklist]:
    return load_checklists(settings.profile.checklists)


def _files(escalation: Escalation, settings: Settings, audit_head: Mapping[str, Any]) -> dict[str, bytes]:
    renderers = [each.plugin for each in discover("diagpack.render", "RENDERER", settings.profile.plugins.items())]
    files = render(escalation, renderers)
    run = {
        "schema": "diagpack.run/1",
        "case": escalation.case_id,
        "created": settings.now.astimezone(UTC).isoformat(timespec="seconds"),
        "signer": settings.signer.principal,
        "throwaway_key": settings.has_throwaway_key,
        "audit_head": dict(audit_head),
    }
    files["run.json"] = (json.dumps(run, indent=2, sort_keys=True) + "\n").encode()
    return files


def _sign(files: ScannedFiles, package_id: str, signer: Signer) -> bytes:
    """Build, then verify with nothing but the signer's public key: an unchecked package is never handed out."""
    content = build(files, package_id, signer)
    outcome = verify(content, Trust.from_lines([(signer.principal, signer.public_line)]))
    if outcome.verdict is not Verdict.PROVEN:
        reason = next((each.reason for each in outcome.steps if not each.ok), "unknown")
        raise PackageError("DP431", f"the package just made does not verify: {reason}", hint="report this")
    return content


def now() -> datetime:
    """The one *now* of a run."""
    return datetime.now(UTC)
