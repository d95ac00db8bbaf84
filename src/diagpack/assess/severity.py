"""How severe the case is, and why.

Enters: what the case says, what the evidence shows, and the matrix (`matrix.yaml`). Leaves: a `Severity` whose
rationale names the rule, then each input with its source. What was derived from evidence is proposed. Deadline and
tier raise the priority only. An override needs a reason, and both levels are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from diagpack.assess.conditions import Scene, case_refs, holds
from diagpack.assess.documents import read_yaml, shipped
from diagpack.assess.impact import derived_inputs
from diagpack.assess.strictness import Strictness, parse_strictness
from diagpack.assess.view import moment
from diagpack.errors import UsageError
from diagpack.model.assessment import Cited, Severity
from diagpack.model.expression import parse
from diagpack.model.ref import EvidenceRef

SCHEMA: Final = "diagpack.matrix/1"
INPUTS: Final = (
    "function", "workaround", "scope", "tenants", "users", "users_share", "data_loss", "security", "trend"
)  # fmt: skip
_PRIORITY_INPUTS: Final = ("deadline", "tier")
_WORDS: Final = {"users_share": "share of users", "data_loss": "data loss", "failing_share": "share of failing calls"}


@dataclass(frozen=True, slots=True)
class MatrixRule:
    """One row: the first whose `when` holds decides."""

    id: str
    level: str
    when: str
    because: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """The severity matrix. `raises`: (expression, reason) that each raise the priority by one."""

    levels: tuple[str, ...]
    rules: tuple[MatrixRule, ...]
    default: MatrixRule
    priorities: tuple[str, ...]
    raises: tuple[tuple[str, str], ...]
    strictness: Strictness


@dataclass(frozen=True, slots=True)
class Input:
    """One input of the matrix: its value, where it comes from, and whether it was only derived."""

    name: str
    value: Any
    refs: tuple[EvidenceRef, ...] = ()
    is_derived: bool = False


def load_matrix(path: Path | None = None) -> Matrix:
    """The built-in matrix, or a team's own. Raises UsageError (DP303) when it is not one."""
    document = shipped("matrix.yaml") if path is None else read_yaml(path, "DP303", "severity matrix")
    try:
        matrix = _matrix(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UsageError(
            "DP303", "the severity matrix has a fault", hint="compare it with docs/severity.md, rule by rule"
        ) from None
    if any(each.level not in matrix.levels for each in (*matrix.rules, matrix.default)):
        raise UsageError("DP303", "a rule of the severity matrix names an unknown level", hint="see `levels`")
    return matrix


def judge_severity(scene: Scene, matrix: Matrix) -> tuple[Severity, tuple[Input, ...]]:
    """The severity and the inputs it rests on."""
    inputs = _inputs(scene)
    names = {each.name: each.value for each in inputs}
    rule = next((each for each in matrix.rules if holds(each.when, names)), matrix.default)
    priority, raised = _priority(rule.level, matrix, inputs)
    rationale = [_headline(rule, inputs), *(_sentence(each) for each in inputs), *raised]
    override = _override(scene)
    level = rule.level
    if override and override[0] in matrix.levels and override[1]:
        level = override[0]
        text = f"Set to {level} instead of {rule.level}: {override[1]}"
        rationale.insert(0, Cited(text, case_refs(scene.evidence, "/severity/override")))
        priority, _ = _priority(level, matrix, inputs)
    elif override:
        refs = case_refs(scene.evidence, "/severity/override")
        rationale.append(Cited("An override without a reason and a known level was not used.", refs))
    confirmed = _confirmed(scene.case, "severity")
    severity = Severity(
        level=level,
        rationale=tuple(rationale),
        rule=rule.id,
        priority=priority,
        proposed_level=rule.level,
        override_reason=override[1] if override and level != rule.level else "",
        is_confirmed=bool(confirmed),
        confirmed_by=confirmed,
    )
    return severity, inputs


def _confirmed(case: Mapping[str, Any], part: str) -> str:
    """Who confirmed a drafted part; empty when nobody did."""
    confirmed = case.get("confirmed")
    entry = confirmed.get(part) if isinstance(confirmed, Mapping) else None
    return str(entry.get("by", "")) if isinstance(entry, Mapping) else ""


confirmed_by = _confirmed


def _matrix(document: Mapping[str, Any]) -> Matrix:
    if document["schema"] != SCHEMA:
        raise ValueError("schema")
    levels = tuple(map(str, document["levels"]))
    priority = document.get("priority", {})
    raises = tuple((str(each["when"]), str(each["because"])) for each in priority.get("raise", ()))
    rules = tuple(MatrixRule(each["id"], each["level"], each["when"], each["because"]) for each in document["rules"])
    for text in (*(each.when for each in rules), *(each[0] for each in raises)):
        parse(text)
    default = document["default"]
    return Matrix(
        levels=levels,
        rules=rules,
        default=MatrixRule(default["id"], default["level"], "", default["because"]),
        priorities=tuple(priority.get("levels", ("P1", "P2", "P3", "P4"))),
        raises=raises,
        # A team's matrix without this part is as strict as the built-in one.
        strictness=parse_strictness(document.get("readiness") or shipped("matrix.yaml")["readiness"], levels),
    )


def _inputs(scene: Scene) -> tuple[Input, ...]:
    """Stated inputs first; the evidence fills only what the case leaves open."""
    stated = scene.case.get("severity")
    stated = stated if isinstance(stated, Mapping) else {}
    derived = derived_inputs(scene)
    found = []
    for name in (*INPUTS, "failing_share", *_PRIORITY_INPUTS):
        if stated.get(name) not in (None, ""):
            found.append(Input(name, stated[name], case_refs(scene.evidence, f"/severity/{name}")))
        elif name in derived:
            value, refs = derived[name]
            found.append(Input(name, value, refs, is_derived=True))
    hours = _deadline_hours(scene.case, stated)
    if hours is not None:
        found.append(Input("deadline_hours", hours, case_refs(scene.evidence, "/severity/deadline")))
    return tuple(found)


def _deadline_hours(case: Mapping[str, Any], stated: Mapping[str, Any]) -> float | None:
    """Hours from the end of the window to the deadline: the window, not the clock, so that every run agrees."""
    window = case.get("window")
    end: datetime | None = moment(window.get("end")) if isinstance(window, Mapping) else None
    deadline = moment(stated.get("deadline"))
    return round((deadline - end).total_seconds() / 3600, 1) if deadline and end else None


def _priority(level: str, matrix: Matrix, inputs: tuple[Input, ...]) -> tuple[str, list[Cited]]:
    names = {each.name: each.value for each in inputs}
    refs = tuple(ref for each in inputs if each.name in _PRIORITY_INPUTS for ref in each.refs)
    raised = [reason for when, reason in matrix.raises if holds(when, names)]
    at = max(matrix.levels.index(level) - len(raised), 0)
    priority = matrix.priorities[min(at, len(matrix.priorities) - 1)]
    if not raised:
        return priority, []
    text = f"Priority {priority}, raised by {' and '.join(raised)}; the severity stays as it is."
    return priority, [Cited(text, refs)]


def _headline(rule: MatrixRule, inputs: tuple[Input, ...]) -> Cited:
    refs = tuple(dict.fromkeys(ref for each in inputs for ref in each.refs[:1]))
    used = [each for each in inputs if each.name in INPUTS]
    is_proposed = not used or any(each.is_derived for each in used)
    known = ", ".join(f"{_WORDS.get(each.name, each.name)} {_shown(each)}" for each in used)
    return Cited(f"{rule.level} ({rule.id}): {rule.because}. Inputs: {known or 'none known'}.", refs, is_proposed)


def _sentence(each: Input) -> Cited:
    name = _WORDS.get(each.name, each.name.replace("_", " "))
    source = "derived from the evidence" if each.is_derived else "stated in the case"
    return Cited(f"{name.capitalize()}: {_shown(each)} ({source}).", each.refs, each.is_derived)


def _shown(each: Input) -> str:
    if isinstance(each.value, bool):
        return "yes" if each.value else "no"
    if each.name.endswith("_share") and isinstance(each.value, int | float):
        return f"{each.value:.0%}"
    return str(each.value)[:80]


def _override(scene: Scene) -> tuple[str, str] | None:
    stated = scene.case.get("severity")
    override = stated.get("override") if isinstance(stated, Mapping) else None
    if not isinstance(override, Mapping):
        return None
    return str(override.get("level", "")), str(override.get("reason", "")).strip()
