"""What is so, sentence by sentence, each with the place where it can be checked.

Enters: the scene, the first failure, findings. Leaves: symptom, expected, actual, what was tried, whether it was
reproduced, the ask. The analyst's words come first; what was derived stands beside them and is marked proposed where it
is more than a reading of the evidence.
"""

from collections.abc import Mapping

from diagpack.assess.conditions import Scene, answers_of, case_refs
from diagpack.assess.severity import confirmed_by
from diagpack.assess.timeline import FirstFailure
from diagpack.assess.view import Call, short, when
from diagpack.model.assessment import Cited
from diagpack.model.finding import Level
from diagpack.model.ref import EvidenceRef, Whole, find_refs
from diagpack.model.story import chapters


def symptom(scene: Scene, first: FirstFailure | None) -> Cited | None:
    """One sentence: the case's title with the first failure's citation, else the first failure itself."""
    title = str(scene.case.get("title") or "").strip()
    if title:
        return Cited(
            short(title, 200), (*(first.cited.refs[:1] if first else ()), *case_refs(scene.evidence, "/title"))
        )
    return first.cited if first else None


def expected(scene: Scene) -> Cited | None:
    """What should have happened, as the case says."""
    text = answer(scene, "expected")
    if not text:
        return None
    return Cited(
        short(text, 1000), case_refs(scene.evidence, "/answers/expected"), not confirmed_by(scene.case, "expected")
    )


def actual(scene: Scene, first: FirstFailure | None) -> tuple[Cited, ...]:
    """What happened: the case's words, the first failure, and up to three findings that are errors."""
    found = []
    text = answer(scene, "actual")
    is_confirmed = bool(confirmed_by(scene.case, "actual"))
    if text:
        refs = (*resolving(scene, find_refs(text)), *case_refs(scene.evidence, "/answers/actual"))
        found.append(Cited(short(text, 1000), refs, not is_confirmed))
    if first is not None:
        found.append(Cited(first.cited.text, first.cited.refs, not is_confirmed))
    primary = [each.primary for each in chapters(scene.findings)]
    errors = [each for each in primary if each.level is Level.ERROR and each.refs][:4]
    told = {ref for each in found for ref in each.refs}
    for each in errors:
        # A finding about places that were told already repeats what was said there.
        if not set(each.refs) <= told:
            found.append(Cited(each.statement, each.refs, True))
            told |= {ref for ref in each.refs if not isinstance(ref.place, Whole)}
    return tuple(found)


def tried(scene: Scene) -> tuple[Cited, ...]:
    """What was tried, with its result where one is given."""
    entries = answers_of(scene).get("tried")
    if isinstance(entries, str):
        entries = [entries]
    found = []
    for index, each in enumerate(entries if isinstance(entries, list | tuple) else ()):
        text = f"{each.get('what', '')}: {each.get('result', '')}" if isinstance(each, Mapping) else str(each)
        found.append(Cited(short(text, 400), case_refs(scene.evidence, f"/answers/tried/{index}")))
    return tuple(found)


def validated(scene: Scene) -> Cited | None:
    """What `diagpack validate` found last, with the version that was tested."""
    found = answers_of(scene).get("validated")
    result = str(found.get("result") or "") if isinstance(found, Mapping) else ""
    if not result:
        return None
    return Cited(f"Last check: {short(result, 300)}.", case_refs(scene.evidence, "/answers/validated/result"))


def reproduced(scene: Scene, first: FirstFailure | None) -> Cited | None:
    """Our own replays first ("failed 3 of 3 on replay") and the last validation, else what the case states."""
    checked = validated(scene)
    replays = [each for each in scene.exchanges if each.is_replay and _is_same(each, first)]
    if replays:
        failed = sum(bool(each.failure) for each in replays)
        verb = "Reproduced" if failed else "Not reproduced"
        text = (
            f"{verb}: {failed} of {len(replays)} replays of {replays[0].method} {short(replays[0].path, 120)} failed."
        )
        refs = tuple(each.ref for each in replays[:5])
        return Cited(f"{text} {checked.text}".strip(), (*refs, *checked.refs)) if checked else Cited(text, refs)
    if checked:
        return checked
    text = answer(scene, "reproducibility")
    if text:
        return Cited(
            f"Stated by the customer or the analyst: {short(text, 200)}",
            case_refs(scene.evidence, "/answers/reproducibility"),
        )
    return None


def asks(scene: Scene) -> tuple[Cited, ...]:
    """What engineering is asked for, and by when."""
    text = answer(scene, "ask")
    if not text:
        return ()
    needed = answer(scene, "needed_by")
    words = short(text, 300) + (f" (needed by {when(needed)})" if needed else "")
    return (Cited(words, case_refs(scene.evidence, "/answers/ask")),)


def answer(scene: Scene, name: str) -> str:
    """One answer of the case as text; empty when it is not there."""
    value = answers_of(scene).get(name)
    return "" if value in (None, [], {}) else str(value).strip()


def resolving(scene: Scene, refs: tuple[EvidenceRef, ...]) -> tuple[EvidenceRef, ...]:
    """Only the citations that point to something."""
    return tuple(each for each in refs if scene.evidence.resolve(each) is not None)


def _is_same(replay: Call, first: FirstFailure | None) -> bool:
    if first is None or first.exchange is None:
        return True
    return replay.method == first.exchange.method and replay.path == first.exchange.path
