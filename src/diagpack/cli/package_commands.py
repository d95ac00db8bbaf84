"""Commands on a finished package: verify, open, recall."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from diagpack.cli.options import CaseArgument, CasesOption, JsonOption, NoInputOption, ProfileOption, QuietOption
from diagpack.cli.output import can_prompt, emit, say, show, styled
from diagpack.errors import ExitCode, UsageError
from diagpack.model.terminal import escape

TrustOption = Annotated[
    Path | None,
    typer.Option("--trust", metavar="FILE", help="allowed_signers or trust.json, from your team.", show_default=False),
]
PackageArgument = Annotated[
    Path, typer.Argument(metavar="ZIP", help="The package.", show_default=False, readable=False)
]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("verify")(verify)
    app.command("open")(open_package)
    app.command("recall")(recall)


def _verification(
    package: Path,
    trust: Path | None,
    profile: Path | None,
    issue: str,
    delivery: Path | None,
    notice: Path | None = None,
) -> Any:
    from diagpack.pipeline.packages import verify_file

    if not package.is_file():
        raise UsageError("DP906", "there is no package of that name", hint="name the .zip file")
    if not os.access(package, os.R_OK):
        raise UsageError("DP906", "the package may not be read by you", hint="change its permissions")
    return verify_file(package, trust=trust, profile=profile, issue=issue or None, delivery=delivery, recall=notice)


def verify(
    package: PackageArgument,
    trust: TrustOption = None,
    issue: Annotated[str, typer.Option("--issue", metavar="KEY", help="The issue it must belong to.")] = "",
    delivery: Annotated[
        Path | None, typer.Option("--delivery", metavar="FILE", help="The .delivery.json attached beside it.")
    ] = None,
    notice: Annotated[
        Path | None, typer.Option("--recall", metavar="FILE", help="A recall notice (.recall.json) to heed.")
    ] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a package: container, signature, digests. Exit 0 proven, 10 untrusted, 11 invalid, 12 unsigned."""
    outcome = _verification(package, trust, profile, issue, delivery, notice)
    if as_json:
        emit(
            "verify/1",
            {
                "verdict": outcome.verdict.value,
                "steps": [{"name": each.name, "ok": each.ok, "reason": each.reason} for each in outcome.steps],
                "signer": outcome.signer,
                "signed_at": outcome.signed_at,
                "case": outcome.case,
            },
        )
    else:
        for step in outcome.steps:
            mark = styled("ok  ", "ok") if step.ok else styled("FAIL", "error")
            print(f"[{mark}] {escape(step.name)}{': ' + escape(step.reason) if step.reason else ''}")
        show(f"{outcome.verdict.value}{f', signed by {outcome.signer}' if outcome.signer else ''}")
    raise typer.Exit(outcome.verdict.exit_code)


def open_package(
    package: PackageArgument,
    into: Annotated[Path | None, typer.Option("--into", metavar="DIR", help="Where to unpack.")] = None,
    trust: TrustOption = None,
    profile: ProfileOption = None,
    browse: Annotated[bool, typer.Option("--browse/--no-browse", help="Open report.html in the browser.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Verify a package, unpack the verified bytes, open the report."""
    from diagpack.pipeline.packages import unpack

    outcome = _verification(package, trust, profile, "", None)
    if outcome.package is None:
        say(f"not opened: {outcome.verdict.value}. See: diagpack verify {package.name}")
        raise typer.Exit(outcome.verdict.exit_code)
    folder = unpack(outcome.package, into or package.parent)
    if as_json:
        emit("open/1", {"folder": str(folder), "report": str(folder / "report.html")})
    else:
        show(str(folder / "report.html"))
    if browse and not as_json:
        typer.launch(str(folder / "report.html"))
    raise typer.Exit(ExitCode.OK)


def recall(
    case: CaseArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is redacted and shown on the issue.")] = "",
    package: Annotated[str, typer.Option("--package", metavar="ID", help="Another than the last filed one.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    cases: CasesOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    no_input: NoInputOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take a filed package back: signed notice, comment and label on the issue, the zip deleted where allowed."""
    from diagpack.cli.case_commands import folder_of
    from diagpack.pipeline.recall import recall as run_recall
    from diagpack.pipeline.settings import load_settings

    folder = folder_of(case, cases)
    if not reason:
        raise UsageError("DP905", "recall needs --reason", hint='for example --reason "a name was left in the log"')
    if not yes:
        if not can_prompt(no_input):
            raise UsageError("DP914", "a recall deletes the package on the issue", hint="add --yes")
        typer.confirm(f"Recall the filed package of {folder.id}?", abort=True, err=True)
    done = run_recall(
        folder, load_settings(profile), reason, lambda text: say(text, quiet=quiet or as_json), package_id=package
    )
    if as_json:
        emit(
            "recall/1",
            {
                "case": folder.id,
                "package": done.package_id,
                "target": done.target,
                "key": done.key,
                "notice": str(done.notice),
                "open": list(done.open_points),
            },
        )
        return
    for point in done.open_points:
        say(f"Still to do: {point}")
    show(str(done.notice))
    say(f"Next: diagpack collect {folder.id}    then review and submit the new package")
