"""How a checklist recognises something in the evidence by itself.

Enters: one condition (a mapping with one kind of test, from a checklist or `disposition.yaml`) and a `Scene`. Leaves:
None, or the citations that meet it. Citations may be empty where a condition is met by the case file alone.

    {artifact: har, where: "facts.entries_total > 0"}    {exchange: "failed and first_party"}
    {log: "level == 'error'"}    {finding: "saml.*", level: error}    {answer: expected}
    {case: "window.start != null"}
    {environment: browser}    {capture: "*"}    {all: […]}    {any: […]}    {not: …}
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from diagpack.assess.customer import customer_refs
from diagpack.assess.view import Call
from diagpack.model.evidence import EvidenceSet
from diagpack.model.expression import Node, evaluate, matches, parse
from diagpack.model.finding import Finding
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import ArtifactId, EvidenceRef, Lines, Pointer

Condition = Mapping[str, Any]
Met = tuple[EvidenceRef, ...] | None
_MAX_REFS: Final = 5
_EXTRA: Final = {"where", "min", "because", "level", "certainty", "says"}
_EXPRESSIONS: Final = ("exchange", "log", "case", "where")


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a condition may ask about. `environment` maps a fact to the citations it rests on."""

    evidence: EvidenceSet
    case: Mapping[str, Any]
    findings: Sequence[Finding]
    exchanges: Sequence[Call]
    environment: Mapping[str, tuple[EvidenceRef, ...]] = field(default_factory=dict)


def met(condition: Condition, scene: Scene) -> Met:
    """The citations that meet a condition, or None when nothing does."""
    for name, test in _TESTS.items():
        if name in condition:
            return test(condition, scene)
    return None


def first_met(conditions: Iterable[Condition], scene: Scene) -> tuple[Condition, tuple[EvidenceRef, ...]] | None:
    """The first condition that is met, with its citations."""
    for each in conditions:
        refs = met(each, scene)
        if refs is not None:
            return each, refs
    return None


def faults(condition: Any) -> list[str]:
    """What is wrong with a condition, in words; empty when it is well formed."""
    if not isinstance(condition, Mapping):
        return ["a condition is a mapping such as {artifact: har}"]
    kinds = [each for each in condition if each in _TESTS]
    unknown = sorted(str(each) for each in condition if each not in _TESTS and each not in _EXTRA)
    found = [f"unknown kind of condition {each!r}" for each in unknown]
    if len(kinds) != 1:
        return [*found, "a condition has exactly one of: " + ", ".join(_TESTS)]
    found += [fault for name in _EXPRESSIONS if name in condition for fault in _expression_faults(condition[name])]
    kind, value = kinds[0], condition[kinds[0]]
    if kind in ("all", "any"):
        inner = value if isinstance(value, list) else [None]
    else:
        inner = [value] if kind == "not" else []
        is_text = isinstance(value, str) or (kind == "finding" and _are_texts(value))
        found += [] if kind == "not" or is_text else [f"{kind}: a text"]
    if not isinstance(condition.get("min", 1), int) or not _are_texts(condition.get("certainty", [])):
        found.append("min is a number, certainty a list")
    return found + [fault for each in inner for fault in faults(each)]


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def answered(scene: Scene, name: str) -> Met:
    """Whether `case.yaml` answers this, with the citation of the case artifact."""
    value = _section(scene.case, "answers").get(name)
    if value in (None, "", [], {}):
        return None
    return case_refs(scene.evidence, f"/answers/{name}")


def case_refs(evidence: EvidenceSet, pointer: str) -> tuple[EvidenceRef, ...]:
    """A citation into the case artifact when the place exists there, else into what the customer answered."""
    for artifact in evidence.of_kind("case"):
        ref = EvidenceRef(artifact.id, Pointer(pointer))
        if evidence.resolve(ref) is not None:
            return (ref,)
    return customer_refs(evidence, pointer)


def exchange_names(exchange: Call) -> dict[str, Any]:
    """The names an `exchange` expression may read."""
    return {
        "method": exchange.method,
        "host": exchange.host,
        "path": exchange.path,
        "status": exchange.status,
        "mime": exchange.mime,
        "resource": exchange.resource,
        "duration_ms": exchange.duration_ms,
        "failed": bool(exchange.failure) and not exchange.is_replay,
        "failure": exchange.failure,
        "first_party": exchange.is_first_party,
        "replay": exchange.is_replay,
        "has_ids": bool(exchange.request_ids),
        "kind": exchange.kind,
        "user_agent": exchange.user_agent,
        "posted": list(exchange.posted),
        "reason": exchange.reason,
        "headers": exchange.response_headers,
    }


def answers_of(scene: Scene) -> Mapping[str, Any]:
    """The answers of the case; empty when there are none."""
    return _section(scene.case, "answers")


def scene_names(scene: Scene) -> dict[str, Any]:
    """The names a `when` expression may read."""
    failing = [each for each in scene.exchanges if each.failure and not each.is_replay]
    return {
        **scene.case,
        "kinds": sorted({each.kind for each in scene.evidence}),
        "findings": [each.id for each in scene.findings],
        "failing": {
            "count": len(failing),
            "first_party": sum(each.is_first_party for each in failing),
            "has_429": any(each.status == 429 for each in failing),
            "has_5xx": any(each.status >= 500 for each in failing),
        },
    }


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Node:
    return parse(text)


