"""Request and trace IDs: the join between what the browser saw and what the servers logged.

Enters: a HAR, API or console artifact read again, or pasted IDs. Leaves: one `request-ids` artifact for each, failing
calls first. A value that stands on most calls names a session or a server, not a call, and is left out.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from diagpack.collectors.har.collected import collected_entries, not_whole
from diagpack.collectors.har.walk import Reading
from diagpack.errors import CollectError
from diagpack.model.capture import from_api
from diagpack.model.collector import CollectContext, Collector
from diagpack.model.exchange import Exchange, from_entry, mapping
from diagpack.model.failure import classify
from diagpack.model.id_harvest import harvest, harvest_text
from diagpack.model.party import Party
from diagpack.model.raw import RawArtifact, Source
from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry, Lines, Pointer
from diagpack.model.request_ids import spellings

MAX_IDS: Final = 2_000
MAX_REFS: Final = 50
PASTED: Final = "request-id"
_ARTIFACT = re.compile(r"([a-z][a-z-]*)-\d+", re.ASCII)
_PASTED = re.compile(r"[A-Za-z0-9_:.=+/@~-]{4,200}", re.ASCII)


@dataclass(slots=True)
class _Use:
    """One ID while it is gathered. `places` counts exchanges or lines, each once."""

    name: str
    direction: str
    refs: list[str] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    statuses: set[int] = field(default_factory=set)
    is_failing: bool = False
    places: int = 0


class RequestIdCollector:
    """See the module."""

    id = "request-ids"
    needs = ("har", "api", "console")
    provides = ("request-ids",)
    derives_from = ("har", "api", "console")

    def recognise(self, head: bytes, name: str) -> float:
        """No file is a list of IDs by itself; pasted IDs arrive with their own origin."""
        return 0.0

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """At most one artifact; none when there is no ID. Raises CollectError DP110 when nothing pasted is an ID."""
        uses: dict[str, _Use] = {}
        total = 0
        if source.origin == PASTED:
            _pasted(source, uses)
        else:
            total = _read(source, uses)
        common = [id for id, use in uses.items() if is_common(use.places, total)]
        for id in common:
            del uses[id]
        if not uses:
            return
        ordered = sorted(uses.items(), key=lambda each: not each[1].is_failing)
        shown = [_shown(id, use) for id, use in ordered[:MAX_IDS]]
        yield ctx.store(
            source,
            kind="request-ids",
            media_type="application/json",
            suffix=".json",
            folder="ids",
            content=[json.dumps({"ids": shown}, ensure_ascii=True, indent=1).encode()],
            facts={"ids_total": len(uses), "ids_kept": len(shown), "too_common": len(common)},
        )


def is_common(places: int, total: int) -> bool:
    """Whether an ID stands on so many calls that it cannot name one: three in five, and at least five."""
    return places >= 5 and places * 5 >= total * 3


def _pasted(source: Source, uses: dict[str, _Use]) -> None:
    text = source.head(1 << 20).decode("utf-8", "replace")
    for each in re.split(r"[\s,;]+", text):
        if _PASTED.fullmatch(each):
            uses.setdefault(each, _Use("given by the analyst", "given", is_failing=True))
    if not uses:
        raise CollectError(
            "DP110", "the given request ID is not one", hint="give 4 to 200 letters, digits and . _ : - = + / @ ~"
        )


def _read(source: Source, uses: dict[str, _Use]) -> int:
    match = _ARTIFACT.fullmatch(source.origin) or _ARTIFACT.fullmatch(source.label)
    if match is None:
        return 0
    artifact = ArtifactId(match.group(0))
    if source.head(1 << 16).lstrip().startswith(b'{"log"'):
        return _of_har(source, artifact, uses)
    if match.group(1) == "api":
        return _of_api(source, artifact, uses)
    return _lines(source, artifact, uses)


def _of_har(source: Source, artifact: ArtifactId, uses: dict[str, _Use]) -> int:
    party, total = Party(), 0
    with source.open_raw() as stream:
        for total, raw in enumerate(collected_entries(stream, Reading()), 1):
            exchange = from_entry(mapping(raw), total - 1)
            ref = EvidenceRef(artifact, HarEntry(exchange.index))
            _gather(exchange, ref, classify(exchange, party) is not None, uses)
    return total


def _of_api(source: Source, artifact: ArtifactId, uses: dict[str, _Use]) -> int:
    party = Party()
    with source.open_raw() as stream:
        try:
            exchanges = json.load(stream)["exchanges"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise not_whole() from None
    for index, raw in enumerate(exchanges):
        exchange = from_api(mapping(raw), index)
        ref = EvidenceRef(artifact, Pointer(f"/exchanges/{index}"))
        _gather(exchange, ref, classify(exchange, party) is not None, uses)
    return len(exchanges)


def _gather(exchange: Exchange, ref: EvidenceRef, is_failing: bool, uses: dict[str, _Use]) -> None:
    counted: set[str] = set()
    for seen in harvest(exchange, is_failing=is_failing):
        use = uses.setdefault(seen.id, _Use(seen.name, seen.direction))
        if seen.id in counted:
            continue
        counted.add(seen.id)
        use.places += 1
        use.is_failing |= is_failing
        if len(use.refs) < MAX_REFS:
            use.refs.append(str(ref))
        if len(use.statuses) < 20:
            use.statuses.add(exchange.status)
        _seen_at(use, exchange.started)


def _lines(source: Source, artifact: ArtifactId, uses: dict[str, _Use]) -> int:
    number = 0
    with source.open_raw() as stream:
        for number, line in enumerate(stream, 1):
            for seen in harvest_text(line[:100_000].decode("utf-8", "replace")):
                use = uses.setdefault(seen.id, _Use(seen.name, seen.direction))
                use.places += 1
                if len(use.refs) < MAX_REFS:
                    use.refs.append(str(EvidenceRef(artifact, Lines(number, number))))
    return number


def _seen_at(use: _Use, moment: datetime | None) -> None:
    if moment is not None:
        use.first = min(use.first or moment, moment)
        use.last = max(use.last or moment, moment)


def _shown(id: str, use: _Use) -> dict[str, Any]:
    return {
        "id": id,
        "name": use.name,
        "direction": use.direction,
        "refs": use.refs,
        "first": use.first.isoformat() if use.first else None,
        "last": use.last.isoformat() if use.last else None,
        "statuses": sorted(use.statuses),
        "is_failing": use.is_failing,
        "spellings": list(spellings(id)),
    }


COLLECTOR: Final[Collector] = RequestIdCollector()
