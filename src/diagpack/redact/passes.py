"""Two passes over a case: learn everything, then rewrite everything.

Enters: raw artifacts. Leaves: redacted files on disk with their counts. The order of artifacts and the number of
workers do not change a byte: ranges are cut the same way, and what they taught is joined in their order.
"""

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from diagpack.model.keys import CaseKey
from diagpack.model.missing import Missing
from diagpack.model.raw import RawArtifact
from diagpack.model.redacted import thawed
from diagpack.redact import work
from diagpack.redact.crew import Order, Outcome, RunBlueprint
from diagpack.redact.detectors.hidden_hosts import HiddenHosts
from diagpack.redact.last_look import LastLook, ScanBlueprint
from diagpack.redact.learned import Learned
from diagpack.redact.live import LiveCredentials
from diagpack.redact.mapping import TokenMap
from diagpack.redact.policy import KEEP, Policy
from diagpack.redact.pool import Pool
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.seeds import Seeds, plant, policy_of
from diagpack.redact.spans import Detector
from diagpack.redact.work import RANGE

# A worker needs seconds to start; below this size it is not worth it.
WORTH_PROCESSES = 16 << 20

# Entries of live credentials in the facts of one artifact.
_MOST_FACTS = 200


@dataclass(frozen=True, slots=True)
class LiveCredential:
    """Credentials of one kind that may still work, found in one artifact.

    `kind`: see `live.py`. `count`: distinct ones. `expires_at`: their own expiry in epoch seconds, if they state one.
    `host`: where they were sent, as it stands in the redacted evidence; "" in a log.
    """

    kind: str
    artifact: str
    count: int
    expires_at: int | None = None
    host: str = ""

    def fact(self) -> dict[str, Any]:
        """As a fact of the artifact."""
        return {"kind": self.kind, "host": self.host, "expires_at": self.expires_at, "count": self.count}


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
        names = ("id", "kind", "media_type", "folder", "suffix", "sha256", "size_bytes", "facts")
        return {**{name: getattr(self, name) for name in names}, "tally": dict(self.tally)}


class Aligned(Protocol):
    """Artifacts that came with tokens of another key, and how those tokens become the case's own.

    `tokens`: every such token with its class. `aliases`: token to own token, for values this case has seen itself;
    `mapped` is own token to value.
    """

    @property
    def artifacts(self) -> frozenset[str]: ...
    def tokens(self) -> dict[str, str]: ...
    def aliases(self, mapped: Mapping[str, str]) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Settings:
    """What one run is made with. `ner`: a spaCy model for prose. `map_path`: where the encrypted map goes.

    `aligned`: artifacts of the customer's collector.
    """

    key: CaseKey
    policy: Policy
    seeds: Seeds
    workers: int = 1
    extra_detectors: Sequence[Detector] = ()
    ner: str = ""
    map_path: Path | None = None
    aligned: Aligned | None = None


