"""Commands on a finished package: verify, open, recall."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from diagpack.cli.options import JsonOption, ProfileOption
from diagpack.cli.output import emit, say, show, styled
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
    app.command("verify", rich_help_panel="Package")(verify)
    app.command("open", rich_help_panel="Package")(open_package)


def _verification(package: Path, trust: Path | None, profile: Path | None, issue: str, delivery: Path | None) -> Any:
    from diagpack.pipeline.packages import verify_file

    if not package.is_file():
        raise UsageError("DP906", "there is no package of that name", hint="name the .zip file")
    if not os.access(package, os.R_OK):
        raise UsageError("DP906", "the package may not be read by you", hint="change its permissions")
    return verify_file(package, trust=trust, profile=profile, issue=issue or None, delivery=delivery)


def verify(
    package: PackageArgument,
    trust: TrustOption = None,
    issue: Annotated[str, typer.Option("--issue", metavar="KEY", help="The issue it must belong to.")] = "",
    delivery: Annotated[
        Path | None, typer.Option("--delivery", metavar="FILE", help="The .delivery.json attached beside it.")
    ] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a package: container, signature, digests. Exit 0 proven, 10 untrusted, 11 invalid, 12 unsigned."""
    outcome = _verification(package, trust, profile, issue, delivery)
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
