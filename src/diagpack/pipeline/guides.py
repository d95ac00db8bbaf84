"""The customer's side of a case: build a collector for it, open what comes back, make intake keys.

Enters: a case folder and settings. Leaves: a file to send to the customer; and, from the customer's file, the inner
files to ingest. The case's intake key lies in the case, encrypted under the case key: closing the case ends both. What
was built and what was opened stands in `guides.jsonl` and in the audit log.
"""

import dataclasses
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from diagpack.assess.checklists import load_checklists
from diagpack.case import jsonl
from diagpack.case.audit import AuditLog
from diagpack.case.config import load_case
from diagpack.case.keys import load_or_create_key
from diagpack.case.layout import CaseDir
from diagpack.case.lock import case_lock
from diagpack.errors import UsageError
from diagpack.guide import intake
from diagpack.guide.build import LANGUAGES, build_page, load_strings
from diagpack.guide.cms import is_cms, is_plain_result, read_cms
from diagpack.guide.container import ANSWERS, Opened
from diagpack.guide.envelope import is_envelope, read_envelope, refusal
from diagpack.guide.script_build import build_script, record_host
from diagpack.guide.steps import choose_steps
from diagpack.model.case import Case
from diagpack.model.checklist import Checklist
from diagpack.model.keys import CaseKey
from diagpack.pipeline import aligning
from diagpack.pipeline.keyrings import kept_passphrase
from diagpack.pipeline.settings import Settings
from diagpack.redact.policy import load_policy
from diagpack.redact.rulebook import load_data, portable_engine, rules_as_json

_LOG: Final = "guides.jsonl"


@dataclass(frozen=True, slots=True)
class Built:
    """A collector that was written. `left_out`: titles of items for which the page has no room."""

    path: Path
    sha256: str
    size_bytes: int
    expires: datetime
    contact: str
    upload_address: str
    checklist: str
    steps: tuple[str, ...]
    left_out: tuple[str, ...]


def build_for_case(
    folder: CaseDir,
    settings: Settings,
    *,
    checklist: str = "",
    language: str = "",
    script: bool = False,
    out: Path = Path(),
    probe: Sequence[str] = (),
    upload_address: str = "",
    contact: str = "",
    days: int = 14,
    recovery: Sequence[Path] = (),
) -> Built:
    """Write `collector-CASE.html` or `.pyz` into `out`. Only `probe` opens connections, to the hosts it names.

    What the options leave open comes from the profile's `keys` section: `upload_address`, `contact`, `recovery` (paths
    of certificates). Raises UsageError.
    """
    keys = settings.profile.keys
    case = load_case(folder.yaml)
    language = language or case.language
    chosen = _checklist(case, settings, checklist)
    words = load_strings(language if language in LANGUAGES else "en")
    contact = contact or str(keys.get("contact", "")) or words["default_contact"]
    address = (
        upload_address
        or str(keys.get("upload_address", ""))
        or words["default_address"].replace("{case}", str(case.id))
    )
    expires = settings.now + timedelta(days=days)
    known = [each.id for each in chosen.items if _is_known(each.id, case)]
    common: dict[str, Any] = {
        "case_id": str(case.id),
        "checklist": chosen,
        "language": language,
        "rules": collector_rules(case, settings),
        "intake_certificates": [
            *_recovery(recovery or keys.get("recovery", ())),
            case_intake(folder, settings).certificate,
        ],
        "upload_address": address,
        "contact": contact,
        "expires": expires,
        "nonce": secrets.token_urlsafe(16),
        "window": case.window,
        "known": known,
        "request_ids": case.request_ids,
    }
    content = build_script(**common, probe=list(map(record_host, probe))) if script else build_page(**common)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"collector-{case.id}.{'pyz' if script else 'html'}"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    with case_lock(folder):
        record = {"nonce": common["nonce"], "sha256": digest, "expires": expires.isoformat(), "checklist": chosen.id}
        jsonl.append(folder.path / _LOG, record)
        AuditLog(folder.audit).append("guide-build", sha256=digest, checklist=chosen.id)
    steps = choose_steps(chosen, language, known=known)
    titles = tuple(str(each["title"]) for each in steps.chosen)
    return Built(path, digest, len(content), expires, contact, address, chosen.id, titles, steps.left_out)


def collector_rules(case: Case, settings: Settings) -> dict[str, Any]:
    """The rules for page and script: the rule book, the case's policy, the JavaScript engine, the words to hide."""
    policy = dict(load_policy(settings.profile.policy, case.sections.get("policy", {})).data)
    words = dict(policy["words"])
    words["hide"] = [*words["hide"], *map(str, case.words.get("hide", ()))]
    return {
        **rules_as_json(),
        "names": load_data("names"),
        "policy": {**policy, "words": words},
        "engine": portable_engine(),
    }


