"""What is said about an excerpt: its records with gaps, its facts, and the absence of a hit.

Enters: what was found and chosen. Leaves: JSON-like values in the shape of `docs/design.md`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diagpack.collectors.logs.clock import ASSUMED
from diagpack.collectors.logs.cut import Chosen, with_gaps
from diagpack.collectors.logs.encodings import Encoding
from diagpack.collectors.logs.query import Query
from diagpack.collectors.logs.records import Record
from diagpack.collectors.logs.survey import Survey


def kind_of(record: Record) -> str:
    """How a record's zone is known: stated, header, configured, assumed; none without a time."""
    if record.time is None:
        return "none"
    first = record.time.zone.split(" ")[0].split(";")[0]
    return first if first in ("assumed", "configured", "header") else "stated"


def shown(
    chosen: Sequence[Chosen], source: str, found: Survey, query: Query, counts: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    """The records of an artifact, gaps and all."""
    if query.ids and not counts:
        yield _no_hit(chosen, source, found, query)
    yield from with_gaps(chosen, source, lines_total=found.lines_total)


def _no_hit(chosen: Sequence[Chosen], source: str, found: Survey, query: Query) -> dict[str, Any]:
    """No hit is a result: what was searched, what it covers, and the usual reasons."""
    times = found.times
    covers = f"{min(times).isoformat()} to {max(times).isoformat()}" if times else "no readable time range"
    nearest = ""
    if query.window is not None and times:
        center = query.window.start
        closest = min(times, key=lambda each: abs(each - center))
        nearest = f"; the nearest line whose time was read is of {closest.isoformat()}"
    wanted = len(set(query.ids.values()))
    text = (
        f"no hit: {wanted} {'ID' if wanted == 1 else 'IDs'} searched in {found.lines_total:,} lines, covering {covers}"
        f"{nearest}. Usual reasons: another region or host, the log was rotated away, "
        "or the ID is from the CDN and not from the application."
    )
    return {"source": source, "gap": 0, "text": text}


def facts_of(
    encoding: Encoding,
    found: Survey,
    query: Query,
    chosen: Sequence[Chosen],
    counts: Mapping[str, int],
    hops: Mapping[str, str],
    zones: Mapping[str, int],
    cut_records: int,
) -> dict[str, Any]:
    """The facts of an artifact of kind `log`."""
    times = [*found.times, *(each.record.time.at for each in chosen if each.record.time)]
    kinds = sorted((kind for kind in zones if kind != "none"), key=lambda kind: -zones[kind])
    labels = sorted({each.record.time.zone for each in chosen if each.record.time})
    window = query.window
    return {
        "lines_total": found.lines_total,
        "plain_bytes": found.size_bytes,
        "encoding": encoding.name,
        "zone": labels[0] if len(labels) == 1 else (ASSUMED if "assumed" in kinds else "mixed"),
        "zone_source": "none" if not kinds else kinds[0] if len(kinds) == 1 else "mixed",
        "first": min(times).isoformat() if times else None,
        "last": max(times).isoformat() if times else None,
        "is_sorted": found.is_sorted,
        "query": {
            "ids": sorted(set(query.ids.values())),
            "hops": dict(hops),
            "window": [window.start.isoformat(), window.end.isoformat()] if window else None,
            "slack_seconds": int(query.slack.total_seconds()),
        },
        "hits": dict(sorted(counts.items())),
        "hit_records": sum(1 for each in chosen if each.ids),
        "records": len(chosen),
        "truncated": cut_records,
    }
