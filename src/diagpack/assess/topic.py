"""Which checklist fits the evidence.

Enters: the scene, the checklist named in the case (may be empty), all checklists. Leaves: the checklist and the reason
in words. A named checklist always wins; else the one with most points, and the shared one when nothing speaks.
"""

from collections.abc import Mapping

from diagpack.assess.checklists import SHARED
from diagpack.assess.conditions import Scene, met
from diagpack.errors import UsageError
from diagpack.model.checklist import Checklist


def choose_checklist(named: str, scene: Scene, checklists: Mapping[str, Checklist]) -> tuple[Checklist, str]:
    """The checklist and why. Raises UsageError (DP300) for a name that does not exist."""
    if named:
        if named not in checklists:
            raise UsageError("DP300", "the case names a checklist that does not exist", hint=_names(checklists))
        return checklists[named], "named in the case"
    scores = sorted((-points, each, why) for each, (points, why) in _scores(scene, checklists).items() if points)
    if not scores:
        return checklists[SHARED], "nothing in the evidence points to a topic"
    points, best, why = scores[0]
    runner_up = f"; next: {scores[1][1]} ({-scores[1][0]} points)" if len(scores) > 1 else ""
    return checklists[best], f"{why} ({-points} points{runner_up})"


def _scores(scene: Scene, checklists: Mapping[str, Checklist]) -> dict[str, tuple[int, str]]:
    found = {}
    for name, checklist in checklists.items():
        hits = [clue for clue in checklist.clues if met(clue.condition, scene) is not None]
        found[name] = sum(clue.points for clue in hits), ", ".join(clue.reason for clue in hits)
    return found


def _names(checklists: Mapping[str, Checklist]) -> str:
    return "there are: " + ", ".join(checklists)
