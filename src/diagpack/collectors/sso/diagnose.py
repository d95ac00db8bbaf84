"""From bytes to messages and findings: what the stand-alone command and the collector both call.

Enters: bytes of any form, a configuration, the time of the event. Leaves: JSON with marks around persons' values.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from diagpack.collectors.sso.clock import Clock
from diagpack.collectors.sso.config import Expectation, read_config
from diagpack.collectors.sso.exchanges import read_exchanges
from diagpack.collectors.sso.flow import judge_alone, judge_exchanges
from diagpack.collectors.sso.forms import unwrap
from diagpack.collectors.sso.report import HOSTILE
from diagpack.errors import CollectError


def diagnose(
    data: bytes, *, config: Mapping[str, Any], at: datetime | None, name: str = "", now: datetime | None = None
) -> dict[str, Any]:
    """Judge one input. `at` is the time of the event; a HAR brings its own. `now` only adds "expired now".

    Returns `{"messages": [...], "findings": [...]}` (a HAR adds `flow`). Raises CollectError (DP121 to DP123) only.
    """
    return diagnose_source(data, read_config(config), at=at, now=now)


def diagnose_source(
    data: bytes, expected: Expectation, *, at: datetime | None, now: datetime | None = None
) -> dict[str, Any]:
    """The same with a configuration that was read before."""
    clock = Clock(_utc(at), "given" if at else "", None, _utc(now), expected.tolerance_seconds)
    try:
        exchanges = read_exchanges(data)
        if exchanges is not None:
            return with_pointers(judge_exchanges(exchanges, expected, clock))
        return with_pointers(judge_alone(unwrap(data), expected, clock))
    # Hostile input reached code that was not written for it. The cause holds the document, so it stays here.
    except HOSTILE:
        raise CollectError(
            "DP121", "this login capture could not be read", hint="capture it again, as a HAR or the SAMLResponse alone"
        ) from None


def with_pointers(found: dict[str, Any]) -> dict[str, Any]:
    """Shorten each finding's pointer to the deepest place that exists, so that every citation leads somewhere."""
    for finding in found["findings"]:
        finding["ref"] = _existing(found, finding["ref"])
    return found


def _existing(document: Any, pointer: str) -> str:
    reached = ""
    for part in pointer.split("/")[1:]:
        if isinstance(document, Mapping) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        else:
            break
        reached += f"/{part}"
    return reached


def _utc(moment: datetime | None) -> datetime | None:
    """A time without zone is taken as UTC, like SAML's."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
