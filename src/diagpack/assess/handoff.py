"""A case in at most 20 lines, for whoever takes it over: known, tried, missing, promised, next.

Enters: the case and the assessment. Leaves: lines without control characters, each at most 160 characters.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from diagpack.assess.readiness import prompts
from diagpack.assess.view import when
from diagpack.model.assessment import Assessment, ItemStatus
from diagpack.model.terminal import escape

MAX_LINES: Final = 20
_WIDTH: Final = 160


def handoff_lines(case: Mapping[str, Any], found: Assessment) -> tuple[str, ...]:
    """The lines of `diagpack status`."""
    lines = [*_known(case, found), *_tried(found), *_missing(found), *_promised(case), *_next(found)]
    return tuple(escape(line, limit=_WIDTH) for line in lines)[:MAX_LINES]


def _known(case: Mapping[str, Any], found: Assessment) -> Iterator[str]:
    yield f"{case.get('id', '')}  {found.symptom.text if found.symptom else 'no symptom stated yet'}"
    severity, disposition = found.severity, found.disposition
    state = _by(severity.is_confirmed, severity.confirmed_by)
    yield f"severity     {severity.level} {severity.priority} ({state})"
    yield f"disposition  {disposition.outcome.value} ({_by(disposition.is_confirmed, disposition.confirmed_by)})"
    yield f"checklist    {found.checklist}: {found.checklist_reason}"
    if found.first_failure:
        yield f"first fail   {found.first_failure}"
    if found.first_failure_request_ids:
        yield f"request id   {', '.join(found.first_failure_request_ids[:3])}"
    if found.reproduced:
        yield f"reproduced   {found.reproduced.text}"
    if found.similar:
        yield f"seen before  {found.similar[0].why}"
    if case.get("incident"):
        yield f"incident     {case['incident']}"


def _tried(found: Assessment) -> Iterator[str]:
    for each in found.tried[:3]:
        yield f"tried        {each.text}"


def _missing(found: Assessment) -> Iterator[str]:
    missing = [each.item for each in found.items if each.status is ItemStatus.MISSING and each.is_required]
    partly = [f"{each.item} ({each.reason})" for each in found.items if each.status is ItemStatus.PARTLY]
    if missing:
        yield f"missing      {', '.join(missing)}"
    if partly:
        yield f"partly       {', '.join(partly)}"


def _promised(case: Mapping[str, Any]) -> Iterator[str]:
    answers = case.get("answers")
    answers = answers if isinstance(answers, Mapping) else {}
    if answers.get("next_update"):
        yield f"promised     next update to the customer by {when(str(answers['next_update']))}"
    if answers.get("ask"):
        # The date stands first: it must be seen when a long question is cut.
        yield f"asked        by {when(str(answers.get('needed_by') or 'no date'))}: {answers['ask']}"


def _next(found: Assessment) -> Iterator[str]:
    readiness = found.readiness
    deferred = sum(each.is_deferred for each in readiness.results)
    yield f"readiness    {readiness.score} of 100" + (f", {deferred} deferred" if deferred else "")
    open_points = prompts(readiness)
    if not open_points:
        yield "next         review, then submit"
        return
    for each in open_points[:3]:
        yield f"next         {each.id} {each.message}: {each.fix}"


def _by(is_confirmed: bool, person: str) -> str:
    return f"confirmed by {person}" if is_confirmed else "proposed"
