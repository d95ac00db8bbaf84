"""The package, before and after verification, and what filing it returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, Protocol, final, runtime_checkable

NAMESPACE = "diagpack-escalation@v1"
SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
TIMESTAMP = "SHA256SUMS.sig.tsr"
# These stand first in the zip, so that Jira's list shows them on top; the rest is sorted by bytes.
FIRST = ("README.txt", "report.html", "report.md", "ticket.md", "manifest.json", "run.json", SUMS, SIGNATURE)


@final
class VerifiedPackage:
    """A package whose container, signature and digests were checked. `sign.verify` is the only maker.

    `files` maps a path relative to the top folder to its verified bytes.
    """

    __slots__ = ("case_id", "content", "files", "id", "issued_for", "manifest", "sha256", "signer")
    id: str
    case_id: str
    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    sha256: str
    signer: str
    content: bytes

    def __init__(
        self,
        *,
        id: str,
        case_id: str,
        files: Mapping[str, bytes],
        manifest: Mapping[str, Any],
        sha256: str,
        signer: str,
        content: bytes,
    ) -> None:
        self.id = id
        self.case_id = case_id
        self.files = MappingProxyType(dict(files))
        self.manifest = manifest
        self.sha256 = sha256
        self.signer = signer
        self.content = content

    def __repr__(self) -> str:
        return f"VerifiedPackage({self.id}, {len(self.files)} files)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a verified package is verified again, never unpickled")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What filing a package returned; kept in the journal."""

    target: str
    key: str
    url: str
    attachments: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""


class Journal(Protocol):
    """Durable facts of one delivery; `put` returns after fsync."""

    def get(self, name: str) -> Mapping[str, Any] | None: ...
    def put(self, name: str, value: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class PublishContext:
    """What a publisher is lent. `settings` come from the team profile, the environment and the command line.

    `say` prints one progress line; `sleep` waits (tests replace it); `sign_delivery` makes
    the signed statement that ties an issue key to this package.
    """

    journal: Journal
    settings: Mapping[str, Any]
    out_dir: Path
    say: Callable[[str], None]
    sleep: Callable[[float], None]
    clock: Callable[[], float]
    sign_delivery: Callable[[str], bytes]
    is_dry_run: bool = False
    notes: tuple[str, ...] = ()
    """Redacted sentences about this filing, to stand on top of the ticket: forced, and why; what was put off."""


@dataclass(frozen=True, slots=True)
class RecallNotice:
    """A filed package that must not be used any more. `content` is the signed notice, `reason` is redacted."""

    package_id: str
    sha256: str
    issue: str
    reason: str
    content: bytes


@runtime_checkable
class Recaller(Protocol):
    """A publisher that can take a filed package back."""

    def recall(self, notice: RecallNotice, ctx: PublishContext) -> tuple[str, ...]:
        """What could not be done, one sentence each. A second call changes nothing."""


class Publisher(Protocol):
    """A plug-in of the publish room. Its module ends in `PUBLISHER: Final[Publisher] = …`."""

    @property
    def id(self) -> str: ...

    def publish(self, package: VerifiedPackage, ctx: PublishContext) -> Receipt:
        """Exactly once: a second call with the same journal finds the first one's result."""
