"""Whose clock is wrong? Every clock a case shows, and what a majority of independent ones says.

Enters: redacted evidence. Leaves: witnesses (one clock each, seconds ahead of the browser's) and a verdict. A clock is
called wrong only where clocks of two independent parties agree against it: one against one decides nothing. The browser
and an identity provider of the customer may share a time source, so they count as one party unless the provider is a
public service.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from statistics import median
from typing import Any, Final

from diagpack.model.capture import Capture
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange, parse_time
from diagpack.model.id_harvest import harvest
from diagpack.model.party import site_of
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef, Lines

# Clocks closer than this agree: a Date header has a resolution of one second, an answer takes its time.
AGREE_SECONDS: Final = 60
BROWSER: Final = "the browser"
CUSTOMER: Final = "the customer's side"
PRODUCT: Final = "the product"
_MAX_SAMPLES: Final = 2_000
_STATED_ZONE: Final = re.compile(r"Z|UTC|GMT|[+-]\d{2}:?\d{2}", re.ASCII)
_PUBLIC_PROVIDERS: Final = (
    "okta.com", "oktapreview.com", "microsoftonline.com", "login.microsoft.com", "accounts.google.com", "auth0.com",
    "onelogin.com", "pingone.com", "pingidentity.com", "jumpcloud.com", "duosecurity.com",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Witness:
    """One clock. `party`: who runs it; `ahead_seconds`: ahead of the browser's clock, negative when behind."""

    name: str
    party: str
    ahead_seconds: float
    samples: int
    refs: tuple[EvidenceRef, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the clocks say together. `wrong` is empty when it cannot be told; `right` agree among one another.

    Without a majority, `right` and `wrong` are empty and `apart` holds the groups that contradict one another.
    """

    right: tuple[Witness, ...] = ()
    wrong: tuple[Witness, ...] = ()
    apart: tuple[tuple[Witness, ...], ...] = ()

    @property
    def parties(self) -> tuple[str, ...]:
        """Who runs a wrong clock."""
        return tuple(dict.fromkeys(each.party for each in self.wrong))


def is_browser(witness: Witness) -> bool:
    """Whether this is the clock that the others are measured by."""
    return witness.name == BROWSER


def judge(witnesses: Sequence[Witness]) -> Verdict:
    """The verdict of these clocks; an empty one when all of them agree."""
    groups = _groups(witnesses)
    if len(groups) < 2:
        return Verdict()
    ranked = sorted(groups, key=lambda group: -len({each.party for each in group}))
    counts = [len({each.party for each in group}) for group in ranked]
    # A party whose own clocks contradict one another speaks for no side.
    if counts[0] < 2 or counts[0] == counts[1]:
        return Verdict(apart=tuple(groups))
    return Verdict(ranked[0], tuple(each for group in ranked[1:] for each in group))


def witnesses(capture: Capture, evidence: EvidenceSet) -> tuple[Witness, ...]:
    """The clocks of one recording, read once; the browser's first: it alone has an offset of 0."""
    return evidence.once(f"clocks of {capture.artifact}", lambda: _witnesses(capture, evidence))


def _witnesses(capture: Capture, evidence: EvidenceSet) -> tuple[Witness, ...]:
    provider = provider_host(capture)
    found = [Witness(BROWSER, CUSTOMER, 0.0, 1, (EvidenceRef(capture.artifact),))]
    samples: dict[str, list[tuple[float, Exchange]]] = defaultdict(list)
    for each in capture.exchanges[:_MAX_SAMPLES]:
        ahead = browser_ahead(each) if is_fresh(each) else None
        if ahead is not None and each.host:
            samples[each.host].append((-ahead, each))
    for host, seen in samples.items():
        party = _party(host, provider, capture)
        refs = tuple(capture.ref(each) for _, each in seen[:1])
        found.append(Witness(host, party, median(ahead for ahead, _ in seen), len(seen), refs))
    if len(found) == 1:
        return ()
    return (*found, *_logs(capture, evidence))


def browser_ahead(exchange: Exchange) -> float | None:
    """How far the browser's clock is ahead of the server's, by one `Date` header; it has a resolution of a second."""
    value = exchange.response_header("date")
    if not value or exchange.started is None:
        return None
    try:
        server = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    server = server if server.tzinfo else server.replace(tzinfo=UTC)
    # The server stamps the answer when it begins to send it: about when the waiting ends.
    waited = exchange.wait_ms if exchange.wait_ms >= 0 else max(0.0, exchange.duration_ms)
    return exchange.started.timestamp() + min(waited, 600_000.0) / 1000 - server.timestamp() - 0.5


def is_fresh(exchange: Exchange) -> bool:
    """Whether the answer's Date is of now: a cached answer carries that of the day it was stored; `age` says so too."""
    if exchange.is_from_cache or exchange.status == 304:
        return False
    return exchange.response_header("age").strip() in ("", "0")


def _groups(found: Sequence[Witness]) -> list[tuple[Witness, ...]]:
    """Clocks that agree, as groups: each member is near the one before it."""
    groups: list[list[Witness]] = []
    for each in sorted(found, key=lambda each: each.ahead_seconds):
        if groups and each.ahead_seconds - groups[-1][-1].ahead_seconds <= AGREE_SECONDS:
            groups[-1].append(each)
        else:
            groups.append([each])
    return [tuple(each) for each in groups]


def _party(host: str, provider: str, capture: Capture) -> str:
    if host == provider:
        is_public = any(host == each or host.endswith("." + each) for each in _PUBLIC_PROVIDERS)
        return site_of(host) if is_public else CUSTOMER
    return PRODUCT if capture.party.includes(host) else site_of(host)


def provider_host(capture: Capture) -> str:
    """The identity provider's host: where a sign-in was sent to; empty when there is none."""
    for each in capture.exchanges:
        url = each.url.lower()
        if "samlrequest=" in url or ("response_type=" in url and "client_id=" in url):
            return each.host
    return ""


def _logs(capture: Capture, evidence: EvidenceSet) -> Iterator[Witness]:
    """Logs whose records carry an ID of the recording: the time there against the time here."""
    started = {
        _folded(id.id): each
        for each in capture.exchanges
        if each.started is not None
        for id in harvest(each, is_failing=False)
        if id.direction == "response"
    }
    for artifact in evidence.of_kind("log"):
        seen = list(_logged(artifact, evidence.records(artifact), started))
        if seen:
            middle = median(ahead for ahead, _ in seen)
            yield Witness(str(artifact.id), PRODUCT, middle, len(seen), (seen[0][1],))


def _logged(
    artifact: RedactedArtifact, records: Sequence[Mapping[str, Any]], started: Mapping[str, Exchange]
) -> Iterator[tuple[float, EvidenceRef]]:
    for record in records:
        at, line = _zoned(record), record.get("line")
        match = next((started[_folded(str(id))] for id in record.get("ids") or () if _folded(str(id)) in started), None)
        if at is None or match is None or match.started is None or not isinstance(line, int):
            continue
        place = Lines(line, line + max(1, int(record.get("lines", 1))) - 1)
        yield (at - match.started).total_seconds(), EvidenceRef(artifact.id, place)


def _zoned(record: Mapping[str, Any]) -> datetime | None:
    """The record's time where its zone was written, not guessed: a guess of hours would look like a wrong clock."""
    return parse_time(record.get("time")) if _STATED_ZONE.fullmatch(str(record.get("zone") or "")) else None


def _folded(id: str) -> str:
    return id.replace("-", "").lower()