def holds(text: str, names: Mapping[str, Any]) -> bool:
    """Whether an expression holds; an empty one always does."""
    return not text or evaluate(_parsed(text), names)


def _expression_faults(text: Any) -> list[str]:
    if not isinstance(text, str):
        return ["an expression is a text"]
    try:
        parse(text)
    except ValueError as error:
        return [f"expression: {error}"]
    return []


def _section(case: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = case.get(name)
    return value if isinstance(value, Mapping) else {}


def _enough(refs: Iterable[EvidenceRef], condition: Condition) -> Met:
    """The first citations when there are enough; the rest is not looked at."""
    least = int(condition.get("min", 1))
    found = tuple(islice(refs, max(least, _MAX_REFS)))
    return found[:_MAX_REFS] if len(found) >= least else None


def _artifact(condition: Condition, scene: Scene) -> Met:
    where = str(condition.get("where", ""))
    found = [
        EvidenceRef(each.id)
        for each in scene.evidence.of_kind(str(condition["artifact"]))
        if holds(where, {"facts": each.facts, "size_bytes": each.size_bytes})
    ]
    return _enough(found, condition)


def _exchange(condition: Condition, scene: Scene) -> Met:
    text = str(condition["exchange"])
    return _enough((each.ref for each in scene.exchanges if holds(text, exchange_names(each))), condition)


def _log(condition: Condition, scene: Scene) -> Met:
    text = str(condition["log"])
    found = (
        log_ref(artifact.id, record)
        for artifact in scene.evidence.of_kind("log", "console")
        for record in scene.evidence.records(artifact)
        if isinstance(record.get("line"), int) and holds(text, _log_names(record, artifact))
    )
    return _enough(found, condition)


def _log_names(record: Mapping[str, Any], artifact: RedactedArtifact) -> dict[str, Any]:
    return {
        "level": str(record.get("level") or "").lower(),
        "text": str(record.get("text", "")),
        "has_ids": bool(record.get("ids")),
        "kind": artifact.kind,
    }


def log_ref(artifact: ArtifactId, record: Mapping[str, Any]) -> EvidenceRef:
    """The citation of one log record, over all of its lines."""
    line, count = int(record["line"]), record.get("lines")
    return EvidenceRef(artifact, Lines(line, line + max(count if isinstance(count, int) else 1, 1) - 1))


def _finding(condition: Condition, scene: Scene) -> Met:
    found = [each for each in scene.findings if _fits(each, condition)]
    if len(found) < int(condition.get("min", 1)):
        return None
    return tuple(ref for each in found for ref in each.refs)[:_MAX_REFS]


def _fits(finding: Finding, condition: Condition) -> bool:
    patterns = condition["finding"] if isinstance(condition["finding"], list) else [condition["finding"]]
    level, certainty = condition.get("level"), condition.get("certainty")
    return (
        any(matches(finding.id, str(each)) for each in patterns)
        and (not level or finding.level.value == level)
        and (not certainty or finding.certainty.value in certainty)
        and matches(finding.statement, str(condition.get("says", "*")))
    )


def _answer(condition: Condition, scene: Scene) -> Met:
    return answered(scene, str(condition["answer"]))


def _case(condition: Condition, scene: Scene) -> Met:
    text = str(condition["case"])
    if not holds(text, scene.case):
        return None
    section = text.replace("(", " ").split()[0].split(".")[0]
    return case_refs(scene.evidence, f"/{section}")


def _environment(condition: Condition, scene: Scene) -> Met:
    return scene.environment.get(str(condition["environment"]))


def _capture(condition: Condition, scene: Scene) -> Met:
    found = [artifact for artifact, _ in capture_problems(scene, str(condition["capture"]))]
    return _enough([EvidenceRef(each) for each in found], condition)


def capture_problems(scene: Scene, pattern: str = "*") -> list[tuple[ArtifactId, Mapping[str, Any]]]:
    """Faults of the captures themselves (errors and warnings), as the HAR collector judged them."""
    return [
        (artifact.id, each)
        for artifact in scene.evidence.of_kind("har")
        for each in artifact.facts.get("capture", ())
        if isinstance(each, Mapping)
        and str(each.get("level", "")) in ("error", "warning")
        and matches(str(each.get("id", "")), pattern)
    ]


def _all(condition: Condition, scene: Scene) -> Met:
    refs: list[EvidenceRef] = []
    for each in condition["all"]:
        found = met(each, scene)
        if found is None:
            return None
        refs += found
    return tuple(dict.fromkeys(refs))[:_MAX_REFS]


def _any(condition: Condition, scene: Scene) -> Met:
    found = first_met(condition["any"], scene)
    return found[1] if found else None


def _not(condition: Condition, scene: Scene) -> Met:
    return () if met(condition["not"], scene) is None else None


_TESTS: Final[Mapping[str, Callable[[Condition, Scene], Met]]] = {
    "artifact": _artifact,
    "exchange": _exchange,
    "log": _log,
    "finding": _finding,
    "answer": _answer,
    "case": _case,
    "environment": _environment,
    "capture": _capture,
    "all": _all,
    "any": _any,
    "not": _not,
}
