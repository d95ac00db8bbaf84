"""What an analyst is asked for, because a readiness rule needs it and the evidence does not tell it.

Enters: an assessment, the case, the evidence. Leaves: at most five questions, the most useful first, each with the name
by which `--answer` gives it, the place in `case.yaml`, its choices, and a default where the evidence suggests one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from diagpack.assess.lint_errors import ERRORS
from diagpack.assess.readiness import MAX_PROMPTS, prompts
from diagpack.assess.view import moment, short
from diagpack.model.assessment import Assessment
from diagpack.model.evidence import EvidenceSet

_PSEUDONYM: Final = re.compile(r"\bdp-[a-z]+-|@dp\.invalid", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `place` is the path in `case.yaml`; `window` stands for both of its ends."""

    name: str
    place: str
    text: str
    example: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""


def _question(name: str, text: str, example: str = "", choices: tuple[str, ...] = (), place: str = "") -> Question:
    return Question(name, place or f"answers.{name}", text, example, choices)


# Every question by its name. What an item of a checklist asks is asked from the customer, not here.
QUESTIONS: Final[Mapping[str, Question]] = {
    each.name: each
    for each in (
        _question("title", "What fails, in one line, without names?", "20 to 120 characters", place="title"),
        _question("impact", "Who cannot do what because of it, with a number?", "12 buyers cannot order"),
        _question(
            "window", "When was it seen first and last, with zone?", "2026-03-02T14:00Z/2026-03-02T14:15Z",
            place="window",
        ),
        _question("product_version", "Which version of the product?", "4.2.0", place="environment.product_version"),
        _question("tenant", "Which tenant (or region)?", "t-3091", place="environment.tenant"),
        _question("region", "Which region?", "eu-1", place="environment.region"),
        _question("browser", "Which browser, with version?", "Firefox 140", place="environment.browser"),
        _question("os", "Which operating system?", "Windows 11", place="environment.os"),
        _question("expected", "What should have happened instead?", "The order is created."),
        _question("actual", "What happened, with the exact error?", "The page shows error 500."),
        _question(
            "function", "Is the function lost, degraded or fine?", choices=("lost", "degraded", "fine"),
            place="severity.function",
        ),
        _question(
            "scope", "Who is affected?", choices=("all", "many", "some", "one"), place="severity.scope"
        ),
        _question(
            "workaround", "Is there a workaround?", choices=("none", "painful", "yes"), place="severity.workaround"
        ),
        _question("ask", "What do you ask of engineering?", "fix, investigate or decide: what exactly"),
        _question("needed_by", "By when is an answer needed?", "2026-03-05T12:00Z"),
        _question("reproducibility", "How often does it happen?", "3 of 5 attempts"),
        _question("request-id", "Which request or trace ID has the failure?", "none found"),
    )
}  # fmt: skip
# What each readiness rule asks for. Steps and confirmations are not typed into a prompt.
_BY_RULE: Final[Mapping[str, tuple[str, ...]]] = {
    "E01": ("title",),
    "E03": ("expected",),
    "E04": ("actual",),
    "E06": ("function", "scope", "workaround"),
    "E07": ("impact",),
    "E08": ("product_version", "tenant", "browser", "os", "window"),
    "E09": ("window",),
    "E10": ("reproducibility",),
    "E11": ("request-id",),
    "E16": ("ask", "needed_by"),
}


def questions(
    found: Assessment, case: Mapping[str, Any], evidence: EvidenceSet, asked: Sequence[str] = ()
) -> tuple[Question, ...]:
    """At most five questions for what blocks; what was asked before, is answered, or stands in the evidence is not."""
    names = dict.fromkeys(name for name in _wanted(found, case, evidence) if name not in asked)
    return tuple(_with_default(QUESTIONS[name], found) for name in list(names)[:MAX_PROMPTS])


def _wanted(found: Assessment, case: Mapping[str, Any], evidence: EvidenceSet) -> Iterator[str]:
    known = {name.replace(" ", "_") for name in found.environment}
    if known & {"build", "version"}:
        known |= {"product_version"}
    if known & {"region", "tenant"}:
        known |= {"region", "tenant"}
    if not evidence.of_kind("har"):
        known |= {"browser", "os"}
    for rule in prompts(found.readiness, limit=len(ERRORS)):
        for name in _BY_RULE.get(rule.id, ()):
            if name not in known and not _stands(case, found, QUESTIONS[name], rule.id):
                yield name


def _stands(case: Mapping[str, Any], found: Assessment, question: Question, rule: str) -> bool:
    """Whether the case has an answer already. A title or an impact that a rule refuses is asked for again."""
    section, _, key = question.place.partition(".")
    value = case.get(section)
    if section == "severity":
        return found.extra.get("inputs", {}).get(key) not in (None, "")
    if not key:
        return bool(value) and rule != "E01"
    return isinstance(value, Mapping) and value.get(key) not in (None, "", []) and rule not in ("E04", "E07", "E10")


def _with_default(question: Question, found: Assessment) -> Question:
    make = _DEFAULTS.get(question.name)
    return replace(question, default=make(found)) if make else question


def _title(found: Assessment) -> str:
    """The first failure as a summary; nothing when it would hold a pseudonym, which a summary must not."""
    if found.first_failure is None:
        return ""
    text = short(found.first_failure.text.split("; the log says:")[0], 120)
    return text if 20 <= len(text) <= 120 and not _PSEUDONYM.search(text) else ""


def _window(found: Assessment) -> str:
    """The minutes around what failed."""
    at = sorted(each.at for each in found.timeline if each.level == "error")
    if not at:
        return ""
    start = at[0].replace(second=0, microsecond=0)
    end = at[-1].replace(second=0, microsecond=0) + timedelta(minutes=1)
    return f"{start:%Y-%m-%dT%H:%MZ}/{end:%Y-%m-%dT%H:%MZ}"


_DEFAULTS: Final = {"title": _title, "window": _window}


def fault(question: Question, text: str) -> str:
    """Why an answer cannot be taken; empty when it can."""
    if question.choices and text not in question.choices:
        return f"one of {', '.join(question.choices)}"
    if question.name == "title" and not 20 <= len(text) <= 120:
        return f"20 to 120 characters; these are {len(text)}"
    if question.name == "window" and window_of(text) is None:
        return "START/END, for example 2026-03-02T14:00Z/2026-03-02T14:15Z"
    return ""


def window_of(text: str) -> tuple[str, str] | None:
    """Both ends of `START/END`, each a time; None when it is none or ends before it starts."""
    start, slash, end = (each.strip() for each in text.partition("/"))
    first, last = moment(start), moment(end)
    return (start, end) if slash and first and last and first <= last else None
