"""A capture as rules and renderers read it: exchanges in order, which hosts are ours, and what led to what.

Enters: an evidence set. Leaves: one `Capture` for each `har` and `api` artifact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange, exchanges_of, from_entry, mapping, text
from diagpack.model.party import Party
from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry, Pointer


@dataclass(frozen=True, slots=True)
class Capture:
    """One artifact of exchanges. `positions` maps an exchange's index to its place in `exchanges`."""

    artifact: ArtifactId
    kind: str
    exchanges: tuple[Exchange, ...]
    party: Party
    facts: Mapping[str, Any]
    started: datetime | None = field(init=False)

    def __post_init__(self) -> None:
        starts = (each.started for each in self.exchanges if each.started is not None)
        object.__setattr__(self, "started", min(starts, default=None))

    def ref(self, exchange: Exchange) -> EvidenceRef:
        """The citation of one exchange."""
        if self.kind == "har":
            return EvidenceRef(self.artifact, HarEntry(exchange.index))
        return EvidenceRef(self.artifact, Pointer(f"/exchanges/{exchange.index}"))

    def offset_seconds(self, exchange: Exchange) -> float | None:
        """Seconds since the first exchange of the capture."""
        if exchange.started is None or self.started is None:
            return None
        return round((exchange.started - self.started).total_seconds(), 3)

    def causes(self, exchange: Exchange, limit: int = 5) -> tuple[Exchange, ...]:
        """The chain that led to an exchange, nearest first: redirect, initiator, referring page."""
        earlier = [each for each in self.exchanges if each.index < exchange.index]
        chain: list[Exchange] = []
        current = exchange
        while len(chain) < limit:
            found = _cause(current, [each for each in earlier if each.index < current.index])
            if found is None:
                break
            chain.append(found)
            current = found
        return tuple(chain)


def captures(evidence: EvidenceSet) -> Iterator[Capture]:
    """Captures of a case, in id order; read once for each evidence set."""
    yield from evidence.once("captures", lambda: tuple(_captures(evidence)))


def capture_of(evidence: EvidenceSet, artifact: str) -> Capture | None:
    """The capture of one artifact; None when that is none."""
    return next((each for each in captures(evidence) if each.artifact == artifact), None)


def _captures(evidence: EvidenceSet) -> Iterator[Capture]:
    hosts = stated_hosts(evidence)
    for artifact in evidence.of_kind("har", "api"):
        exchanges = (
            exchanges_of(evidence.json(artifact)) if artifact.kind == "har" else api_exchanges(evidence.json(artifact))
        )
        yield Capture(artifact.id, artifact.kind, exchanges, Party(hosts, exchanges), artifact.facts)


def api_exchanges(document: Mapping[str, Any]) -> tuple[Exchange, ...]:
    """Exchanges of an `api` artifact, in order."""
    found = document.get("exchanges") or ()
    return tuple(from_api(each, index) for index, each in enumerate(found) if isinstance(each, Mapping))


def from_api(exchange: Mapping[str, Any], index: int) -> Exchange:
    """One exchange of an `api` artifact; its `request` and `response` are spelled as in HAR 1.2."""
    renamed = {"startedDateTime": exchange.get("started"), "time": exchange.get("duration_ms")}
    return from_entry({"_resourceType": "api", **exchange, **renamed}, index)


def stated_hosts(evidence: EvidenceSet) -> tuple[str, ...]:
    """Hosts that the case names as the product's: `environment.hosts` and `environment.production`."""
    return tuple(dict.fromkeys(host for case in evidence.of_kind("case") for host in hosts_in(evidence.json(case))))


def hosts_in(case: Mapping[str, Any]) -> tuple[str, ...]:
    """Lower-case hosts of the `environment` section of a (redacted) case."""
    environment = mapping(case.get("environment"))
    found: list[str] = []
    for name in ("hosts", "production"):
        value = environment.get(name)
        many = value if isinstance(value, list | tuple) else (value,)
        found += [text(each).strip().lower() for each in many if text(each).strip()]
    return tuple(dict.fromkeys(found))


def _cause(exchange: Exchange, earlier: list[Exchange]) -> Exchange | None:
    """The latest earlier exchange that redirected to this one, served its script, or is the page it came from."""
    for each in reversed(earlier):
        if 300 <= each.status < 400 and each.redirect_url and _same(exchange.url, each):
            return each
    for wanted in (exchange.initiator_url, exchange.request_header("referer")):
        if not wanted:
            continue
        bare = wanted.split("#")[0]
        for each in reversed(earlier):
            if each.url.split("#")[0] == bare:
                return each
    return None


def _same(url: str, redirect: Exchange) -> bool:
    target = redirect.redirect_url.split("#")[0]
    if target.startswith("/") and not target.startswith("//"):
        target = redirect.origin + target
    return url.split("#")[0] == target