def case_intake(folder: CaseDir, settings: Settings) -> intake.IntakeKey:
    """The case's own intake key, made at first use; it opens with the case key only."""
    path, wrapping = folder.path / "intake.key", _case_key(folder, settings).subkey("intake")
    if path.exists():
        return intake.load_intake_key(path, wrapping=wrapping)
    return intake.new_intake_key(path, wrapping=wrapping, name=f"diagpack case {folder.id}", now=settings.now)


def _case_key(folder: CaseDir, settings: Settings) -> CaseKey:
    return load_or_create_key(folder, passphrase=settings.passphrase, use_keyring=settings.use_keyring)[0]


def new_team_key(path: Path, passphrase: str, *, name: str = "diagpack recovery") -> Path:
    """`diagpack keys intake new`: a standing key for the team; the path of its certificate. Raises UsageError."""
    intake.new_intake_key(path, passphrase, name=name)
    return intake.certificate_path(path)


def is_result(head: bytes) -> bool:
    """Whether a file that starts so is what a guided collector wrote."""
    return is_envelope(head) or is_cms(head) or is_plain_result(head)


def open_result(path: Path, folder: CaseDir, settings: Settings) -> list[tuple[str, bytes]]:
    """The inner files (name, bytes) of a customer's file, answers first, ready to be ingested with origin "guided".

    `settings.recovery_key` opens it instead of the case's own key, also when the case does not know the collector.
    The chain (digest of the customer's file, of each inner file) goes into the audit log; the answers say whether the
    file was authenticated and expired. Raises PackageError (DP701).
    """
    content = path.read_bytes()
    opened, record = _open(content, folder, settings)
    received = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "made_by": opened.made_by,
        "authenticated": opened.is_authenticated,
        "expired": bool(record) and settings.now.isoformat() > str(record.get("expires", "")),
        "collector": record.get("sha256", ""),
        "opened_with": "case key" if settings.recovery_key is None else "recovery key",
    }
    files = list(opened.files)
    answers = json.dumps({**opened.answers, "received": received}, ensure_ascii=False)
    files[0] = (files[0][0], answers.encode("utf-8"))
    digests = [hashlib.sha256(each).hexdigest() for _, each in opened.files]
    AuditLog(folder.audit).append("guide-open", **received, files=digests)
    held = [hashlib.sha256(each).hexdigest() for _, each in files]
    aligning.remember(folder.raw, _case_key(folder, settings), opened.key, held)
    return files


def read_result(path: Path, folder: CaseDir, settings: Settings) -> Opened:
    """Open a customer's file only to look at it; nothing is recorded. Raises PackageError (DP701)."""
    return _open(path.read_bytes(), folder, settings)[0]


def _open(content: bytes, folder: CaseDir, settings: Settings) -> tuple[Opened, Mapping[str, Any]]:
    log = folder.path / _LOG
    records = {str(each["nonce"]): each for each in jsonl.read(log)} if log.exists() else {}
    if not is_result(content[:65536]) or (not records and settings.recovery_key is None):
        raise refusal()
    key = settings.recovery_key or case_intake(folder, settings)
    # Who holds the recovery key may have lost the case that the collector was built for.
    nonces = set(records) if settings.recovery_key is None else None
    if is_envelope(content[:65536]):
        opened = read_envelope(content, keys=[key.private], case_id=str(folder.id), nonce=nonces)
    else:
        opened = read_cms(content, key=key, case_id=str(folder.id), nonces=nonces)
    return opened, records.get(opened.nonce, {})


def load_recovery_key(path: Path, *, use_keyring: bool, ask: Callable[[], str]) -> intake.IntakeKey:
    """The team's recovery key. Its passphrase: DIAGPACK_INTAKE_PASSPHRASE, else the keyring, else `ask`.

    Never an argument: those are seen by every process of the machine. Raises UsageError (DP722, DP723).
    """
    passphrase = os.environ.get("DIAGPACK_INTAKE_PASSPHRASE") or (use_keyring and kept_passphrase(path)) or ask()
    return intake.load_intake_key(path, passphrase or None)


def _checklist(case: Case, settings: Settings, id: str) -> Checklist:
    known = load_checklists(settings.profile.checklists)
    wanted = id or case.checklist or "base"
    if wanted not in known:
        raise UsageError("DP300", "there is no checklist of that id", hint=f"one of: {', '.join(sorted(known))}")
    chosen = known[wanted]
    hosts = (*chosen.hosts, *map(str, case.environment.get("hosts") or ()), *settings.profile.hosts)
    return dataclasses.replace(chosen, hosts=tuple(dict.fromkeys(hosts)))


def _is_known(item: str, case: Case) -> bool:
    return bool(case.answers.get(item)) or (item == "window" and case.window is not None)


def _recovery(paths: Any) -> list[bytes]:
    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    try:
        return [Path(each).read_bytes() for each in listed]
    except OSError:
        raise UsageError("DP724", "a recovery certificate cannot be read", hint="check the path") from None


__all__ = [
    "ANSWERS",
    "Built",
    "build_for_case",
    "case_intake",
    "is_result",
    "load_recovery_key",
    "new_team_key",
    "open_result",
    "read_result",
]
