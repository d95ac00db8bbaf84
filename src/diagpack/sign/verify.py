"""Is this package what it claims, and who says so.

Enters: the bytes of a zip, the trust store. Leaves: a `Verification`: the verdict, every step with its reason, and
the package, which nothing else can make. The order matters: bytes are checked before they are parsed (9.4 of the
signing note: container, signature, digests, manifest, delivery).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from diagpack.errors import ExitCode, PackageError
from diagpack.model.package import NAMESPACE, SIGNATURE, SUMS, TIMESTAMP, VerifiedPackage
from diagpack.model.terminal import escape
from diagpack.sign import sshsig
from diagpack.sign.container import DEFAULT_LIMITS, Limits, read_package
from diagpack.sign.delivery import verify_delivery
from diagpack.sign.recall import verify_recall
from diagpack.sign.sums import parse_sums
from diagpack.sign.trust import Trust

SIGNATURE_NAMES: Final = frozenset({SUMS, SIGNATURE, TIMESTAMP, "attestation.sigstore.json"})


class Verdict(Enum):
    PROVEN = "proven"
    UNTRUSTED = "untrusted"
    INVALID = "invalid"
    UNSIGNED = "unsigned"

    @property
    def exit_code(self) -> ExitCode:
        return {
            Verdict.PROVEN: ExitCode.OK,
            Verdict.UNTRUSTED: ExitCode.UNTRUSTED,
            Verdict.INVALID: ExitCode.INVALID,
            Verdict.UNSIGNED: ExitCode.UNSIGNED,
        }[self]


@dataclass(frozen=True, slots=True)
class Step:
    """One check. `reason` says what was found; it never quotes the package."""

    name: str
    ok: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """`package` is there only when proven. `intact_package` is also there when the bytes are whole but nobody we know
    vouches for them (untrusted, unsigned). `signed_at` is the signer's claim, not proof."""

    verdict: Verdict
    steps: tuple[Step, ...]
    signer: str = ""
    signed_at: str | None = None
    case: str = ""
    package: VerifiedPackage | None = None
    intact_package: VerifiedPackage | None = None
    fingerprint: str = ""

    @property
    def exit_code(self) -> ExitCode:
        return self.verdict.exit_code


@dataclass(slots=True)
class _State:
    """What one verification has found so far."""

    content: bytes
    trust: Trust
    at: datetime
    limits: Limits
    steps: list[Step] = field(default_factory=list)
    top: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    is_signed: bool = False
    is_trusted: bool = False
    signer: str = ""
    refusal: str = ""
    fingerprint: str = ""


class _Failed(Exception):
    """A check that ends the verification."""


class _NotVouched(Exception):
    """Unsigned or not trusted: noted, and the other checks go on."""