class CasePasses:
    """State of one run over a case."""

    def __init__(self, raws: Sequence[RawArtifact], settings: Settings, withheld: Mapping[str, str]) -> None:
        self._settings = settings
        self._policy = policy_of(settings.policy, settings.seeds)
        self._learned = Learned(self._policy)
        self._values: dict[str, str] = {}
        self._live: dict[str, LiveCredentials] = {}
        known = {raw.id for raw in raws}
        self.missing = [
            Missing(label, reason, id="DP230", is_fault=False)
            for label, reason in sorted(withheld.items())
            if label in known
        ]
        self._raws = [raw for raw in raws if raw.id not in withheld]

    def run(self, work_dir: Path, target: Callable[[RawArtifact], Path]) -> list[Rewritten]:
        """Raises RedactionError naming the artifact. `work_dir`: for part files, emptied at the end."""
        settings = self._settings
        blueprint = RunBlueprint(
            settings.key.reveal(), thawed(settings.policy.data), settings.seeds, settings.ner, settings.extra_detectors
        )
        plant(settings.seeds, self._learned)
        folder = Path(tempfile.mkdtemp(prefix=".redact-", dir=work_dir))
        try:
            total = sum(raw.raw_path.stat().st_size for raw in self._raws)
            with Pool(blueprint, settings.workers if total >= WORTH_PROCESSES else 1) as pool:
                remaining = self._discover(pool, folder)
                self._values = self._learned.dictionary()
                pool.teach(self._values)
                return self._rewrite(pool, folder, remaining, target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _discover(self, pool: Pool, folder: Path) -> list[RawArtifact]:
        orders = [
            (raw, order)
            for raw in self._raws
            for order in _orders(raw, folder, is_mapped=self._is_mapped, is_replayed=raw.id not in self._theirs)
        ]
        reasons: dict[str, str] = {}
        for (raw, _), outcome in zip(orders, pool.map([order for _, order in orders]), strict=True):
            if outcome.reason:
                reasons.setdefault(raw.id, outcome.reason)
                continue
            self._absorb(raw, outcome, reasons)
        for raw in self._raws:
            if raw.id in reasons:
                self.missing.append(Missing(raw.id, reasons[raw.id], id="DP231"))
        return [raw for raw in self._raws if raw.id not in reasons]

    def _absorb(self, raw: RawArtifact, outcome: Outcome, reasons: dict[str, str]) -> None:
        if outcome.learned is not None:
            self._learned.absorb(outcome.learned)
        if raw.id not in self._live:
            self._live[raw.id] = LiveCredentials(Pseudonyms(self._settings.key).is_token, is_on=True)
        self._live[raw.id].absorb(outcome.live)
        if self._learned.is_overflowing:
            self._learned.is_overflowing = False
            reasons.setdefault(raw.id, "more distinct sensitive values than the dictionary holds")

    @property
    def _theirs(self) -> frozenset[str]:
        """What came with tokens of another key: in the second pass it is called by this case's own."""
        return frozenset() if self._settings.aligned is None else self._settings.aligned.artifacts

    @property
    def _is_mapped(self) -> bool:
        return self._settings.map_path is not None or self._settings.aligned is not None

    def _rewrite(
        self, pool: Pool, folder: Path, remaining: Sequence[RawArtifact], target: Callable[[RawArtifact], Path]
    ) -> list[Rewritten]:
        token_map = TokenMap(self._settings.key)
        aligned = self._settings.aligned
        written = self._rewrite_some(
            pool, folder, [raw for raw in remaining if raw.id not in self._theirs], target, token_map
        )
        if aligned is not None:
            # Last, when it is known what the case's own evidence holds.
            own = Pseudonyms(self._settings.key)
            mapped = {own.token(value, entity): value for value, entity in self._values.items()}
            aliases = aligned.aliases({**mapped, **token_map.values()})
            pool.teach({**aligned.tokens(), **self._values}, aliases)
            rest = [raw for raw in remaining if raw.id in self._theirs]
            written += self._rewrite_some(pool, folder, rest, target, token_map)
            order: list[str] = [raw.id for raw in remaining]
            written.sort(key=lambda each: order.index(each.id))
        if self._settings.map_path is not None:
            token_map.save(self._settings.map_path)
        return written

    def _rewrite_some(
        self,
        pool: Pool,
        folder: Path,
        remaining: Sequence[RawArtifact],
        target: Callable[[RawArtifact], Path],
        token_map: TokenMap,
    ) -> list[Rewritten]:
        orders = [
            (raw, order)
            for raw in remaining
            for order in _orders(
                raw, folder, is_rewriting=True, is_mapped=self._is_mapped, is_replayed=raw.id not in self._theirs
            )
        ]
        results = pool.map([order for _, order in orders])
        written = []
        growing: _Growing | None = None
        try:
            for index, ((raw, order), outcome) in enumerate(zip(orders, results, strict=True)):
                token_map.add(outcome.mapped)
                growing = growing or _Growing(target(raw))
                growing.add(order, outcome)
                if index + 1 < len(orders) and orders[index + 1][0] is raw:
                    continue
                if growing.reason:
                    growing.discard()
                    self.missing.append(Missing(raw.id, growing.reason, id="DP231"))
                else:
                    written.append(growing.finished(raw, self._live_in(raw.id)))
                growing = None
        finally:
            if growing is not None:
                growing.discard()
        return written

    def _live_in(self, id: str) -> list[dict[str, Any]]:
        """The credentials of one artifact as facts: the second pass has no new ones."""
        return [each.fact() for each in self.live_credentials() if each.artifact == id][:_MOST_FACTS]

    def _shown_host(self, host: str) -> str:
        """A host as the rewriter shows it."""
        hidden = HiddenHosts(self._policy.hidden_hosts)
        tokens = Pseudonyms(self._settings.key)
        if host and (self._policy.action("host") != KEEP or any(hidden.scan(host.encode("utf-8", "replace")))):
            return tokens.token(host, "host")
        for domain in (each.lower().lstrip("*.") for each in self._settings.seeds.domains):
            if domain and (host == domain or host.endswith("." + domain)):
                return host.removesuffix(domain) + tokens.token(domain, "company")
        return host

    def last_look(self, folder: Path) -> LastLook:
        """The scan that stands before the signature. `folder`: inside the case."""
        blueprint = ScanBlueprint(
            self._values, self._learned.prints().tobytes(), self._settings.key.reveal(), self._learned.spilled()
        )
        return LastLook(blueprint, self._settings.workers, folder)

    def not_searched(self) -> Counter[str]:
        """Values that are too common to search for, by class."""
        return self._learned.not_searched

    def live_credentials(self) -> tuple[LiveCredential, ...]:
        """What the customer should end or replace, in the order of artifact, kind and host."""
        counts: Counter[tuple[str, str, str, int]] = Counter()
        for artifact, live in self._live.items():
            for (kind, host, expires), count in live.counts().items():
                counts[artifact, kind, self._shown_host(host), expires] += count
        return tuple(
            LiveCredential(kind, artifact, count, expires or None, host)
            for (artifact, kind, host, expires), count in sorted(counts.items())
        )


def _orders(
    raw: RawArtifact, folder: Path, *, is_rewriting: bool = False, is_mapped: bool = False, is_replayed: bool = True
) -> Iterator[Order]:
    facts = dict(raw.raw_facts)
    whole = work.Task(
        raw.id, raw.kind, raw.media_type, raw.raw_path, 0, raw.raw_path.stat().st_size, facts.get("approved") is True
    )
    for number, task in enumerate(work.parts(whole, RANGE)):
        name = f"{raw.id}.{number}"
        yield Order(
            task,
            folder / f"{name}.memory",
            facts if number == 0 else None,
            folder / f"{name}.part" if is_rewriting else None,
            is_mapped,
            folder / f"{name}.replay" if is_replayed and work.is_replayed(task) else None,
        )


class _Growing:
    """A redacted file that gets its parts in order, while other workers still write the next ones."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = hashlib.sha256()
        self._size_bytes = 0
        self._tally: Counter[str] = Counter()
        self._facts: Mapping[str, Any] | None = None
        self.reason = ""
        path.unlink(missing_ok=True)
        self._stream = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def add(self, order: Order, outcome: Outcome) -> None:
        """The next part, unless the artifact has to be withheld."""
        self.reason = self.reason or outcome.reason
        if self.reason:
            return
        if self._facts is None:
            # They come with the first part.
            self._facts = outcome.facts
        self._tally.update(outcome.tally)
        assert order.part is not None  # noqa: S101 - orders of the second pass have one
        with order.part.open("rb") as part:
            while piece := part.read(1 << 20):
                self._stream.write(piece)
                self._digest.update(piece)
                self._size_bytes += len(piece)
        order.part.unlink()

    def discard(self) -> None:
        """Nothing of it stays."""
        self._stream.close()
        self._path.unlink(missing_ok=True)

    def finished(self, raw: RawArtifact, live: list[dict[str, Any]]) -> Rewritten:
        """`live`: sealed with the artifact, so that a later command can ask the customer to sign out too."""
        self._stream.close()
        return Rewritten(
            id=raw.id,
            kind=raw.kind,
            media_type=raw.media_type,
            folder=raw.folder,
            suffix=raw.suffix,
            path=self._path,
            sha256=self._digest.hexdigest(),
            size_bytes=self._size_bytes,
            facts={**(self._facts or {}), **({"live_credentials": live} if live else {})},
            tally=dict(sorted(self._tally.items())),
        )
