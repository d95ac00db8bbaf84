"""Commands on a case: new, collect, status, review, submit, sync, validate, close."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from diagpack.cli.options import CaseArgument, CasesOption, JsonOption, NoInputOption, ProfileOption, QuietOption
from diagpack.cli.output import can_prompt, emit, say, show, warn
from diagpack.cli.progress import progress
from diagpack.cli.recovery import RecoveryKeyOption, with_recovery_key
from diagpack.errors import ExitCode, NotReady, UsageError


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command, function in (
        ("new", new),
        ("collect", collect),
        ("status", status),
        ("confirm", confirm),
        ("submit", submit),
        ("sync", sync),
        ("close", close),
    ):
        app.command(command)(function)


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


def _piped() -> str:
    """All of stdin; bytes that are not UTF-8 survive as surrogates."""
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


def collect(
    case: CaseArgument,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILES…", help="Any mix: HAR, logs, SAML, notes.", readable=False)
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
    ner: Annotated[
        str, typer.Option("--ner", metavar="MODEL", help="A spaCy model for names in prose; kept, off ends it.")
    ] = "",
    recovery_key: RecoveryKeyOption = None,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="NAME=TEXT", help="What a prompt would ask: impact …"),
    ] = None,
    cases: CasesOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    no_input: NoInputOption = False,
    quiet: QuietOption = False,
) -> None:
    """Evidence in, one redacted and signed package out. Run it again with more evidence at any time."""
    from diagpack.cli.asking import ask_missing
    from diagpack.cli.report import print_outcome
    from diagpack.pipeline.answers import parse_answers, record_answers
    from diagpack.pipeline.cases import ensure_case, record_decisions, use_model
    from diagpack.pipeline.collecting import Inputs
    from diagpack.pipeline.run import collect as run_collect
    from diagpack.pipeline.settings import load_settings

    folder = folder_of(case, cases, must_exist=False)
    if withhold and not reason:
        raise UsageError(
            "DP905", "--withhold needs --reason", hint='for example --reason "not needed for the diagnosis"'
        )
    answers = parse_answers(answer or [])
    ensure_case(folder)
    record_answers(folder, answers)
    record_decisions(folder, withhold=dict.fromkeys(withhold or (), reason), approve_images=tuple(approve_image or ()))
    if ner:
        use_model(folder, ner)
    notes = tuple(_piped() if each == "-" else each for each in note or ())
    inputs = Inputs(paths=tuple(files or ()), notes=notes, request_ids=tuple(request_id or ()))
    settings = with_recovery_key(load_settings(profile, workers=workers), recovery_key, no_input)

    with progress(quiet=quiet or as_json) as step:
        outcome = run_collect(folder, inputs, settings, step)
    if ask_missing(folder, outcome.escalation, no_input=no_input or as_json):
        with progress(quiet=quiet or as_json) as step:
            outcome = run_collect(folder, Inputs(), settings, step)
    for gap in outcome.missing:
        if gap.is_fault:
            warn(gap.id or "DP171", f"{gap.name or gap.label}: {gap.reason}")
    print_outcome(outcome, as_json=as_json)
    raise typer.Exit(ExitCode.PARTIAL if outcome.is_partial else ExitCode.OK)


def status(
    case: CaseArgument,
    cases: CasesOption = None,
    profile: ProfileOption = None,
    message: Annotated[
        bool, typer.Option("--message", help="Only the message to the customer: what is still missing.")
    ] = False,
    as_json: JsonOption = False,
    no_input: NoInputOption = False,
) -> None:
    """Where the case stands, in at most 20 lines: all that the next shift needs."""
    from diagpack.cli.asking import ask_missing
    from diagpack.cli.report import status_json
    from diagpack.pipeline.cases import reload
    from diagpack.pipeline.settings import load_settings

    folder = folder_of(case, cases)
    escalation = reload(folder, load_settings(profile))
    if as_json:
        emit("status/1", status_json(escalation))
        return
    if message:
        _show_message(escalation)
        return
    for line in escalation.assessment.extra.get("status", ()):
        show(str(line))
    if ask_missing(folder, escalation, no_input=no_input):
        say(f"Recorded in case.yaml. Next: diagpack collect {folder.id}")


def _show_message(escalation: Any) -> None:
    """The message on stdout, to be copied or piped; whether a speaker must read it first on stderr."""
    assessment = escalation.assessment
    if not assessment.customer_message:
        say("Nothing is missing: there is nothing to ask the customer.")
        return
    for line in assessment.customer_message.rstrip("\n").split("\n"):
        show(line)
    if assessment.extra.get("message_is_draft"):
        say("A draft: let a speaker of this language read it before it is sent.")


def confirm(
    case: CaseArgument,
    parts: Annotated[list[str], typer.Argument(metavar="PARTS…", help="steps, expected, severity, disposition …")],
    cases: CasesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put your name to drafted parts: steps, expected, actual, severity, disposition. Asks before it records."""
    from diagpack.pipeline.cases import CONFIRMABLE, confirm_parts, person

    unknown = [each for each in parts if each not in CONFIRMABLE]
    if unknown:
        raise UsageError("DP912", f"this part cannot be confirmed: {unknown[0][:40]}", hint=", ".join(CONFIRMABLE))
    folder = folder_of(case, cases)
    if not can_prompt(False):
        raise UsageError("DP913", "only a person at a terminal can confirm", hint="run it in a terminal, without CI=1")
    typer.confirm(f"Confirm {', '.join(parts)} of {folder.id} as {person()}?", abort=True, err=True)
    confirm_parts(folder, parts)
    if as_json:
        emit("confirm/1", {"case": folder.id, "parts": parts, "by": person()})
    else:
        say(f"Recorded. Next: diagpack collect {folder.id}")


