"""A log's excerpt: which records to show for these IDs and this window.

Enters: one log and a `Query`. Leaves: JSON-like records with gap lines, and a summary of what was searched. With IDs:
every record that holds one, its surroundings, the records of IDs found in those (the second hop), and the errors of the
window. With a window and no hit: the records inside it. With neither: errors, and the start and end of the log.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from diagpack.collectors.logs.clock import Clock
from diagpack.collectors.logs.columns import columns_record, with_columns
from diagpack.collectors.logs.cut import Caps, Keeper
from diagpack.collectors.logs.encodings import Encoding, detect
from diagpack.collectors.logs.hops import candidates
from diagpack.collectors.logs.idsearch import IdFinder
from diagpack.collectors.logs.lines import Line, LineReader
from diagpack.collectors.logs.query import Query, query_of
from diagpack.collectors.logs.records import LINES_MAX, Record, RecordReader
from diagpack.collectors.logs.report import facts_of, kind_of, shown
from diagpack.collectors.logs.stamper import SAMPLE_LINES, Stamper
from diagpack.collectors.logs.streams import LogBytes
from diagpack.collectors.logs.survey import Hit, Survey, survey
from diagpack.errors import CollectError
from diagpack.model.case import Window
from diagpack.model.request_ids import spellings

HEAD: Final = 1 << 18
# Bytes read around a hit: enough for its neighbours; more before it when its line begins in the middle of a record.
_LOOK: Final = 8 << 10
_LOOK_FAR: Final = 64 << 10
_ENDS: Final = 16 << 10
_RARE: Final = 200
_ERROR_WORDS: Final = (
    "ERROR", "FATAL", "CRITICAL", "SEVERE", "PANIC", "EMERG", "Exception", "Traceback", "panic:", "[error]",
    "level=error", '"error"', '"fatal"',
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogExcerpt:
    """What is shown of one log, and the facts about it."""

    records: tuple[dict[str, Any], ...]
    facts: Mapping[str, Any]
    is_valid: bool
    is_cut_off: bool


@dataclass(frozen=True, slots=True)
class _Log:
    """One log, opened and understood."""

    bytes: LogBytes
    encoding: Encoding
    stamper: Stamper
    clock: Clock
    first_lines: tuple[str, ...]

    def columns(self, source: str) -> dict[str, Any] | None:
        """The record of its header line, if it is a table."""
        return columns_record(self.first_lines, self.stamper, source)


def excerpt_of(log: LogBytes, source: str, query: Query, *, anchor: datetime) -> LogExcerpt:
    """The excerpt of one log. `source` names it in each record; `anchor` is the latest moment it can hold.

    Raises CollectError (DP130) for an empty log or one that is not text.
    """
    opened = _understood(log, query, anchor)
    wants_errors = not query.ids and query.window is None and not query.is_everything
    patterns = query.ids if query.ids else dict.fromkeys(_ERROR_WORDS, "") if wants_errors else {}
    finder = IdFinder(_encoded(patterns, opened.encoding))
    found = survey(log, finder, opened.encoding, opened.stamper, opened.clock)
    hits = [each for each in found.hits() if each.id]
    counts = {id: count for id, count in found.counts.items() if id}
    hops: dict[str, str] = {}
    inner: frozenset[int] = frozenset()
    if hits:
        hops, more, more_counts = _second_hop(opened, found, hits, query)
        hits, counts = sorted([*hits, *more], key=lambda each: each.start), counts | more_counts
        inner = _inner_lines(opened, found, hits)
    spans = _spans(found, hits or found.hits(), query, inner, wants_errors=wants_errors, has_hits=bool(hits))
    keeper = _keeper(query, found, wants_errors=wants_errors, has_hits=bool(hits))
    zones: dict[str, int] = defaultdict(int)
    invalid = 0
    for record, ids in _records(opened, found, spans, hits):
        zones[kind_of(record)] += 1
        invalid += record.invalid_lines
        keeper.offer(record, ids)
    chosen = keeper.chosen()
    return LogExcerpt(
        with_columns(list(shown(chosen, source, found, query, counts)), opened.columns(source)),
        facts_of(opened.encoding, found, query, chosen, counts, hops, zones, keeper.cut_records),
        found.is_valid and not invalid and opened.encoding.codec != "cp1252",
        found.is_cut_off,
    )


def _understood(log: LogBytes, query: Query, anchor: datetime) -> _Log:
    with log.open() as cursor:
        head = bytearray()
        while len(head) < HEAD and (piece := cursor.read(HEAD - len(head))):
            head += piece
    if not head.strip(b"\0\r\n\t \xff\xfe"):
        raise CollectError("DP130", "this log is empty", hint="ask for the file again")
    encoding = detect(bytes(head))
    # One line may be endless; the sample is cut in both directions.
    lines = [each[:20_000] for each in encoding.decode(bytes(head[encoding.skip :])).splitlines()[:SAMPLE_LINES]]
    stamper = Stamper.learn(lines)
    clock = Clock.of("\n".join(lines[:40]), anchor=anchor, window=query.window, configured=query.zone)
    if stamper.seen is not None:
        clock = replace(clock, seen=datetime(*stamper.seen, tzinfo=UTC))
    return _Log(log, encoding, stamper, clock, tuple(lines[:20]))


def _encoded(ids: Mapping[str, str], encoding: Encoding) -> dict[bytes, str]:
    return {encoding.encode(form): id for form, id in ids.items()}


def _second_hop(
    opened: _Log, found: Survey, hits: Sequence[Hit], query: Query
) -> tuple[dict[str, str], list[Hit], dict[str, int]]:
    """IDs named in the hit records, searched again; those on too many lines are no IDs of one request."""
    spans = _around(hits[:_RARE], _LOOK)
    texts = [record.text for record, ids in _records(opened, found, spans, hits) if ids]
    names = candidates(texts, query.ids)
    wanted = {form: id for id in names for form in spellings(id)}
    if not wanted:
        return {}, [], {}
    finder = IdFinder(_encoded(wanted, opened.encoding))
    second = survey(opened.bytes, finder, opened.encoding, opened.stamper, opened.clock)
    rare = {id for id, count in second.counts.items() if count <= min(_RARE, max(20, found.lines_total // 50))}
    counts = {id: count for id, count in second.counts.items() if id in rare}
    return {id: names[id] for id in names if id in rare}, [each for each in second.hits() if each.id in rare], counts


def _inner_lines(opened: _Log, found: Survey, hits: Sequence[Hit]) -> frozenset[int]:
    """Starts of hit lines that belong to a record which begins before them."""
    if not opened.stamper.knows_a_format:
        return frozenset()
    records = _records(opened, found, _around(hits, 0), hits)
    orphans = [(record.start, record.end) for record, _ in records if record.is_orphan]
    return frozenset(each.line_start for each in hits if any(start <= each.start < end for start, end in orphans))


def _spans(
    found: Survey,
    hits: Sequence[Hit],
    query: Query,
    inner: frozenset[int],
    *,
    wants_errors: bool,
    has_hits: bool,
) -> list[tuple[int, int]]:
    """Byte ranges to read, merged, in order."""
    if query.is_everything:
        return [(0, found.size_bytes)]
    spans = _around(hits, _LOOK if has_hits else 0, inner)
    window = query.wide_window
    if window is not None and (span := _window_span(found, window)):
        spans.append(span)
    if wants_errors or not spans:
        spans += [(0, _ENDS), (max(0, found.size_bytes - _ENDS) & ~3, found.size_bytes)]
    return _merged(spans)


def _window_span(found: Survey, window: Window) -> tuple[int, int] | None:
    if not found.times:
        return None
    # A log that jumps back and forth in time is read whole.
    return found.span_of(window.start, window.end) if found.is_sorted else (0, found.size_bytes)


def _around(hits: Sequence[Hit], look: int, inner: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
    return _merged(
        [
            (max(0, each.line_start - (_LOOK_FAR if each.line_start in inner else look)), each.start + max(look, 1))
            for each in hits
        ]
    )


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _keeper(query: Query, found: Survey, *, wants_errors: bool, has_hits: bool) -> Keeper:
    if query.is_everything:
        return Keeper(query.caps, ends=(found.size_bytes + 1, -1))
    window = query.wide_window
    # With hits, only the errors of the window are shown beside them: the rest is other people's data.
    shows_ends = wants_errors or (not has_hits and (window is None or not found.times))
    ends = (_ENDS, max(0, found.size_bytes - _ENDS)) if shows_ends else (0, -1)
    return Keeper(query.caps, window=window, shows_window=not has_hits, keeps_errors=wants_errors, ends=ends)


def _records(
    opened: _Log, found: Survey, spans: Sequence[tuple[int, int]], hits: Sequence[Hit]
) -> Iterator[tuple[Record, tuple[str, ...]]]:
    """Whole records of the spans, each once, with the IDs in it."""
    offsets = [each.start for each in hits]
    wanted = frozenset(each.line for each in hits)
    with opened.bytes.open() as cursor:
        lines = LineReader(cursor, opened.encoding, offsets)
        for begin, end in spans:
            if lines.at >= end:
                continue
            if begin > lines.at:
                mark = found.mark_before(begin)
                lines.skip_to(begin, (mark.offset, mark.line))
            reader = RecordReader(opened.stamper, opened.clock, wanted)
            from_start = lines.at <= opened.encoding.skip
            for record in reader.read(_until(lines, end, opened), from_start=from_start):
                ids = _ids_in(record, hits, offsets)
                if ids or not record.is_orphan:
                    yield record, ids


def _until(lines: LineReader, end: int, opened: _Log) -> Iterator[Line]:
    """Lines up to an offset, and on to the end of the record there."""
    for line in lines.lines():
        yield line
        if lines.at >= end and lines.at >= line.end:
            break
    for number, line in enumerate(lines.lines()):
        if number >= LINES_MAX or opened.stamper.read(line.text) is not None:
            lines.unread(line)
            return
        yield line


def _ids_in(record: Record, hits: Sequence[Hit], offsets: Sequence[int]) -> tuple[str, ...]:
    first, last = bisect_left(offsets, record.start), bisect_left(offsets, record.end)
    found = (each for each in hits[first:last] if not record.stream or _holds(record, each))
    return tuple(dict.fromkeys(each.id for each in found if each.id))


def _holds(record: Record, hit: Hit) -> bool:
    """Interleaved streams: the span of a record may hold lines of another."""
    folded = record.text.replace("-", "").lower()
    return any(form.replace("-", "").lower() in folded for form in spellings(hit.id))


def log_of(path: Path) -> LogBytes:
    """A log file, plain or compressed."""

    def opener() -> AbstractContextManager[BinaryIO]:
        return path.open("rb")

    return LogBytes(opener)


def excerpt(
    paths: Sequence[Path],
    ids: Sequence[str] = (),
    window: Window | None = None,
    *,
    slack: timedelta = timedelta(minutes=5),
    zone: str = "",
    everything: bool = False,
    caps: Caps | None = None,
) -> Iterator[dict[str, Any]]:
    """Records of several logs, then one summary (`"summary": true`). Raw content: the caller redacts.

    `source` of each record is the file's name. `everything` shows all records within the caps.
    A log that cannot be read is named in the summary. Raises CollectError (DP130) when none can.
    """
    query = query_of(ids, window=window, slack=slack, zone=zone, is_everything=everything, caps=caps or Caps())
    files: list[dict[str, Any]] = []
    failed: list[CollectError] = []
    for path in paths:
        try:
            anchor = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            found = excerpt_of(log_of(path), path.name, query, anchor=anchor)
        except OSError:
            failed.append(CollectError("DP130", "this log cannot be read", hint="check the file and its permissions"))
        except CollectError as error:
            failed.append(error)
        else:
            yield from found.records
            files.append({"source": path.name, "is_cut_off": found.is_cut_off, **found.facts})
            continue
        if len(failed) == len(paths):
            raise failed[-1] from None
        files.append({"source": path.name, "missing": {"id": failed[-1].id, "reason": failed[-1].message}})
    yield {
        "summary": True,
        "files": files,
        "hits": sum(count for each in files for count in each.get("hits", {}).values()),
        "records": sum(each.get("records", 0) for each in files),
    }
