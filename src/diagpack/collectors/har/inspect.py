"""One capture, read once: entries repaired, judged, slimmed and measured.

Enters: the path of a HAR and what the case knows (window, hosts, browser). Leaves: a `HarView` with the slimmed HAR
and the facts of the artifact. Used by the collector and by the command that works on one file without a case.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diagpack.collectors.har.haralyzer_view import summarise
from diagpack.collectors.har.judge import capture_findings, is_sanitized
from diagpack.collectors.har.read import read_entries
from diagpack.collectors.har.repair import repair
from diagpack.collectors.har.slim import Slimmer, document
from diagpack.collectors.har.survey import Survey, browser_of
from diagpack.collectors.har.walk import Reading
from diagpack.model.case import Window
from diagpack.model.exchange import from_entry, mapping, text
from diagpack.model.party import Party


@dataclass(frozen=True, slots=True, repr=False)
class HarView:
    """The slimmed HAR (raw values still) and its facts, in the shape of docs/design.md."""

    log: dict[str, Any]
    entries: tuple[bytes, ...]
    facts: dict[str, Any]
    notes: tuple[str, ...] = ()

    def content(self) -> Iterator[bytes]:
        """The slimmed HAR as pieces of UTF-8 JSON."""
        yield from document(self.log, list(self.entries))

    def __repr__(self) -> str:
        return f"HarView({len(self.entries)} entries)"


def inspect(path: Path, *, window: Window | None = None, hosts: Sequence[str] = (), browser: str = "") -> HarView:
    """Read the HAR at `path`. Raises CollectError (DP101 to DP105), with a message free of evidence."""
    reading, survey = Reading(), Survey()
    party = Party(hosts)
    slimmer = Slimmer(party)
    pages: dict[str, None] = {}
    for index, raw in enumerate(read_entries(path, reading)):
        entry = raw if _is_plain(raw) else repair(raw, index)
        exchange = from_entry(entry, index)
        survey.add(exchange, slimmer.add(entry, exchange))
        if exchange.page and len(pages) < 1_000:
            pages.setdefault(exchange.page)
    slimmer.close()
    log = _log(reading.log, list(pages), survey)
    findings = capture_findings(
        survey,
        log=reading.log,
        window=window,
        hosts=hosts,
        browser=browser,
        truncation=reading.truncation,
        bodies_missing=reading.bodies_missing,
    )
    summary = summarise(log, slimmer.entries)
    recorded_by = browser_of(reading.log, survey.user_agent)
    facts = {
        "writer": writer_of(reading.log),
        "browser": recorded_by,
        "entries_total": survey.total,
        "entries_kept": len(slimmer.entries),
        "entries_failed": survey.failed,
        "damaged": reading.damaged,
        "first": survey.first.isoformat() if survey.first else None,
        "last": survey.last.isoformat() if survey.last else None,
        "skew_seconds": survey.skew_seconds,
        "skew_samples": len(survey.skews),
        # Chrome and Edge leave credentials out by default; other writers keep them, so none means there were none.
        "is_auth_stripped": is_sanitized(survey, recorded_by),
        "capture": findings,
        "dropped": [{"reason": reason, "count": count} for reason, count in sorted(slimmer.dropped.items())],
        "pages_seen": summary.pages,
        "repeated_addresses": summary.repeated,
        "truncated": reading.truncation.fact() if reading.truncation else None,
    }
    return HarView(log, tuple(slimmer.entries), facts, tuple(reading.notes))


def _is_plain(raw: Any) -> bool:
    """Whether an entry can be judged as it is; most of a long capture is dropped and need not be repaired."""
    if type(raw) is not dict:
        return False
    # A HAR that diagpack wrote is counted anew.
    raw.pop("_dpEntry", None)
    request, response = raw.get("request"), raw.get("response")
    return type(request) is dict and type(response) is dict and type(request.get("url")) is str and bool(request["url"])


def writer_of(log: dict[str, Any]) -> str:
    """Name and version of what wrote the HAR."""
    creator = log.get("creator")
    if isinstance(creator, str):
        return creator[:100]
    found = mapping(creator)
    return " ".join(filter(None, (text(found.get("name")), text(found.get("version")))))[:100]


def _log(log: dict[str, Any], seen: list[str], survey: Survey) -> dict[str, Any]:
    """A valid head: version, creator, browser when known, and a page for every page id that entries name."""
    first = survey.first.isoformat() if survey.first else "1970-01-01T00:00:00.000Z"
    creator = mapping(log.get("creator"))
    made: dict[str, Any] = {
        "version": "1.2",
        "creator": {"name": writer_of(log) or "unknown", "version": text(creator.get("version")) or "unknown"},
        "pages": _pages(log.get("pages"), seen, first),
    }
    made["creator"]["name"] = text(creator.get("name")) or made["creator"]["name"]
    browser = mapping(log.get("browser"))
    if browser:
        made["browser"] = {name: text(browser.get(name)) or "unknown" for name in ("name", "version")}
    return made


def _pages(pages: Any, seen: list[str], first: str) -> list[dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    for each in pages if isinstance(pages, list) else []:
        page = mapping(each)
        if not page:
            continue
        timings = mapping(page.get("pageTimings"))
        id = text(page.get("id")) or f"page_{len(made) + 1}"
        made.setdefault(
            id,
            {
                "startedDateTime": text(page.get("startedDateTime")) or first,
                "id": id,
                "title": text(page.get("title"))[:2000],
                "pageTimings": {
                    name: timings[name]
                    for name in ("onContentLoad", "onLoad")
                    if isinstance(timings.get(name), int | float) and not isinstance(timings[name], bool)
                },
            },
        )
    for id in seen:
        made.setdefault(id, {"startedDateTime": first, "id": id, "title": "", "pageTimings": {}})
    return list(made.values())
