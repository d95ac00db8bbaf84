"""The customer's answers and skips count like the analyst's: what was answered or skipped there is not asked again.

Enters: the redacted case and evidence. Leaves: the case with `answers` and `skipped` filled up; what the analyst wrote
stays. Their citations point into the collector's own artifact.
"""

from collections.abc import Mapping
from typing import Any

from diagpack.model.customer import customer_steps
from diagpack.model.evidence import EvidenceSet
from diagpack.model.ref import EvidenceRef


def with_customer(case: Mapping[str, Any], evidence: EvidenceSet) -> Mapping[str, Any]:
    """The case as the analyst and the customer tell it together."""
    steps = customer_steps(evidence)
    if not steps:
        return case
    answers = {each.id: each.value for each in steps if each.status in ("ok", "warn") and each.value and not each.file}
    skipped = {each.id: each.skipped_because for each in steps if each.skipped_because}
    return {**case, "answers": {**answers, **_map(case, "answers")}, "skipped": {**skipped, **_map(case, "skipped")}}


def customer_refs(evidence: EvidenceSet, pointer: str) -> tuple[EvidenceRef, ...]:
    """The place of an answer or a skip (`/answers/expected`, `/skipped/har`) in the collector's artifact."""
    section, _, name = pointer.removeprefix("/").partition("/")
    if section not in ("answers", "skipped"):
        return ()
    return tuple(each.ref for each in customer_steps(evidence) if each.id == name)[:1]


def _map(case: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    held = case.get(name)
    return {key: each for key, each in held.items() if each not in (None, "")} if isinstance(held, Mapping) else {}
