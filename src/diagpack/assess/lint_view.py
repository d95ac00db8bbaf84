"""What a readiness rule may look at.

Enters: the case, the evidence, the assessment so far, and, once there is a package, the facts of its delivery. Leaves:
small questions about them that several rules share.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from diagpack.assess.view import Call, moment
from diagpack.model.assessment import Assessment
from diagpack.model.evidence import EvidenceSet

DESCRIPTION_LIMIT: Final = 20_000
_ZONE: Final = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$", re.ASCII)
# Free text that reaches the ticket in the analyst's own words.
_WRITTEN: Final = ("expected", "actual", "impact", "ask", "works_on", "elsewhere", "reproducibility", "changed")


@dataclass(frozen=True, slots=True)
class Delivery:
    """Facts that exist only after rendering and signing. None means: not known yet, not judged.

    `oversized` names artifacts over the tracker's limit; `unresolved` counts open points of the redaction review.
    """

    is_signature_valid: bool | None = None
    is_digest_equal: bool | None = None
    oversized: tuple[str, ...] = ()
    description_chars: int = 0
    description_limit: int = DESCRIPTION_LIMIT
    is_body_valid: bool | None = None
    unresolved: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LintView:
    """Everything a rule asks about. `exchanges` as in `view.exchanges`."""

    case: Mapping[str, Any]
    evidence: EvidenceSet
    assessment: Assessment
    exchanges: tuple[Call, ...] = ()
    delivery: Delivery | None = None

    def section(self, name: str) -> Mapping[str, Any]:
        """A section of the case; empty when it is not there."""
        value = self.case.get(name)
        return value if isinstance(value, Mapping) else {}

    def answer(self, name: str) -> str:
        """An answer as text; empty when it is not there."""
        value = self.section("answers").get(name)
        return "" if value in (None, [], {}) else str(value).strip()

    def stated(self, name: str) -> Any:
        """An input of the severity, stated or derived; None when unknown."""
        inputs = self.assessment.extra.get("inputs", {})
        return inputs.get(name) if isinstance(inputs, Mapping) else None

    def window(self) -> tuple[datetime, datetime] | None:
        """The stated window; None when it is missing or has no zone."""
        stated = self.section("window")
        texts = str(stated.get("start", "")), str(stated.get("end", ""))
        if not all(_ZONE.search(each) for each in texts):
            return None
        start, end = moment(texts[0]), moment(texts[1])
        return (start, end) if start and end else None

    def written(self) -> Iterator[str]:
        """The analyst's own words that reach the ticket."""
        yield str(self.case.get("title") or "")
        for name in _WRITTEN:
            yield self.answer(name)
        for name in ("steps", "tried"):
            entries = self.section("answers").get(name)
            for each in entries if isinstance(entries, list | tuple) else ():
                yield " ".join(map(str, each.values())) if isinstance(each, Mapping) else str(each)


def normal(text: str) -> str:
    """Text for comparison: lower case, words only."""
    return " ".join(re.findall(r"\w+", text.lower()))
