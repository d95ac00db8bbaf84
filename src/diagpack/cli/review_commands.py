"""The command `review`: what was removed, what people wrote, and the decisions of a person about it."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diagpack.cli.case_commands import folder_of
from diagpack.cli.options import CaseArgument, CasesOption, JsonOption, NoInputOption, ProfileOption, QuietOption
from diagpack.cli.output import can_prompt, emit, say
from diagpack.errors import UsageError

if TYPE_CHECKING:
    from diagpack.pipeline.reviewing import Opened, View


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("review")(review)


def review(
    case: CaseArgument,
    hide: Annotated[list[str] | None, typer.Option("--hide", metavar="WORD", help="Replace this word too.")] = None,
    keep: Annotated[
        list[str] | None, typer.Option("--keep", metavar="WORD", help="Let this word, or a pseudonym's word, stay.")
    ] = None,
    black_out: Annotated[
        tuple[str, str] | None,
        typer.Option("--black-out", metavar="IMAGE X,Y,W,H", help="Overwrite a region of a picture; more after a ;"),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; needed for --hide and --keep.")] = "",
    apply: Annotated[bool, typer.Option("--apply", help="Collect again, so that decisions take effect.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Record that you reviewed this; asks you first.")] = False,
    walk: Annotated[
        bool | None, typer.Option("--walk/--no-walk", help="Step through it with questions; on in a terminal.")
    ] = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show the values too, on a terminal only; recorded.")
    ] = False,
    artifact: Annotated[str, typer.Option("--file", metavar="ARTIFACT", help="Only this artifact.")] = "",
    entity: Annotated[str, typer.Option("--class", metavar="CLASS", help="Only this class.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Examples per class.")] = 3,
    lines: Annotated[int, typer.Option("--lines", min=0, max=10_000, help="Suspicious log lines in all.")] = 50,
    cases: CasesOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    no_input: NoInputOption = False,
    quiet: QuietOption = False,
) -> None:
    """What was removed and what people wrote, suspicious words first; hide, keep, black out, accept."""
    from diagpack.cli.review_screen import print_view, view_json
    from diagpack.cli.review_walk import Walk
    from diagpack.pipeline.reviewing import Values, look, open_case
    from diagpack.pipeline.settings import load_settings

    _check_terminal(show_values=show_values, accept=accept, as_json=as_json, no_input=no_input)
    folder, settings = folder_of(case, cases), load_settings(profile)
    opened = open_case(folder, settings)
    has_decided = _decide(opened, hide or [], keep or [], black_out, reason)
    if apply:
        opened = _applied(opened, quiet=quiet or as_json)
    view = look(opened, limit=limit, lines=lines)
    _check_filter(view, artifact, entity)
    if not as_json and not (has_decided and not apply):
        print_view(view, artifact=artifact, entity=entity, values=Values(opened) if show_values else None)
    is_walking = walk if walk is not None else not (has_decided or apply or accept or as_json or show_values)
    if is_walking and can_prompt(no_input) and not as_json:
        Walk(opened, view).run(lambda: _applied(opened, quiet=quiet), lambda fresh: _accept(fresh))
        return
    if accept:
        _accept(opened)
        view = look(opened, limit=limit, lines=lines)
    if as_json:
        emit("review/1", view_json(view, artifact=artifact, entity=entity))
    elif view.open_decisions:
        say(f"Decisions take effect with the next run: diagpack collect {folder.id}   (or review --apply)")
    elif not view.reviews:
        say(f"Next: diagpack review {folder.id} --accept")


def _check_terminal(*, show_values: bool, accept: bool, as_json: bool, no_input: bool) -> None:
    """Values and signatures of people: never for a pipe, a file or a machine."""
    if show_values and (as_json or not sys.stdout.isatty()):
        raise UsageError("DP920", "a value is shown only on a terminal", hint="do not redirect or pipe this command")
    if accept and not can_prompt(no_input):
        raise UsageError(
            "DP659", "only a person at a terminal can accept a review", hint="run it without --no-input, CI"
        )


def _check_filter(view: "View", artifact: str, entity: str) -> None:
    """A misspelt name must not look like a file in which nothing was removed."""
    from diagpack.redact.spans import PERSONAL_CLASSES, SECRET_CLASSES

    known = [each.id for each in view.artifacts]
    if artifact and artifact not in known:
        raise UsageError("DP649", "there is no artifact of that id in the case", hint=f"one of: {', '.join(known)}")
    classes = sorted(
        {*SECRET_CLASSES, *PERSONAL_CLASSES, *(each.entity for one in view.artifacts for each in one.removed)}
    )
    if entity and entity not in classes:
        raise UsageError("DP649", "there is no class of that name", hint=f"one of: {', '.join(classes)}")


def _decide(opened: "Opened", hide: list[str], keep: list[str], black_out: tuple[str, str] | None, reason: str) -> bool:
    """Record what the options say; whether they said anything."""
    from diagpack.pipeline import review_decisions

    for word in hide:
        review_decisions.hide_word(opened, word, reason)
    for word in keep:
        review_decisions.keep_word(opened, word, reason)
    if black_out is not None:
        review_decisions.black_out(opened, black_out[0], black_out[1], reason)
    return bool(hide or keep or black_out)


def _applied(opened: "Opened", *, quiet: bool) -> Any:
    """The case after another run over what is there."""
    from diagpack.pipeline.collecting import Inputs
    from diagpack.pipeline.reviewing import open_case
    from diagpack.pipeline.run import collect

    collect(opened.folder, Inputs(), opened.settings, lambda text: say(text, quiet=quiet))
    return open_case(opened.folder, opened.settings)


def _accept(opened: "Opened") -> None:
    from diagpack.pipeline.cases import person
    from diagpack.pipeline.review_decisions import accept, check_acceptable

    check_acceptable(opened)
    question = f"I have read the redacted text of {opened.folder.id} and it may leave. Record this as {person()}?"
    typer.confirm(question, abort=True, err=True)
    review = accept(opened, at=datetime.now(UTC))
    say(f"Recorded: reviewed by {review.by}, {len(review.files)} files. Next: diagpack submit {opened.folder.id}")
