"""Redacted evidence: the only kind that rules, renderers, signers and publishers are given.

Enters: what the redactor wrote, with its seal. Leaves: bytes through `open`, checked against the sealed digest at
every read. The constructor verifies the seal, so `dataclasses.replace` with any other value fails, and so does a file
that was changed on disk.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, NoReturn, Protocol, final

from diagpack.errors import RedactionError
from diagpack.model._seal import Seal
from diagpack.model.ref import ArtifactId

__all__ = ["RedactedArtifact", "RedactionReport", "ScannedFiles", "describe", "describe_files"]


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def canonical(value: Any) -> bytes:
    """Sorted, compact, ASCII JSON: one byte string per value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def digest_of(stream: _Readable) -> str:
    """SHA-256 of a stream, in pieces of 1 MiB."""
    digest = hashlib.sha256()
    while piece := stream.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def describe(
    *,
    id: str,
    kind: str,
    media_type: str,
    folder: str,
    suffix: str,
    sha256: str,
    size_bytes: int,
    facts: Mapping[str, Any],
    tally: Mapping[str, int],
    policy_sha256: str,
) -> bytes:
    """What the seal covers."""
    return canonical(
        {
            "id": id,
            "kind": kind,
            "media_type": media_type,
            "folder": folder,
            "suffix": suffix,
            "sha256": sha256,
            "size_bytes": size_bytes,
            "facts": facts,
            "tally": dict(tally),
            "policy_sha256": policy_sha256,
        }
    )


@final
@dataclass(frozen=True, slots=True, repr=False, eq=False, kw_only=True)
class RedactedArtifact:
    """One redacted artifact. `tally` counts replacements by `class/rule`; `facts` is redacted JSON-like data."""

    id: ArtifactId
    kind: str
    media_type: str
    folder: str
    suffix: str
    path: Path
    sha256: str
    size_bytes: int
    facts: Mapping[str, Any]
    tally: Mapping[str, int]
    policy_sha256: str
    seal: Seal

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", _frozen(self.facts))
        object.__setattr__(self, "tally", MappingProxyType(dict(self.tally)))
        if not _covers(self.seal, self._description()):
            raise RedactionError(
                "DP201",
                f"{self.id}: this artifact does not carry the redactor's seal",
                hint="run collect again; do not edit files under evidence/",
            )

    def _description(self) -> bytes:
        return describe(
            id=self.id,
            kind=self.kind,
            media_type=self.media_type,
            folder=self.folder,
            suffix=self.suffix,
            sha256=self.sha256,
            size_bytes=self.size_bytes,
            facts=thawed(self.facts),
            tally=self.tally,
            policy_sha256=self.policy_sha256,
        )

    @property
    def package_path(self) -> str:
        """Where it stands in the package, relative to the top folder."""
        return f"evidence/{self.folder}/{self.id}{self.suffix}"

    def open(self) -> BinaryIO:
        """A stream over the content. The digest is checked first: raises RedactionError (DP202) when it differs."""
        with self.path.open("rb") as stream:
            content = stream.read()
        if len(content) != self.size_bytes or hashlib.sha256(content).hexdigest() != self.sha256:
            raise RedactionError(
                "DP202",
                f"{self.id}: the file under evidence/ was changed after redaction",
                hint="run collect again",
            )
        return io.BytesIO(content)

    def read(self) -> bytes:
        """The whole content, checked."""
        return self.open().read()

    def text(self) -> str:
        """The content as text."""
        return self.read().decode("utf-8", "backslashreplace")

    def json(self) -> Any:
        """The content parsed as JSON."""
        return json.loads(self.read())

    def __repr__(self) -> str:
        return f"RedactedArtifact({self.id}, {self.kind}, {self.size_bytes} bytes)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("redacted evidence is reloaded through the redactor, never unpickled")

    def __copy__(self) -> "RedactedArtifact":
        return self

    def __deepcopy__(self, memo: object) -> "RedactedArtifact":
        return self


@dataclass(frozen=True, slots=True)
class RedactionReport:
    """What `redaction/report.json` holds: counts, never values, never hashes of values."""

    policy_sha256: str
    counts: Mapping[str, int]
    by_artifact: Mapping[str, Mapping[str, int]]
    withheld: tuple[Mapping[str, str], ...] = ()
    not_searched: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def describe_files(digests: Mapping[str, str]) -> bytes:
    """What the seal of a scanned set of files covers."""
    return canonical({"files": dict(digests)})


@final
class ScannedFiles:
    """The finished files of a package after the residue scan; the only thing that can be signed.

    Made by `redact.boundary` (which holds the seal). Order is the order of the package.
    """

    __slots__ = ("_files", "digests")
    digests: Mapping[str, str]

    def __init__(self, files: Mapping[str, bytes], seal: Seal) -> None:
        digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
        if not _covers(seal, describe_files(digests)):
            raise RedactionError("DP203", "these files did not pass the residue scan", hint="run collect again")
        self._files = MappingProxyType(dict(files))
        self.digests = MappingProxyType(digests)

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Path and content, in package order."""
        yield from self._files.items()

    def __len__(self) -> int:
        return len(self._files)

    def __repr__(self) -> str:
        return f"ScannedFiles({len(self._files)} files)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("scanned files are never pickled")


def _covers(seal: object, description: bytes) -> bool:
    return isinstance(seal, Seal) and seal.covers(description)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MappingProxyType({key: _frozen(each) for key, each in value.items()})
    if isinstance(value, list | tuple):
        return tuple(_frozen(each) for each in value)
    return value


def thawed(value: Any) -> Any:
    """Plain dicts and lists again, for JSON."""
    if isinstance(value, Mapping):
        return {key: thawed(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [thawed(each) for each in value]
    return value
