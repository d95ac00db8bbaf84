"""What the case amounts to: completeness, disposition, severity, readiness, and whether it was seen before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from diagpack.model.ref import EvidenceRef


class ItemStatus(Enum):
    OK = "ok"
    PARTLY = "partly"
    MISSING = "missing"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One checklist item judged from the evidence. `question` is the sentence for the customer when it is open."""

    item: str
    title: str
    status: ItemStatus
    reason: str = ""
    question: str = ""
    refs: tuple[EvidenceRef, ...] = ()
    is_required: bool = True


class Outcome(Enum):
    """What kind of problem this is."""

    DEFECT = "defect"
    CUSTOMER_CONFIGURATION = "customer configuration"
    THIRD_PARTY = "third party"
    KNOWN_ISSUE = "known issue"
    INTENDED = "intended"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Cited:
    """One sentence and where it can be checked. `proposed` until a named person confirmed it."""

    text: str
    refs: tuple[EvidenceRef, ...] = ()
    is_proposed: bool = False

    def __str__(self) -> str:
        return " ".join([self.text, *map(str, self.refs)])


@dataclass(frozen=True, slots=True)
class Disposition:
    outcome: Outcome
    reasons: tuple[Cited, ...] = ()
    is_confirmed: bool = False
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class Severity:
    """`level` is S1 to S4. `rationale` names each input and its evidence; an override shows both."""

    level: str
    rationale: tuple[Cited, ...]
    rule: str = ""
    priority: str = ""
    proposed_level: str = ""
    override_reason: str = ""
    is_confirmed: bool = False
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class LintResult:
    """One readiness rule that is not met. `id` is E01… (blocks) or W01… (warns)."""

    id: str
    message: str
    fix: str
    is_blocking: bool
    is_deferred: bool = False


@dataclass(frozen=True, slots=True)
class Readiness:
    results: tuple[LintResult, ...] = ()
    score: int = 0
    parts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return not any(each.is_blocking and not each.is_deferred for each in self.results)


@dataclass(frozen=True, slots=True)
class CaseSignature:
    """Visible parts and their hash, `dp1:<12 hex>`; computed after redaction."""

    value: str
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SimilarCase:
    case: str
    strength: str
    why: str
    known_issue: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event on the corrected clock. `at` is UTC; `skew_seconds` is what was subtracted from the recorded time."""

    at: datetime
    source: str
    text: str
    refs: tuple[EvidenceRef, ...]
    level: str = "info"
    skew_seconds: float = 0.0
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestIdUse:
    """One request or trace ID: where it was seen and which artifacts it joins."""

    id: str
    name: str
    refs: tuple[EvidenceRef, ...]
    first: datetime | None = None
    last: datetime | None = None
    is_failing: bool = False
    queries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the assess room concludes."""

    checklist: str
    checklist_reason: str
    items: tuple[ItemResult, ...]
    disposition: Disposition
    severity: Severity
    readiness: Readiness
    signature: CaseSignature
    similar: tuple[SimilarCase, ...] = ()
    timeline: tuple[TimelineEvent, ...] = ()
    request_ids: tuple[RequestIdUse, ...] = ()
    environment: Mapping[str, Cited] = field(default_factory=dict)
    first_failure: Cited | None = None
    first_failure_request_ids: tuple[str, ...] = ()
    symptom: Cited | None = None
    impact: tuple[Cited, ...] = ()
    steps: tuple[Cited, ...] = ()
    expected: Cited | None = None
    actual: tuple[Cited, ...] = ()
    works: tuple[Cited, ...] = ()
    tried: tuple[Cited, ...] = ()
    reproduced: Cited | None = None
    asks: tuple[Cited, ...] = ()
    customer_message: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
