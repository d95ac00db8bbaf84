"""Prompts for what a case lacks: on a terminal, at most five, each once, each an option too.

Enters: a case folder and its escalation. Leaves: answers in `case.yaml`, each written as soon as it is given, so that
Ctrl-C loses none.
"""

from typing import TYPE_CHECKING, Any

import typer

from diagpack.cli.output import can_prompt, say
from diagpack.model.terminal import escape

if TYPE_CHECKING:
    from diagpack.assess.questions import Question
    from diagpack.model.escalation import Escalation

_TRIES = 3


def ask_missing(folder: Any, escalation: "Escalation", *, no_input: bool) -> int:
    """Ask, and record what was answered; how many answers there were. Asks nothing without a person at a terminal."""
    from diagpack.pipeline.answers import note_asked, open_questions, record_answers

    if not can_prompt(no_input):
        return 0
    wanted = open_questions(folder, escalation)
    if not wanted:
        return 0
    count = "1 question" if len(wanted) == 1 else f"{len(wanted)} questions"
    say(f"{count} that the evidence does not answer, asked once. Enter takes what is in [ ], else it skips; - skips.")
    say("Later: diagpack collect CASE --answer NAME=TEXT, or edit case.yaml.")
    answered = 0
    for number, question in enumerate(wanted, 1):
        text = _ask(question, f"{number}/{len(wanted)}")
        note_asked(folder, question.name)
        if text:
            record_answers(folder, {question.name: text})
            answered += 1
    return answered


def _ask(question: "Question", place: str) -> str:
    """One answer, checked; empty when it is skipped or was refused three times."""
    from diagpack.assess.questions import fault

    hint = " / ".join(question.choices) or question.example
    say(f"{place} {question.name}: {question.text}" + (f"  ({hint})" if hint else ""))
    shown = f"[{escape(question.default, limit=200)}] >" if question.default else ">"
    for _ in range(_TRIES):
        text = str(
            typer.prompt(f"    {shown}", default=question.default, show_default=False, prompt_suffix=" ", err=True)
        ).strip()
        if text in ("", "-"):
            return ""
        problem = fault(question, text)
        if not problem:
            return text
        say(f"    not taken: {problem}")
    return ""