def submit(
    case: CaseArgument,
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Write to a folder instead.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; send nothing.")] = False,
    urgent: Annotated[bool, typer.Option("--urgent", help="S1/S2: open points become asks with an owner.")] = False,
    force: Annotated[bool, typer.Option("--force", help="File although the readiness lint blocks.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why it is forced, or filed although no defect.")] = "",
    issue: Annotated[str, typer.Option("--issue", metavar="KEY", help="Add to this issue.")] = "",
    assume_not_created: Annotated[
        bool, typer.Option("--assume-not-created", help="You looked: the earlier try made no issue.")
    ] = False,
    cases: CasesOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    no_input: NoInputOption = False,
    quiet: QuietOption = False,
) -> None:
    """File the package in Jira, exactly once; or write it and the ticket text to a folder (--to)."""
    from dataclasses import replace

    from diagpack.cli.asking import ask_missing
    from diagpack.pipeline.cases import reload
    from diagpack.pipeline.delivery import Request
    from diagpack.pipeline.delivery import submit as run_submit
    from diagpack.pipeline.settings import load_settings

    if force and not reason:
        raise UsageError("DP905", "--force needs --reason", hint='for example --reason "S1, customer is down"')
    options = {"issue": issue, "assume_not_created": assume_not_created}
    request = Request(
        target="folder" if to else "jira",
        to=to,
        dry_run=dry_run,
        urgent=urgent,
        force=force,
        reason=reason,
        options={name: value for name, value in options.items() if value},
    )
    folder, settings = folder_of(case, cases), load_settings(profile)
    try:
        with progress(quiet=quiet or as_json) as step:
            receipt = run_submit(folder, settings, request, step)
    except NotReady:
        if ask_missing(folder, reload(folder, replace(settings, is_urgent=urgent)), no_input=no_input or as_json):
            say(f"Recorded in case.yaml. Next: diagpack collect {folder.id}, then review and submit")
        raise
    if as_json:
        emit(
            "submit/1",
            {
                "package": receipt.url if to else "",
                "target": receipt.target,
                "key": receipt.key,
                "url": receipt.url,
                "attachments": dict(receipt.attachments),
                "sha256": receipt.sha256,
                "dry_run": dry_run,
            },
        )
    else:
        show(receipt.url)


def sync(
    case: CaseArgument,
    cases: CasesOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Bring the case's issue up to date with the newest package: one comment, one more attachment."""
    from diagpack.pipeline.delivery import sync as run_sync
    from diagpack.pipeline.settings import load_settings

    with progress(quiet=quiet or as_json) as step:
        receipt = run_sync(folder_of(case, cases), load_settings(profile), step)
    if as_json:
        emit("sync/1", {"key": receipt.key, "url": receipt.url, "sha256": receipt.sha256})
    else:
        show(receipt.url)


def close(
    case: CaseArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    cases: CasesOption = None,
    as_json: JsonOption = False,
    no_input: NoInputOption = False,
) -> None:
    """Delete raw files, map and key of a case; keep package, journal and audit log."""
    from diagpack.pipeline.cases import close as run_close

    folder = folder_of(case, cases)
    if not yes:
        if not can_prompt(no_input):
            raise UsageError("DP914", "closing a case deletes its raw files", hint="add --yes")
        typer.confirm(f"Delete raw files and key of {folder.id}? The package stays.", abort=True, err=True)
    closed = run_close(folder)
    if as_json:
        emit("close/1", {"case": folder.id, "files": closed.files, "bytes": closed.size_bytes})
    else:
        say(f"Closed {folder.id}: {closed.files} raw files deleted; package, journal and audit log stay.")
