"""`diagpack explain ID`: the long text behind every error, rule, finding and lint id.

Enters: an id. Leaves: title, why, what to do. Texts live beside what they explain: errors in `explanations.yaml`,
findings in their rules, lint rules in the assess room.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from diagpack.assess.explain import LINT
from diagpack.errors import UsageError
from diagpack.plugins import discover


@dataclass(frozen=True, slots=True)
class Explanation:
    id: str
    title: str
    why: str
    fix: str = ""
    source: str = ""


def catalogue() -> Mapping[str, Explanation]:
    """Every id that `explain` knows."""
    known: dict[str, Explanation] = {}
    texts: Mapping[str, Any] = yaml.safe_load(files("diagpack").joinpath("explanations.yaml").read_text("utf-8"))
    for id, text in texts.items():
        known[id] = Explanation(id, text["title"], text["why"], text.get("fix", ""))
    for id, (title, why, fix) in LINT.items():
        known[id] = Explanation(id, title, why, fix)
    for found in discover("diagpack.analyze", "RULE"):
        info = found.plugin.info
        known[info.id] = Explanation(info.id, info.title, info.explanation, source=info.source)
        for id, sentence in info.findings.items():
            known.setdefault(id, Explanation(id, sentence, f"Found by the rule {info.id}: {info.explanation}"))
    return known


def explain(id: str) -> Explanation:
    """Raises UsageError (DP903) with the nearest ids when nothing has this one."""
    known = catalogue()
    by_fold = {each.lower(): each for each in known}
    if id.lower() in by_fold:
        return known[by_fold[id.lower()]]
    near = difflib.get_close_matches(id.lower(), by_fold, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(by_fold[each] for each in near)}?" if near else "list them: diagpack explain --all"
    raise UsageError("DP903", "there is no error, finding or rule of that id", hint=hint)
