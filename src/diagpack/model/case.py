"""The case: what the analyst knows before any evidence is read.

Enters: a checked `case.yaml` (the case room reads it). Leaves: frozen values. Free text in it is evidence: it
reaches renderers only through the redactor, as the artifact of kind `case`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NewType

CaseId = NewType("CaseId", str)

_CASE_ID = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


def case_id(text: str) -> CaseId:
    """Check and name a case id. Raises ValueError."""
    if _CASE_ID.fullmatch(text) is None or text.startswith("-"):
        raise ValueError("a case id has 1 to 40 letters, digits and dashes and does not start with a dash")
    return CaseId(text)


@dataclass(frozen=True, slots=True)
class Window:
    """When the problem was seen; aware datetimes."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window needs a time zone")
        if self.end < self.start:
            raise ValueError("a window ends after it starts")


@dataclass(frozen=True, slots=True)
class Case:
    """One customer problem. Mappings are read-only views of the sections of `case.yaml`.

    `severity`: function (lost, degraded, fine), workaround (none, painful, yes), scope (all, many, some, one),
    tenants, users, users_share (0 to 1), data_loss, security, trend (worse, stable, better), deadline, tier.
    `environment`: product_version, region, tenant, browser, os, hosts (list), production (list of hosts), …
    `answers`: expected, actual, steps (list), ask, needed_by, impact, tried (list), reproducibility, and the
    answers to checklist items by item id.
    `confirmed`: which drafted parts a named person confirmed: part name to {by, at}.
    """

    id: CaseId
    title: str = ""
    checklist: str = ""
    language: str = "en"
    customer_zone: str = "UTC"
    window: Window | None = None
    severity: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    confirmed: Mapping[str, Any] = field(default_factory=dict)
    disposition: Mapping[str, Any] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    vendor_ids: tuple[str, ...] = ()
    request_ids: tuple[str, ...] = ()
    approved_images: tuple[str, ...] = ()
    withheld: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)
    incident: str = ""
    ner: str = ""
    """A spaCy model for names in prose, by name or folder; every run of the case uses it."""
    sections: Mapping[str, Any] = field(default_factory=dict)
    """Configuration of collectors and policy by section name, for example `sso`, `logs`, `policy`, `repro`."""