def verify(
    content: bytes,
    trust: Trust,
    *,
    at: datetime | None = None,
    issue: str | None = None,
    delivery: bytes | None = None,
    recall: bytes | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Verification:
    """Check a package. `at` (aware) is the time the key must be valid at, by default now; a package's own date is not
    believed. With `issue` the delivery statement must be given and name that issue and these bytes. A `recall` notice
    that names these bytes, signed by someone trusted, makes the package invalid. Never raises because of what the
    package holds."""
    state = _State(content, trust, at or datetime.now(UTC), limits)
    checks: list[tuple[str, Callable[[], str]]] = [
        ("container", lambda: _check_container(state)),
        ("signature", lambda: _check_signature(state)),
        ("signer", lambda: _check_signer(state)),
        ("digests", lambda: _check_digests(state)),
        ("manifest", lambda: _check_manifest(state)),
    ]
    if issue is not None or delivery is not None:
        checks.append(("delivery", lambda: _check_delivery(state, issue, delivery)))
    if recall is not None:
        checks.append(("recall", lambda: _check_recall(state, recall)))
    for name, check in checks:
        try:
            state.steps.append(Step(name, True, check()))
        except (_Failed, PackageError) as error:
            state.steps.append(Step(name, False, error.message if isinstance(error, PackageError) else str(error)))
            # Nothing of an invalid package is passed on, not even who signed a part of it.
            return Verification(Verdict.INVALID, tuple(state.steps))
        except _NotVouched as error:
            state.steps.append(Step(name, False, str(error)))
    return _concluded(state)


def _check_container(state: _State) -> str:
    state.top, state.files = read_package(state.content, state.limits)
    if SUMS not in state.files:
        raise _Failed("there is no SHA256SUMS")
    return f"{len(state.files)} files in one folder, strict profile"


def _check_signature(state: _State) -> str:
    armored = state.files.get(SIGNATURE)
    if armored is None:
        raise _NotVouched("the package is not signed")
    key = sshsig.verify(armored, state.files[SUMS], NAMESPACE)
    state.is_signed = True
    state.fingerprint = key.fingerprint
    state.signer, state.refusal = state.trust.judge(key.blob, NAMESPACE, state.at)
    state.is_trusted = not state.refusal
    return f"made with {key.kind} {key.fingerprint} for {NAMESPACE}"


def _check_signer(state: _State) -> str:
    if not state.is_signed:
        raise _NotVouched("nobody signed")
    if not state.is_trusted:
        raise _NotVouched(state.refusal)
    return f"{state.signer}, by the trust store"


def _check_digests(state: _State) -> str:
    state.digests = parse_sums(state.files[SUMS])
    present = set(state.files) - SIGNATURE_NAMES
    extra, absent = present - set(state.digests), set(state.digests) - present
    if extra or absent:
        raise _Failed(f"{len(extra)} files are not listed in SHA256SUMS, {len(absent)} listed files are missing")
    changed = sum(hashlib.sha256(state.files[path]).hexdigest() != state.digests[path] for path in present)
    if changed:
        raise _Failed(f"{changed} files are not what was listed")
    return f"{len(present)} files are as listed"


def _check_manifest(state: _State) -> str:
    state.manifest = _json_object(state.files.get("manifest.json"))
    if state.manifest.get("id") != state.top:
        raise _Failed("the manifest is for another package than the folder says")
    claimed = _run(state).get("signer", state.manifest.get("signer"))
    if state.is_trusted and claimed is not None and claimed != state.signer:
        raise _Failed("the package names another signer than the one who signed it")
    return "it belongs to this package"


def _check_delivery(state: _State, issue: str | None, delivery: bytes | None) -> str:
    if delivery is None:
        raise _Failed("an issue was asked for, but no delivery statement was given")
    found = verify_delivery(delivery)
    if found.zip_sha256 != hashlib.sha256(state.content).hexdigest() or found.package_id != state.top:
        raise _Failed("the delivery statement is for another package")
    if issue is not None and found.issue != issue:
        raise _Failed("the delivery statement is for another issue")
    # Who may sign a package may say where it was filed.
    _, refusal = state.trust.judge(found.key.blob, NAMESPACE, state.at)
    if refusal:
        state.is_trusted = False
        raise _NotVouched(f"delivery statement: {refusal}")
    return "it names this package" + (" and this issue" if issue is not None else "")


def _check_recall(state: _State, notice: bytes) -> str:
    try:
        found = verify_recall(notice)
    except PackageError as error:
        # A notice that is none says nothing about the package.
        raise _NotVouched(error.message) from None
    if found.zip_sha256 != hashlib.sha256(state.content).hexdigest() or found.package_id != state.top:
        return "the notice is for another package"
    # Who may sign a package may take one back; anybody else's notice is shown and not obeyed.
    who, refusal = state.trust.judge(found.key.blob, NAMESPACE, state.at)
    if refusal:
        raise _NotVouched(f"recall notice: {refusal}")
    raise _Failed(f"recalled by {who} on {escape(found.recalled_at, limit=40)}: {escape(found.reason, limit=400)}")


def _concluded(state: _State) -> Verification:
    package = VerifiedPackage(
        id=state.top,
        case_id=_case(state),
        files=state.files,
        manifest=state.manifest,
        sha256=hashlib.sha256(state.content).hexdigest(),
        signer=state.signer if state.is_trusted else "",
        content=state.content,
    )
    verdict = Verdict.PROVEN
    if not state.is_signed:
        verdict = Verdict.UNSIGNED
    elif not state.is_trusted:
        verdict = Verdict.UNTRUSTED
    run = _run(state)
    signed_at = run.get("signed_at", run.get("created"))
    return Verification(
        verdict,
        tuple(state.steps),
        package.signer,
        signed_at if isinstance(signed_at, str) else None,
        package.case_id,
        package if verdict is Verdict.PROVEN else None,
        package,
        state.fingerprint,
    )


def _case(state: _State) -> str:
    case = state.manifest.get("case")
    return case if isinstance(case, str) else ""


def _run(state: _State) -> Mapping[str, Any]:
    return _json_object(state.files["run.json"]) if "run.json" in state.files else {}


def _json_object(content: bytes | None) -> Mapping[str, Any]:
    """A JSON object without repeated keys. Raises _Failed."""
    if content is None:
        raise _Failed("there is no manifest.json")
    try:
        document = json.loads(content, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise _Failed("manifest.json or run.json cannot be read") from None
    if not isinstance(document, dict):
        raise _Failed("manifest.json or run.json is not a JSON object")
    return document


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key stands twice")
    return document
