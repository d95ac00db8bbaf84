"""Commands on a case: new, collect, status, review, submit, sync, validate, close."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from diagpack.cli.options import CaseArgument, CasesOption, JsonOption, NoInputOption, ProfileOption, QuietOption
from diagpack.cli.output import emit, say, show, warn
from diagpack.errors import ExitCode, UsageError


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command, function in (("new", new), ("collect", collect)):
        app.command(command, rich_help_panel="Case")(function)


def folder_of(case: str, cases: Path | None, *, must_exist: bool = True) -> Any:
    """The case's folder. Raises UsageError for a bad id or a case that is not there."""
    from diagpack.case.layout import CaseDir, cases_root
    from diagpack.model.case import case_id

    try:
        folder = CaseDir(cases_root(cases), case_id(case))
    except ValueError as problem:
        raise UsageError("DP690", str(problem), hint="for example CS-1042") from None
    if must_exist and not folder.exists():
        raise UsageError("DP691", "there is no case of that id", hint=f"make it: diagpack new {folder.id}")
    return folder


def new(
    case: CaseArgument,
    checklist: Annotated[str, typer.Option("--checklist", metavar="ID", help="Kind of problem.")] = "",
    title: Annotated[str, typer.Option("--title", help="One sentence: what fails.")] = "",
    language: Annotated[str, typer.Option("--lang", help="Language of messages to the customer.")] = "en",
    cases: CasesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a case: writes a commented case.yaml to fill in."""
    from diagpack.pipeline.cases import new_case

    folder = folder_of(case, cases, must_exist=False)
    new_case(folder, checklist, title=title, language=language)
    if as_json:
        emit("new/1", {"case": folder.id, "path": str(folder.path), "yaml": str(folder.yaml)})
        return
    show(str(folder.yaml))
    say(f"Next: diagpack collect {folder.id} FILES…")


def collect(
    case: CaseArgument,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILES…", help="Any mix: HAR, logs, SAML, notes.")
    ] = None,
    note: Annotated[list[str] | None, typer.Option("--note", metavar="TEXT", help="A note; - reads stdin.")] = None,
    request_id: Annotated[list[str] | None, typer.Option("--request-id", metavar="ID", help="A known ID.")] = None,
    approve_image: Annotated[
        list[str] | None, typer.Option("--approve-image", metavar="SOURCE", help="Include this picture.")
    ] = None,
    withhold: Annotated[
        list[str] | None, typer.Option("--withhold", metavar="ARTIFACT", help="Leave this artifact out.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why something is withheld.")] = "",
    workers: Annotated[int, typer.Option("--workers", min=0, help="Processes for redaction; 0 chooses.")] = 0,
    ner: Annotated[str, typer.Option("--ner", metavar="MODEL", help="A spaCy model for names in prose.")] = "",
    cases: CasesOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    no_input: NoInputOption = False,
    quiet: QuietOption = False,
) -> None:
    """Evidence in, one redacted and signed package out. Run it again with more evidence at any time."""
    from diagpack.cli.report import print_outcome
    from diagpack.pipeline.cases import ensure_case, record_decisions
    from diagpack.pipeline.collecting import Inputs
    from diagpack.pipeline.run import collect as run_collect
    from diagpack.pipeline.settings import load_settings

    folder = folder_of(case, cases, must_exist=False)
    if withhold and not reason:
        raise UsageError(
            "DP905", "--withhold needs --reason", hint='for example --reason "not needed for the diagnosis"'
        )
    ensure_case(folder)
    record_decisions(folder, withhold=dict.fromkeys(withhold or (), reason), approve_images=tuple(approve_image or ()))
    notes = tuple(sys.stdin.read() if each == "-" else each for each in note or ())
    inputs = Inputs(paths=tuple(files or ()), notes=notes, request_ids=tuple(request_id or ()))
    settings = load_settings(profile, workers=workers, ner=ner)
    outcome = run_collect(folder, inputs, settings, lambda text: say(text, quiet=quiet or as_json))
    for gap in outcome.missing:
        if gap.is_fault:
            warn(gap.id or "DP171", f"{gap.name or gap.label}: {gap.reason}")
    print_outcome(outcome, as_json=as_json)
    raise typer.Exit(ExitCode.PARTIAL if outcome.is_partial else ExitCode.OK)
