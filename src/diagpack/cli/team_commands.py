"""Commands for the team and for first contact: demo, doctor, explain, keys, audit, checklist, profile."""

from pathlib import Path
from typing import Annotated

import typer

from diagpack.cli.options import CaseArgument, CasesOption, JsonOption, ProfileOption, QuietOption
from diagpack.cli.output import emit, say, show
from diagpack.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("demo", rich_help_panel="Team")(demo)
    app.command("doctor", rich_help_panel="Team")(doctor)
    app.command("explain", rich_help_panel="Team")(explain)
    app.command("audit", rich_help_panel="Team")(audit)


def demo(
    into: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where to work.")] = Path("diagpack-demo"),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """The whole thing on a built-in case: offline, no key, no configuration."""
    from diagpack.cli.report import print_outcome
    from diagpack.pipeline.demo import run_demo
    from diagpack.pipeline.packages import verify_file
    from diagpack.pipeline.settings import load_settings

    say("A customer cannot sign in. Collecting login.har, app.log.gz and note.txt …", quiet=quiet or as_json)
    settings = load_settings(throwaway=True, use_keyring=False)
    outcome = run_demo(into, settings, lambda text: say(text, quiet=quiet or as_json))
    verification = verify_file(outcome.package, trust=into / "allowed_signers", profile=None)
    if as_json:
        emit(
            "demo/1",
            {
                "package": str(outcome.package),
                "verdict": verification.verdict.value,
                "trust": str(into / "allowed_signers"),
            },
        )
        raise typer.Exit(verification.verdict.exit_code)
    print_outcome(outcome, as_json=False, next_steps=False)
    show(f"Verified        {verification.verdict.value} (signed with a throw-away key made for this demo)")
    say("")
    say(f"Open it:    diagpack open {outcome.package} --trust {into / 'allowed_signers'}")
    say("Your turn:  diagpack collect CS-1042 FILES…")
    raise typer.Exit(verification.verdict.exit_code)


def doctor(
    online: Annotated[bool, typer.Option("--online", help="Also ask the configured hosts.")] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is installed, configured and reachable, one line each, with the fix."""
    from diagpack.pipeline.doctor import check_up

    checks = check_up(profile, online=online)
    if as_json:
        emit("doctor/1", {"checks": [{"name": c.name, "ok": c.ok, "detail": c.detail, "fix": c.fix} for c in checks]})
    else:
        for check in checks:
            mark = "✓" if check.ok else ("✗" if check.is_needed else "!")
            show(f"[{mark}] {check.name}: {check.detail}{f' → {check.fix}' if check.fix and not check.ok else ''}")
    raise typer.Exit(ExitCode.OK if all(c.ok or not c.is_needed for c in checks) else ExitCode.INTERNAL)


def explain(
    id: Annotated[str, typer.Argument(metavar="ID", help="For example DP204, E05 or saml.expired.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="List every id.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What an error, finding, rule or readiness id means, and what to do."""
    from diagpack.pipeline.explain import catalogue
    from diagpack.pipeline.explain import explain as look_up

    if everything or not id:
        known = catalogue()
        if as_json:
            emit("explain/1", {"ids": {each: text.title for each, text in known.items()}})
        else:
            for each, text in known.items():
                show(f"{each:36} {text.title}")
        return
    text = look_up(id)
    if as_json:
        emit("explain/1", {"id": text.id, "title": text.title, "why": text.why, "fix": text.fix, "source": text.source})
        return
    show(f"{text.id}: {text.title}")
    show(f"Why: {text.why}")
    if text.fix:
        show(f"Fix: {text.fix}")
    if text.source:
        show(f"Source: {text.source}")


def audit(
    case: CaseArgument,
    against: Annotated[
        list[Path] | None, typer.Option("--against", metavar="ZIP", help="A package already sent.")
    ] = None,
    cases: CasesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the audit log's chain, anchored by the heads inside packages already sent."""
    from diagpack.cli.case_commands import folder_of
    from diagpack.pipeline.cases import audit_report

    report = audit_report(folder_of(case, cases), tuple(against or ()))
    if as_json:
        emit("audit/1", report)
    else:
        for name, value in report.items():
            show(f"{name}: {value}")
    raise typer.Exit(ExitCode.OK if report["intact"] else ExitCode.INVALID)
