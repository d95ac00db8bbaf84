"""Two passes over a case: learn everything, then rewrite everything.

Enters: raw artifacts. Leaves: redacted files on disk with their counts. The order of artifacts and the number of
workers do not change a byte.
"""

import contextlib
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diagpack.errors import DiagpackError, RedactionError
from diagpack.model.keys import CaseKey
from diagpack.model.missing import Missing
from diagpack.model.raw import RawArtifact
from diagpack.redact import work
from diagpack.redact.dictionary import Dictionary
from diagpack.redact.engine import Engine, NeedsWithholding
from diagpack.redact.learned import Learned
from diagpack.redact.policy import Policy
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.residue import ResidueScanner
from diagpack.redact.seeds import Seeds, detectors_for, plant, vendor_id_patterns
from diagpack.redact.spans import Detector
from diagpack.redact.structure import redact_structure


@dataclass(frozen=True, slots=True)
class LiveCredential:
    """A credential found in the evidence. `expires_at`: its own expiry in epoch seconds, if it states one."""

    kind: str
    artifact: str
    count: int
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One redacted file on disk."""

    id: str
    kind: str
    media_type: str
    folder: str
    suffix: str
    path: Path
    sha256: str
    size_bytes: int
    facts: Mapping[str, Any]
    tally: Mapping[str, int]

    def description(self) -> dict[str, Any]:
        """What the seal covers, without the policy."""
        return {
            "id": self.id,
            "kind": self.kind,
            "media_type": self.media_type,
            "folder": self.folder,
            "suffix": self.suffix,
            "sha256": self.sha256,
            "size_bytes": self.size_bytes,
            "facts": self.facts,
            "tally": dict(self.tally),
        }


class CasePasses:
    """State of one run over a case."""

    def __init__(
        self,
        raws: Sequence[RawArtifact],
        *,
        key: CaseKey,
        policy: Policy,
        seeds: Seeds,
        withheld: Mapping[str, str],
        workers: int,
        extra_detectors: Sequence[Detector],
        map_path: Path | None,
    ) -> None:
        self._policy = policy
        self._seeds = seeds
        self._pseudonyms = Pseudonyms(key)
        self._scanner = detectors_for(policy, seeds, extra_detectors)
        self._learned = Learned(policy)
        self._values: dict[str, str] = {}
        self._live: Counter[tuple[str, str, int]] = Counter()
        self._residue: ResidueScanner | None = None
        self.missing = [
            Missing(label, reason, id="DP230", is_fault=False) for label, reason in sorted(withheld.items())
        ]
        self._raws = [raw for raw in raws if raw.id not in withheld]

    def run(self, target: Callable[[RawArtifact], Path]) -> list[Rewritten]:
        """Raises RedactionError naming the artifact."""
        plant(self._seeds, self._learned)
        remaining = [raw for raw in self._raws if self._discover(raw)]
        self._values = self._learned.dictionary()
        dictionary = Dictionary(self._values)
        return [each for raw in remaining if (each := self._rewrite(raw, dictionary, target)) is not None]

    def _engine(self, learned: Learned | None, dictionary: Dictionary | None) -> Engine:
        return Engine(
            self._policy,
            self._pseudonyms,
            self._scanner,
            learned=learned,
            dictionary=dictionary,
            classes=self._values,
            structure=redact_structure,
            vendor_ids=vendor_id_patterns(self._policy, self._seeds),
        )

    def _discover(self, raw: RawArtifact) -> bool:
        engine = self._engine(self._learned, None)
        try:
            self._walk(engine, raw, _nowhere)
        except NeedsWithholding as reason:
            self._withhold(raw, str(reason))
            return False
        for (kind, expires), count in engine.live.items():
            self._live[kind, raw.id, expires] += count
        if self._learned.is_overflowing:
            self._learned.is_overflowing = False
            self._withhold(raw, "more distinct sensitive values than the dictionary holds")
            return False
        return True

    def _rewrite(
        self, raw: RawArtifact, dictionary: Dictionary, target: Callable[[RawArtifact], Path]
    ) -> Rewritten | None:
        engine = self._engine(None, dictionary)
        path = target(raw)
        try:
            with _new_file(path) as sink:
                facts = self._walk(engine, raw, sink.write)
        except NeedsWithholding as reason:
            path.unlink(missing_ok=True)
            self._withhold(raw, str(reason))
            return None
        return Rewritten(
            id=raw.id,
            kind=raw.kind,
            media_type=raw.media_type,
            folder=raw.folder,
            suffix=raw.suffix,
            path=path,
            sha256=sink.digest.hexdigest(),
            size_bytes=sink.size_bytes,
            facts=facts,
            tally=dict(sorted(engine.tally.items())),
        )

    def _walk(self, engine: Engine, raw: RawArtifact, sink: Callable[[bytes], object]) -> Any:
        """Content to the sink; returns the facts."""
        task = work.Task(
            raw.id,
            raw.kind,
            raw.media_type,
            raw.raw_path,
            0,
            raw.raw_path.stat().st_size,
            raw.raw_facts.get("approved") is True,
        )
        if raw.kind in work.PROSE_KINDS:
            engine.prose = self._scanner.names_in_prose
        try:
            work.run(engine, task, sink)
            return work.redact_facts(engine, dict(raw.raw_facts))
        except (NeedsWithholding, DiagpackError) as fault:
            if isinstance(fault, RedactionError):
                raise _named(raw, fault) from None
            raise
        except Exception:
            # The cause holds the document.
            raise RedactionError(
                "DP211",
                f"{raw.id}: the redactor could not process this artifact",
                hint="withhold it with --withhold ARTIFACT --reason TEXT, and report the fault",
            ) from None

    def _withhold(self, raw: RawArtifact, reason: str) -> None:
        self.missing.append(Missing(raw.id, reason, id="DP231"))

    def residue_scanner(self) -> ResidueScanner:
        """For the last scan; built once."""
        if self._residue is None:
            self._residue = ResidueScanner(self._values, self._learned.prints(), self._pseudonyms.is_token)
        return self._residue

    def not_searched(self) -> Counter[str]:
        """Values that are too short or too common to search for, by class."""
        return self._learned.not_searched + self.residue_scanner().not_searched

    def live_credentials(self) -> tuple[LiveCredential, ...]:
        return tuple(
            LiveCredential(kind, artifact, count, expires or None)
            for (kind, artifact, expires), count in sorted(self._live.items())
        )


class _Sink:
    """Writes, counts and digests at once."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.size_bytes = 0

    def write(self, piece: bytes) -> None:
        self._stream.write(piece)
        self.digest.update(piece)
        self.size_bytes += len(piece)


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[_Sink]:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        yield _Sink(stream)


def _nowhere(piece: bytes) -> None:
    """The first pass only learns."""


def _named(raw: RawArtifact, fault: RedactionError) -> RedactionError:
    if fault.message.startswith(f"{raw.id}:"):
        return fault
    return RedactionError(fault.id, f"{raw.id}: {fault.message}", hint=fault.hint)
