"""Log files, plain or compressed: cut to the records that belong to the case.

Enters: a log of any size and format, the request IDs and the window of the case. Leaves: one `log` artifact, JSON
Lines, one record a line (see `docs/design.md`). A compressed log is read as a stream and never expanded to disk.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from diagpack.collectors.logs.cut import Caps
from diagpack.collectors.logs.excerpt import LogExcerpt, excerpt, excerpt_of
from diagpack.collectors.logs.query import Query, query_of
from diagpack.collectors.logs.recognition import score
from diagpack.collectors.logs.streams import LogBytes
from diagpack.errors import CollectError
from diagpack.model.collector import CollectContext, Collector
from diagpack.model.raw import RawArtifact, Source
from diagpack.model.request_ids import spellings

__all__ = ["COLLECTOR", "Caps", "LogCollector", "LogExcerpt", "Query", "excerpt", "excerpt_of", "query_of"]

_IDS_MAX: Final = 400


class LogCollector:
    """Finds the case's request IDs and window in a log.

    Section `logs` of case.yaml: `zone` (of all logs), `zones` (by file name), `slack_minutes`.
    """

    id: Final = "logs"
    # It needs its own kind: the trace ID beside a request ID in one log leads on into the others.
    needs: Final = ("request-ids", "log")
    provides: Final = ("log",)
    derives_from: Final[tuple[str, ...]] = ()

    def recognise(self, head: bytes, name: str) -> float:
        """At most 0.6: every format with a collector of its own comes first."""
        return score(head, name)

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """Raises CollectError (DP130, DP134). Called again, it reads a log once more when others led to new IDs."""
        log = LogBytes(source.open_raw)
        ids, left_out = _spelled(ctx)
        is_again = any(each.source == source.label for each in ctx.artifacts("log"))
        led_to = _led_to(source, ctx, ids)
        if is_again and not led_to:
            return
        ids |= led_to
        found = excerpt_of(log, source.label, _query(source, ctx, ids), anchor=_anchor(source, log, ctx))
        if found.is_cut_off and not is_again:
            ctx.missing(
                source,
                "DP131",
                "the compressed log is cut off or damaged: what comes after the break is missing",
                question="Please send this log file again; the copy we have ends in the middle.",
            )
        if not found.is_valid and not is_again:
            ctx.missing(
                source, "DP132", f"some bytes of this log are not valid UTF-8: read as {found.facts['encoding']}"
            )
        yield ctx.store(
            source,
            kind="log",
            media_type="application/jsonl",
            folder="logs",
            suffix=".jsonl",
            content=(json.dumps(each, ensure_ascii=True).encode() + b"\n" for each in found.records),
            facts={
                "name": source.name,
                "size_bytes": source.size_bytes,
                "sha256": source.sha256,
                "ids_left_out": left_out,
                **found.facts,
            },
        )


def _query(source: Source, ctx: CollectContext, ids: Mapping[str, str]) -> Query:
    section = ctx.section("logs")
    zones = section.get("zones")
    zone = zones.get(source.name, "") if isinstance(zones, Mapping) else ""
    minutes = section.get("slack_minutes", 5)
    return Query(
        ids=ids,
        window=ctx.window,
        slack=timedelta(minutes=minutes if isinstance(minutes, int | float) else 5),
        zone=str(zone or section.get("zone") or ""),
    )


def _spelled(ctx: CollectContext) -> tuple[dict[str, str], int]:
    """Every spelling to the ID it stands for, named as in the artifact `request-ids`; and how many IDs are left out."""
    wanted: dict[str, str] = {}
    for artifact in ctx.artifacts("request-ids"):
        with artifact.open_raw() as stream:
            wanted |= _spellings_of(stream.read())
    # All spellings come in one flat list: the first of a family names it.
    for each in ctx.request_ids():
        if each not in wanted:
            for form in spellings(each):
                wanted.setdefault(form, each)
    # The analyst's come first, then failing calls: those are the ones to keep when there are too many.
    kept = frozenset(islice(dict.fromkeys(wanted[each] for each in ctx.request_ids()), _IDS_MAX))
    left_out = len(set(wanted.values())) - len(kept)
    return dict(query_of_forms({form: id for form, id in wanted.items() if id in kept})), left_out


def _led_to(source: Source, ctx: CollectContext, ids: Mapping[str, str]) -> dict[str, str]:
    """IDs to which the other logs led, in all spellings, without those that this log was searched for before."""
    own = {
        id
        for artifact in ctx.artifacts("log")
        if artifact.source == source.label
        for id in (*_query_of(artifact).get("ids", ()), *_query_of(artifact).get("hops", ()))
    }
    found = {
        id: None
        for artifact in ctx.artifacts("log")
        if artifact.source != source.label
        for id in _query_of(artifact).get("hops", ())
        if id not in ids and id not in own
    }
    return {form: id for id in list(found)[:_IDS_MAX] for form in spellings(id)}


def _query_of(artifact: RawArtifact) -> Mapping[str, Any]:
    query = artifact.raw_facts.get("query")
    return query if isinstance(query, Mapping) else {}


def query_of_forms(wanted: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Further spellings of each form, and the parts of composite ones, under the name they already have."""
    for form, id in wanted.items():
        for spelling in query_of([form]).ids:
            yield spelling, wanted.get(spelling, id)


def _spellings_of(content: bytes) -> dict[str, str]:
    try:
        listed = json.loads(content)["ids"]
        return {
            str(form): str(each["id"])
            for each in listed
            for form in (*each.get("spellings", ()), *spellings(str(each["id"])))
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # the artifact is another collector's; without it the flat list remains


def _anchor(source: Source, log: LogBytes, ctx: CollectContext) -> datetime:
    """The latest moment the log can hold, for formats that state no year: gzip header, file time, this run."""
    if log.kind == "gzip":
        stamp = int.from_bytes(source.head(8)[4:8], "little")
        if stamp > 0:
            return datetime.fromtimestamp(stamp, UTC)
    try:
        return min(datetime.fromtimestamp(source.raw_path.stat().st_mtime, UTC), ctx.now)
    except OSError:
        raise CollectError("DP130", "this log cannot be read", hint="check that the file is still there") from None


COLLECTOR: Final[Collector] = LogCollector()
