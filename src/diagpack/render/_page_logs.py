"""The logs section of the page: cited lines, lines with a known request ID and errors, with a little context.

Enters: log and console artifacts, citations, known IDs. Leaves: lines in order, IDs marked, gaps counted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef, Lines
from diagpack.render._citations import Citations, anchor
from diagpack.render._visible import clipped

_RECORDS: Final = 300
_CONTEXT: Final = 2
_TEXT: Final = 4_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `is_id` marks a request ID."""

    text: str
    is_id: bool


@dataclass(frozen=True, slots=True)
class LogLine:
    """One record. `place` is its byte range in the original file.

    `gap` counts lines of the excerpt left out before it; a gap note of the collector is a line without a number.
    """

    anchor: str
    number: str
    level: str
    place: str
    pieces: tuple[Piece, ...]
    is_cited: bool
    gap: str


@dataclass(frozen=True, slots=True)
class LogView:
    artifact: str
    path: str
    summary: str
    query: str
    lines: tuple[LogLine, ...]
    rest: int


def log_views(evidence: EvidenceSet, citations: Citations, ids: Sequence[str]) -> tuple[LogView, ...]:
    """One view per log or console artifact that has lines."""
    pattern = id_pattern(ids)
    views = (_view(evidence, each, citations, pattern) for each in evidence.of_kind("log", "console"))
    return tuple(each for each in views if each.lines)


def id_pattern(ids: Sequence[str]) -> re.Pattern[str] | None:
    """Finds any of the IDs, longest first; IDs shorter than 6 characters would mark half the page."""
    useful = sorted({each for each in ids if 6 <= len(each) <= 200}, key=lambda each: (-len(each), each))[:200]
    return re.compile("|".join(map(re.escape, useful))) if useful else None


def pieces(text: str, pattern: re.Pattern[str] | None) -> tuple[Piece, ...]:
    """The text cut at every known ID."""
    found, position = [], 0
    for match in pattern.finditer(text) if pattern else ():
        if match.start() > position:
            found.append(Piece(text[position : match.start()], False))
        found.append(Piece(match.group(0), True))
        position = match.end()
    if position < len(text):
        found.append(Piece(text[position:], False))
    return tuple(found)


def _view(
    evidence: EvidenceSet, artifact: RedactedArtifact, citations: Citations, pattern: re.Pattern[str] | None
) -> LogView:
    records = evidence.records(artifact)
    cited = {ref.place.first for ref in citations.cited(artifact.id) if isinstance(ref.place, Lines)}
    chosen = _chosen(records, cited, pattern)
    lines, before = [], 0
    anchors: set[str] = set()
    for number in chosen:
        gap = f"{number - before} lines of the excerpt not shown" if number > before else ""
        line = _line(artifact, records[number], cited, pattern, gap)
        # Two records that start on one line share a number, but an id of the page is unique.
        lines.append(replace(line, anchor="") if line.anchor in anchors else line)
        anchors.add(line.anchor)
        before = number + 1
    facts = artifact.facts
    total = facts.get("lines_total")
    parts = [f"{total:,} line{'s' * (total != 1)} in the original"] if isinstance(total, int) else []
    parts += [f"zone {facts['zone']}"] if facts.get("zone") else []
    hits = facts.get("hits")
    if isinstance(hits, Mapping) and hits:
        parts.append("hits: " + ", ".join(f"{id} {count}" for id, count in list(hits.items())[:5]))
    query = query_words(facts.get("query"))
    return LogView(artifact.id, artifact.package_path, ", ".join(parts), query, tuple(lines), len(records) - before)


def query_words(query: Any) -> str:
    """How the excerpt was cut from the log, in words; another collector's query as it is."""
    if not isinstance(query, Mapping):
        return str(query or "")
    ids, beside = [str(each) for each in query.get("ids") or ()], [str(each) for each in query.get("hops") or ()]
    window = query.get("window")
    parts = [f"{', '.join(ids[:5])}{f' and {len(ids) - 5} more' if len(ids) > 5 else ''}"] if ids else []
    parts += [f"then {', '.join(beside[:5])}, found beside them"] if beside else []
    if isinstance(window, list | tuple) and len(window) == 2:
        parts.append(f"from {window[0]} to {window[1]}, {query.get('slack_seconds', 0)} s around it")
    return "; ".join(parts)


def _chosen(records: Sequence[Mapping[str, Any]], cited: set[int], pattern: re.Pattern[str] | None) -> list[int]:
    """Record numbers: cited ones always, then those with an ID, then errors, then context, up to the limit."""
    ranked = sorted((_interest(each, cited, pattern), number) for number, each in enumerate(records))
    must = [number for rank, number in ranked if rank == 0]
    wanted = [number for rank, number in ranked if rank in (1, 2)][: max(0, _RECORDS - len(must))]
    chosen = dict.fromkeys(must + wanted)
    for number in must + wanted:
        if len(chosen) >= _RECORDS:
            break
        near = range(max(0, number - _CONTEXT), min(len(records), number + _CONTEXT + 1))
        chosen.update(dict.fromkeys(near))
    return sorted(chosen) or list(range(min(len(records), 20)))


def _interest(record: Mapping[str, Any], cited: set[int], pattern: re.Pattern[str] | None) -> int:
    if record.get("line") in cited:
        return 0
    if pattern and pattern.search(str(record.get("text", ""))[:_TEXT]):
        return 1
    return 2 if record.get("level") in ("error", "fatal", "critical") else 3


def _line(
    artifact: RedactedArtifact,
    record: Mapping[str, Any],
    cited: set[int],
    pattern: re.Pattern[str] | None,
    gap: str,
) -> LogLine:
    line = record.get("line")
    text = clipped(str(record.get("text", "")), _TEXT, artifact.package_path)
    if not isinstance(line, int) or record.get("gap"):
        return LogLine("", "", "gap", "", (Piece(text, False),), False, gap)
    name = anchor(EvidenceRef(artifact.id, Lines(line, line)))
    level = str(record.get("level") or "")
    return LogLine(name, str(line), level, _place(record), pieces(text, pattern), line in cited, gap)


def _place(record: Mapping[str, Any]) -> str:
    span = record.get("bytes")
    source = clipped(str(record.get("source") or "the original file"), 60)
    if isinstance(span, list) and len(span) == 2 and all(isinstance(each, int) for each in span):
        return f"bytes {span[0]} to {span[1]} of {source}"
    return source
