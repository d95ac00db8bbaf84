"""`repro` and `validate`: send the failing call again, and say whether it still fails.

Enters: a case with redacted evidence, what may be sent, a source of secrets. Leaves: what would be sent (dry run), or a
verdict whose exchanges became new evidence of the case. Only hosts that the case or the team profile names are reached.
"""

import getpass
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diagpack.analyze.validate import Validation, validate
from diagpack.case.audit import AuditLog
from diagpack.case.config import load_case
from diagpack.case.layout import CaseDir
from diagpack.case.lock import case_lock
from diagpack.case.store import RawStore
from diagpack.collectors.contract import violations
from diagpack.collectors.har.inspect import inspect
from diagpack.collectors.replay import Replay, artifact_content, replay
from diagpack.collectors.replay_guard import ReplayPolicy
from diagpack.errors import UsageError
from diagpack.model.capture import from_api
from diagpack.model.escalation import Escalation
from diagpack.model.exchange import exchanges_of
from diagpack.model.ref import EvidenceRef, HarEntry
from diagpack.model.repro import Variable
from diagpack.model.repro_plan import Plan, plan_entry, plan_of
from diagpack.pipeline.cases import person, reload
from diagpack.pipeline.settings import Settings
from diagpack.pipeline.standalone import redactor, regular


@dataclass(frozen=True, slots=True)
class ReproOptions:
    """What the command line said. `entry` is a citation such as `[har-1 #37]`; empty takes the first failing call."""

    entry: str = ""
    base_url: str = ""
    allow_unsafe: tuple[str, ...] = ()
    change_id: str = ""
    runs: int = 3
    is_sequence: bool = False
    proxy: str = ""
    ca_file: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    timeout_seconds: float = 30.0
    version: str = ""


def planned(folder: CaseDir, settings: Settings, options: ReproOptions) -> tuple[Escalation, Plan]:
    """What would be sent. Raises UsageError (DP540) when nothing that can be sent failed."""
    escalation = reload(folder, settings)
    hosts = _hosts(folder, settings)
    if options.entry:
        ref = _entry(options.entry)
        plan = plan_entry(escalation.evidence, ref[0], ref[1], hosts)
    else:
        plan = plan_of(escalation.evidence, hosts)
    if plan is None:
        raise UsageError(
            "DP540", "there is no failing call that can be sent again", hint="name one: --entry '[har-1 #5]'"
        )
    return escalation, plan


def _entry(text: str) -> tuple[str, int]:
    try:
        ref = EvidenceRef.parse(text if text.startswith("[") else f"[{text}]")
    except ValueError:
        ref = None
    if ref is None or not isinstance(ref.place, HarEntry):
        raise UsageError("DP541", "this is not the citation of an exchange", hint="for example --entry '[har-1 #5]'")
    return ref.artifact, ref.place.index


def _hosts(folder: CaseDir, settings: Settings) -> tuple[str, ...]:
    stated = load_case(folder.yaml).environment.get("hosts") or ()
    return (*map(str, stated), *settings.profile.hosts)


def policy_of(folder: CaseDir, settings: Settings, options: ReproOptions) -> ReplayPolicy:
    production = load_case(folder.yaml).environment.get("production") or ()
    return ReplayPolicy(
        hosts=_hosts(folder, settings),
        production=(*map(str, production), *settings.profile.production),
        base_url=options.base_url,
        allow_unsafe=frozenset(each.upper() for each in options.allow_unsafe),
        change_id=options.change_id,
        runs=options.runs,
        timeout_seconds=options.timeout_seconds,
        proxy=options.proxy,
        ca_file=options.ca_file,
        client_certificate=options.client_certificate,
        client_key=options.client_key,
    )


def run_repro(
    folder: CaseDir,
    settings: Settings,
    options: ReproOptions,
    *,
    confirm: Callable[[str], str],
    secret: Callable[[Variable], str],
) -> tuple[Plan, Replay]:
    """Send it, keep the exchanges as new evidence, record it. The next `collect` puts them into the package."""
    _, plan = planned(folder, settings, options)
    result = replay(
        plan,
        policy_of(folder, settings, options),
        secret=secret,
        confirm=confirm,
        case_id=folder.id,
        version=options.version,
        is_sequence=options.is_sequence,
    )
    with case_lock(folder):
        RawStore(folder).ingest_bytes(artifact_content(result), "replay.json", "replay")
        AuditLog(folder.audit).append(
            "repro",
            by=person(),
            origin=result.origin,
            runs=len(result.runs),
            statuses=[each.status for each in result.runs],
            change=options.change_id,
            reproduced=result.is_reproduced,
        )
    return plan, result


def contract_violations(openapi: Path, plan: Plan, result: Replay | None = None) -> tuple[str, ...]:
    """What the call breaks of its OpenAPI contract: as captured, or as it was answered in the last run."""
    exchange = from_api(result.exchanges[-1], 0) if result is not None else plan.failing
    return violations(openapi, exchange)


def secret_source(prompt: Callable[[str], str] | None) -> Callable[[Variable], str]:
    """A secret from the environment, else the keyring, else a hidden prompt; never from the command line."""

    def look_up(variable: Variable) -> str:
        if value := os.environ.get(variable.name):
            return value
        if not os.environ.get("DIAGPACK_NO_KEYRING"):
            import keyring
            from keyring.errors import KeyringError

            try:
                if value := keyring.get_password("diagpack", f"{variable.origin} {variable.name}"):
                    return value
            except KeyringError:
                pass
        return prompt(f"{variable.name} ({variable.role}, for {variable.origin}): ") if prompt else ""

    return look_up


def hidden_prompt(text: str) -> str:
    """Typed, not shown."""
    return getpass.getpass(text)


def check_new_capture(folder: CaseDir, settings: Settings, new: Path, version: str, entry: str = "") -> Validation:
    """Compare a new capture with the failing call. The capture becomes evidence of the case."""
    _, plan = planned(folder, settings, ReproOptions(entry=entry))
    view = inspect(regular(new), hosts=_hosts(folder, settings))
    document = redactor(settings.profile).har(json.loads(b"".join(view.content())))
    found = validate(plan.failing, exchanges_of(document), version=version)
    with case_lock(folder):
        RawStore(folder).ingest_file(new)
        AuditLog(folder.audit).append("validate", by=person(), verdict=found.verdict.value, version=version)
    return found


def record_validation(folder: CaseDir, sentence: str, version: str) -> None:
    """Write the verdict into case.yaml, for the ticket and for a workaround alike."""
    from diagpack.pipeline.cases import record_decisions

    at = datetime.now(UTC).isoformat(timespec="seconds")
    # One key is set: whatever else stands among the answers stays as the analyst wrote it.
    changes: Mapping[str, Any] = {"answers.validated": {"result": sentence, "version": version, "at": at}}
    record_decisions(folder, withhold={}, **changes)
