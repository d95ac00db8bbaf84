"""How far the problem reaches, as far as the evidence alone can show it.

Enters: the scene. Leaves: inputs for the severity matrix (proposed until confirmed), and sentences on the blast radius
and on what still works. Users are counted as pseudonyms.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from diagpack.assess.conditions import Scene, answers_of, case_refs, log_ref
from diagpack.assess.view import Call, short
from diagpack.model.assessment import Cited
from diagpack.model.ref import EvidenceRef

_USER = re.compile(r"dp-(?:email|user|name)-[a-z0-9]{12,17}|[a-z0-9]{12,17}@dp\.invalid", re.ASCII)
_TENANT = re.compile(r"\btenant(?:[_-]?id)?[\"']?\s*[=:]\s*[\"']?([A-Za-z0-9_-]{2,64})", re.ASCII)
_ERROR_LEVELS: Final = frozenset(["error", "fatal", "critical", "severe", "emerg", "alert", "panic"])
_FLOW: Final = ("document", "xhr", "fetch", "api", "other", "eventsource")

Derived = dict[str, tuple[Any, tuple[EvidenceRef, ...]]]


def is_error(level: Any) -> bool:
    """Whether a log level means an error."""
    return str(level or "").lower() in _ERROR_LEVELS


def own_calls(exchanges: Sequence[Call]) -> list[Call]:
    """The customer's calls to the product: first-party pages and calls, without our own replays."""
    return [each for each in exchanges if each.is_first_party and not each.is_replay and each.resource in _FLOW]


def derived_inputs(scene: Scene) -> Derived:
    """`function`, `failing_share`, `users`, `tenants` as the evidence shows them."""
    calls = own_calls(scene.exchanges)
    failing = [each for each in calls if each.failure]
    found: Derived = {}
    if failing:
        refs = tuple(each.ref for each in failing[:3])
        found["failing_share"] = (round(len(failing) / len(calls), 3), refs)
        is_blocking = any(each.resource == "document" or each.method == "POST" for each in failing)
        found["function"] = ("lost" if is_blocking else "degraded", refs)
    for name, pattern in (("users", _USER), ("tenants", _TENANT)):
        values, refs = _distinct(scene, pattern)
        if values:
            found[name] = (len(values), refs)
    return found


def impact_sentences(scene: Scene) -> tuple[Cited, ...]:
    """The stated impact first, then the measured blast radius."""
    found = []
    answers = answers_of(scene)
    if answers.get("impact"):
        found.append(Cited(short(str(answers["impact"]), 500), case_refs(scene.evidence, "/answers/impact")))
    derived = derived_inputs(scene)
    if "failing_share" in derived:
        share, refs = derived["failing_share"]
        calls = own_calls(scene.exchanges)
        count = sum(bool(each.failure) for each in calls)
        found.append(Cited(f"{count} of {len(calls)} calls to the product failed ({share:.0%}).", refs))
    for name, word in (("users", "user"), ("tenants", "tenant")):
        if name in derived:
            count, refs = derived[name]
            plural = "s" if count != 1 else ""
            found.append(Cited(f"{count} {word}{plural} in the failing log records.", refs, is_proposed=True))
    return tuple(found)


def what_works(scene: Scene) -> tuple[Cited, ...]:
    """Neighbouring calls that succeeded, and what the customer says works elsewhere."""
    answers = answers_of(scene)
    found = [
        Cited(short(str(answers[name]), 300), case_refs(scene.evidence, f"/answers/{name}"))
        for name in ("works_on", "elsewhere")
        if answers.get(name)
    ]
    calls = own_calls(scene.exchanges)
    hosts = Counter(each.host for each in calls if each.failure)
    for host, _ in hosts.most_common(3):
        good = [each for each in calls if each.host == host and not each.failure]
        if good:
            example = next((each for each in good if each.resource != "document"), good[0])
            text = f"{len(good)} other calls to {short(host, 80)} succeeded, for example "
            text += f"{example.method} {short(example.path, 100)} with {example.status}."
            found.append(Cited(text, (example.ref,)))
    return tuple(found)


def _distinct(scene: Scene, pattern: re.Pattern[str]) -> tuple[set[str], tuple[EvidenceRef, ...]]:
    """Distinct values in error records, and the first records that hold one."""
    values: set[str] = set()
    refs: list[EvidenceRef] = []
    for artifact in scene.evidence.of_kind("log"):
        for record in scene.evidence.records(artifact):
            if not is_error(record.get("level")) or not isinstance(record.get("line"), int):
                continue
            hits = set(pattern.findall(str(record.get("text", ""))[:10_000]))
            if hits - values:
                refs.append(log_ref(artifact.id, record))
            values |= hits
    return values, tuple(refs[:3])
