"""Answers to what a case lacks: which questions are open, and how an answer reaches `case.yaml`.

Enters: a case folder, its escalation, answers by name. Leaves: a changed `case.yaml` with an audit line, and in the
journal which questions were put, so that nobody is asked twice.
"""

import difflib
from collections.abc import Mapping
from typing import Any

from diagpack.assess.checklists import load_checklists
from diagpack.assess.questions import QUESTIONS, Question, fault, questions, window_of
from diagpack.case.journal import FileJournal
from diagpack.case.layout import CaseDir
from diagpack.errors import UsageError
from diagpack.model.escalation import Escalation
from diagpack.pipeline.cases import record_decisions

_ASKED = "asked"


def open_questions(folder: CaseDir, escalation: Escalation) -> tuple[Question, ...]:
    """What to ask now, at most five; what was put before is left out, also when it was not answered."""
    put = FileJournal(folder.journal).get(_ASKED) or {}
    return questions(escalation.assessment, escalation.case, escalation.evidence, tuple(put.get("names") or ()))


def note_asked(folder: CaseDir, name: str) -> None:
    """Remember that this question was put."""
    book = FileJournal(folder.journal)
    names = (book.get(_ASKED) or {}).get("names") or []
    book.put(_ASKED, {"names": [*names, name]})


def parse_answers(given: list[str]) -> dict[str, str]:
    """`NAME=TEXT` of `--answer`, checked. Raises UsageError (DP694, DP695) before anything is written."""
    items = {item.id for checklist in load_checklists().values() for item in checklist.items}
    found: dict[str, str] = {}
    for each in given:
        name, equals, text = each.partition("=")
        name, text = name.strip(), text.strip()
        if not equals or not text:
            raise UsageError("DP695", "an answer is NAME=TEXT", hint='for example --answer impact="12 buyers"')
        if name not in QUESTIONS and name not in items:
            near = difflib.get_close_matches(name, [*QUESTIONS, *items], n=1)
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(QUESTIONS)}, or a checklist item"
            raise UsageError("DP694", f"nothing is asked by this name: {ascii(name[:40])[1:-1]}", hint=hint)
        problem = fault(QUESTIONS[name], text) if name in QUESTIONS else ""
        if problem:
            raise UsageError("DP695", f"{name}: this answer cannot be taken", hint=problem)
        found[name] = text
    return found


def record_answers(folder: CaseDir, answers: Mapping[str, str]) -> None:
    """Write answers where `case.yaml` keeps them; the rest of the file, comments included, stays."""
    changes: dict[str, Any] = {}
    for name, text in answers.items():
        ends = window_of(text) if name == "window" else None
        if ends:
            changes |= {"window.start": ends[0], "window.end": ends[1]}
        else:
            changes[QUESTIONS[name].place if name in QUESTIONS else f"answers.{name}"] = text
    if changes:
        record_decisions(folder, withhold={}, **changes)
