"""The customer's side of a case: build a collector for it, open what comes back, make intake keys.

Enters: a case folder and settings. Leaves: a file to send to the customer; and, from the customer's file, the inner
files to ingest. The case's intake key lies in the case, encrypted under the case key: closing the case ends both. What
was built and what was opened stands in `guides.jsonl` and in the audit log.
"""

import dataclasses
import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
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
from diagpack.guide.build import build_page
from diagpack.guide.cms import is_cms, is_plain_result, read_cms
from diagpack.guide.container import ANSWERS, Opened
from diagpack.guide.envelope import is_envelope, read_envelope, refusal
from diagpack.guide.script.tokens import Pseudonyms
from diagpack.guide.script_build import build_script, record_host
from diagpack.guide.steps import choose_steps
from diagpack.model.case import Case
from diagpack.model.checklist import Checklist
from diagpack.pipeline.settings import Settings
from diagpack.redact.policy import load_policy
from diagpack.redact.rulebook import load_data, portable_engine, rules_as_json

_LOG: Final = "guides.jsonl"
_TOKEN: Final = re.compile(rb"dp-[a-z]+-[a-z2-7]{12}|[a-z2-7]{12}@dp\.invalid")


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
    contact = contact or str(keys.get("contact", "")) or "your support contact"
    address = upload_address or str(keys.get("upload_address", "")) or f"the upload link of your support case {case.id}"
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
    key, _ = load_or_create_key(folder, passphrase=settings.passphrase, use_keyring=settings.use_keyring)
    path, wrapping = folder.path / "intake.key", key.subkey("intake")
    if path.exists():
        return intake.load_intake_key(path, wrapping=wrapping)
    return intake.new_intake_key(path, wrapping=wrapping, name=f"diagpack case {folder.id}", now=settings.now)


def new_team_key(path: Path, passphrase: str, *, name: str = "diagpack recovery") -> Path:
    """`diagpack keys intake new`: a standing key for the team; the path of its certificate. Raises UsageError."""
    intake.new_intake_key(path, passphrase, name=name)
    return intake.certificate_path(path)


def is_result(head: bytes) -> bool:
    """Whether a file that starts so is what a guided collector wrote."""
    return is_envelope(head) or is_cms(head) or is_plain_result(head)


def open_result(
    path: Path, folder: CaseDir, settings: Settings, *, team_key: intake.IntakeKey | None = None
) -> list[tuple[str, bytes]]:
    """The inner files (name, bytes) of a customer's file, answers first, ready to be ingested with origin "guided".

    The chain (digest of the customer's file, of each inner file) goes into the audit log; the answers say whether the
    file was authenticated and expired. Raises PackageError (DP701).
    """
    content = path.read_bytes()
    opened, record = _open(content, folder, settings, team_key)
    received = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "made_by": opened.made_by,
        "authenticated": opened.is_authenticated,
        "expired": settings.now.isoformat() > str(record.get("expires", "")),
        "collector": record.get("sha256", ""),
    }
    files = list(_own_values(opened, load_case(folder.yaml)))
    name, answers = files[0]
    files[0] = (name, json.dumps({**json.loads(answers), "received": received}, ensure_ascii=False).encode("utf-8"))
    digests = [hashlib.sha256(each).hexdigest() for _, each in opened.files]
    AuditLog(folder.audit).append("guide-open", **received, files=digests)
    return files


def read_result(path: Path, folder: CaseDir, settings: Settings) -> Opened:
    """Open a customer's file only to look at it; nothing is recorded. Raises PackageError (DP701)."""
    return _open(path.read_bytes(), folder, settings, None)[0]


def _open(
    content: bytes, folder: CaseDir, settings: Settings, team_key: intake.IntakeKey | None
) -> tuple[Opened, Mapping[str, Any]]:
    log = folder.path / _LOG
    records = {str(each["nonce"]): each for each in jsonl.read(log)} if log.exists() else {}
    if not records or not is_result(content[:65536]):
        raise refusal()
    key = team_key or case_intake(folder, settings)
    if is_envelope(content[:65536]):
        opened = read_envelope(content, keys=[key.private], case_id=str(folder.id), nonce=set(records))
    else:
        opened = read_cms(content, key=key, case_id=str(folder.id), nonces=set(records))
    return opened, records[opened.nonce]


def _own_values(opened: Opened, case: Case) -> Iterator[tuple[str, bytes]]:
    """Tokens of values this case knows become the values again: the redactor then gives them the case's own token."""
    tokens = Pseudonyms(opened.key)
    known: dict[bytes, bytes] = {}
    for value in (*case.people, *case.companies, *case.domains, *_texts(case.answers)):
        for entity in ("name", "user", "email", "company", "host", "id", "word"):
            known[tokens.token(value, entity).encode()] = json.dumps(value, ensure_ascii=False)[1:-1].encode("utf-8")
    for name, content in opened.files:
        # Inside an image there are no tokens; inside a log a JSON escape would show: only JSON files are changed.
        if known and name.endswith((".har", ".json")):
            content = _TOKEN.sub(lambda match: known.get(match.group(0), match.group(0)), content)
        yield name, content


def _texts(answers: Mapping[str, Any]) -> Iterator[str]:
    for each in answers.values():
        if isinstance(each, str) and "@" in each and " " not in each:
            yield each


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
    "new_team_key",
    "open_result",
    "read_result",
]
