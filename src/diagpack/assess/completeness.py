"""Which items of a checklist the evidence already holds.

Enters: a checklist and the scene. Leaves: one result per item: ok, partly, missing or skipped, each with its reason,
its citations, and the question for the customer when it is open.
"""

from collections.abc import Mapping
from typing import Any, Final

from diagpack.assess.asks import ask_for
from diagpack.assess.conditions import Scene, answered, capture_problems, case_refs, first_met, holds, scene_names
from diagpack.model.assessment import ItemResult, ItemStatus
from diagpack.model.checklist import Checklist, Item, in_language

# A clock that is off is corrected and a finding of its own: the recording is whole all the same.
_NO_GAP: Final = "har.skew"
# A recording in which nothing fails is a gap only where an item asks for a failure (a slow page fails nowhere).
_ONLY_WHERE_ASKED: Final = "har.has_failure"


def completeness(checklist: Checklist, scene: Scene, language: str) -> tuple[ItemResult, ...]:
    """Every item judged, in the order of the checklist."""
    names = scene_names(scene)
    return tuple(_judge(item, scene, names, language) for item in checklist.items)


def _judge(item: Item, scene: Scene, names: Mapping[str, Any], language: str) -> ItemResult:
    title = in_language(item.title, "en")
    if not holds(item.when, names):
        return ItemResult(item.id, title, ItemStatus.SKIPPED, "does not apply to this case", is_required=False)
    found = first_met(item.met_by, scene)
    refs = found[1] if found else answered(scene, item.id)
    question = in_language(item.question, language)
    if refs is None:
        return _open(item, scene, title, question)
    concern, ask = _concern(item, scene, language)
    if concern:
        return ItemResult(item.id, title, ItemStatus.PARTLY, concern, ask or question, refs, item.is_required)
    return ItemResult(item.id, title, ItemStatus.OK, "", "", refs, item.is_required)


def _open(item: Item, scene: Scene, title: str, question: str) -> ItemResult:
    skipped = scene.case.get("skipped")
    reason = skipped.get(item.id) if isinstance(skipped, Mapping) else None
    if reason and item.can_skip:
        refs = case_refs(scene.evidence, f"/skipped/{item.id}")
        return ItemResult(item.id, title, ItemStatus.SKIPPED, str(reason), "", refs, item.is_required)
    return ItemResult(item.id, title, ItemStatus.MISSING, "not in the evidence", question, (), item.is_required)


def _concern(item: Item, scene: Scene, language: str) -> tuple[str, str]:
    """Why an item that is there is not good enough yet, and what to ask instead of its own question."""
    found = first_met(item.partly_by, scene)
    if found is None:
        return "", ""
    condition, _ = found
    if "capture" in condition:
        problem = _gap(item, scene, str(condition["capture"]))
        if problem is None:
            return "", ""
        ask = ask_for(str(problem.get("id", "")), language, str(problem.get("ask") or ""))
        return str(problem.get("message") or "the recording is incomplete"), ask
    return str(condition.get("because") or "not complete"), ""


def _gap(item: Item, scene: Scene, pattern: str) -> Mapping[str, Any] | None:
    """The first fault of a recording that makes this item incomplete."""
    checked = {name for name, _ in item.validate}
    for _, problem in capture_problems(scene, pattern):
        id = str(problem.get("id", ""))
        is_asked = id != _ONLY_WHERE_ASKED or not checked or id in checked
        if id != _NO_GAP and is_asked:
            return problem
    return None
