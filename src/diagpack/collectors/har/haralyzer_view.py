"""haralyzer's view of the entries that were kept: pages that have entries, and addresses asked for more than once.

Enters: the slimmed, repaired log. Leaves: two counts. The only module that touches haralyzer, and behind a guard: its
file reader, load times, `startTime`, `hostname` and `response.text` raise or hang on real captures and are not called.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

MAX_ENTRIES: Final = 500


@dataclass(frozen=True, slots=True)
class PageSummary:
    """`pages` with at least one entry; `repeated` addresses within one page."""

    pages: int = 0
    repeated: int = 0


def summarise(log: dict[str, Any], entries: Sequence[bytes]) -> PageSummary:
    """Counts over the first entries that were kept; zeros when haralyzer cannot read them."""
    pages = log.get("pages") or []
    if not entries or not pages:
        return PageSummary()
    selected = [json.loads(each) for each in entries[:MAX_ENTRIES]]
    for each in selected:
        # An entry without a known page would be lost without a word.
        each.setdefault("pageref", pages[0]["id"])
    return _guarded({"log": {**log, "browser": {}, "entries": selected}})


def _guarded(har: dict[str, Any]) -> PageSummary:
    # Imported here: it takes a third of a second, and `diagpack --help` must not pay for it.
    from haralyzer import HarParser

    try:
        # `pages` is built anew at every access; one is enough.
        pages = [each for each in HarParser(har).pages if each.entries]
        return PageSummary(len(pages), sum(len(each.duplicate_url_request) for each in pages))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError):
        return PageSummary()
