"""What a log does not show: another time, no hit, records left out, a zone that was assumed.

Enters: the facts of redacted log excerpts. Leaves: one finding for each gap, with what to ask for.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef


class LogGaps:
    """See the module."""

    info: Final = RuleInfo(
        id="log-gaps",
        title="What a log does not show",
        explanation="Compares the range of a log with the window of the case, and says when a request ID was not "
        "found, when records were left out and when a time zone was assumed.",
        findings={
            "log.window-not-covered": "The log does not reach the window of the case.",
            "log.window-partly-covered": "The log covers only a part of the window.",
            "log.no-hit": "No request ID of the case is in the log.",
            "log.cut": "Matching records were left out because of the size limit.",
            "log.zone-assumed": "The log states no time zone; one was assumed.",
        },
    )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for artifact in evidence.of_kind("log"):
            ref = EvidenceRef(artifact.id)
            yield from _window(artifact, ref)
            yield from _hits(artifact, ref)
            yield from _zone(artifact, ref)


def _window(artifact: RedactedArtifact, ref: EvidenceRef) -> Iterator[Finding]:
    window = _query(artifact).get("window")
    first, last = _time(artifact.facts.get("first")), _time(artifact.facts.get("last"))
    if not isinstance(window, tuple | list) or len(window) != 2 or first is None or last is None:
        return
    start, end = _time(window[0]), _time(window[1])
    if start is None or end is None or (first <= start and end <= last):
        return
    span = f"The log covers {_span(first, last)}"
    wanted = _span(start, end)
    if last < start or first > end:
        yield Finding(
            "log.window-not-covered",
            Level.WARNING,
            Certainty.PROVEN,
            f"{span}; the problem was seen {wanted}.",
            (ref,),
            means="This log cannot show the problem.",
            ask=f"Please send the log that covers {wanted}; it may have been rotated.",
            rank=30,
        )
    else:
        yield Finding(
            "log.window-partly-covered",
            Level.INFO,
            Certainty.PROVEN,
            f"{span}, which is only a part of {wanted}.",
            (ref,),
            ask="Please send the log file before or after this one as well.",
            rank=60,
        )


def _span(first: datetime, last: datetime) -> str:
    """Two times in UTC, the day once."""
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    until = f"{last:%H:%M:%S}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M:%S}"
    return f"{first:%Y-%m-%d %H:%M:%S} to {until} UTC"


def _hits(artifact: RedactedArtifact, ref: EvidenceRef) -> Iterator[Finding]:
    facts, query = artifact.facts, _query(artifact)
    ids = query.get("ids") or ()
    if ids and not facts.get("hits"):
        yield Finding(
            "log.no-hit",
            Level.WARNING,
            Certainty.PROVEN,
            f"None of {len(ids)} request IDs is in the {facts.get('lines_total', 0):,} lines of this log.",
            (ref,),
            means="The request was handled elsewhere, the log was rotated away, or the ID is from the CDN and not from "
            "the application.",
            ask="Please send the log of the host and region that handled the request.",
            rank=35,
        )
    if isinstance(cut := facts.get("truncated"), int) and cut > 0:
        yield Finding(
            "log.cut",
            Level.INFO,
            Certainty.PROVEN,
            f"{cut:,} matching records are not shown because of the size limit.",
            (ref,),
            means="The first, the last and all errors that fit are shown.",
            rank=80,
        )


def _zone(artifact: RedactedArtifact, ref: EvidenceRef) -> Iterator[Finding]:
    if artifact.facts.get("zone_source") in ("assumed", "mixed") and "assumed" in str(artifact.facts.get("zone")):
        yield Finding(
            "log.zone-assumed",
            Level.INFO,
            Certainty.PROVEN,
            "The log states no time zone; its times were read as UTC.",
            (ref,),
            means="All times of this log may be off by whole hours.",
            ask="Which time zone does this server log in? Set it under logs, zone in case.yaml.",
            rank=70,
        )


def _query(artifact: RedactedArtifact) -> Mapping[str, Any]:
    query = artifact.facts.get("query")
    return query if isinstance(query, Mapping) else {}


def _time(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


RULE: Final[Rule] = LogGaps()
