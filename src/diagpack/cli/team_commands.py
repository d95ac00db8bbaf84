"""Commands for the team and for first contact: demo, doctor, explain, keys, audit, checklist, profile."""

from pathlib import Path
from typing import Annotated

import typer

from diagpack.cli.options import CaseArgument, CasesOption, JsonOption, ProfileOption, QuietOption
from diagpack.cli.output import emit, say, show
from diagpack.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("demo")(demo)
    app.command("doctor")(doctor)
    app.command("explain")(explain)
    app.command("audit")(audit)
    app.command("handoff")(handoff)
    app.command("setup")(setup)
    app.command("profile")(profile_check)
    checklists = typer.Typer(help="List, show and check checklists.", no_args_is_help=True, rich_markup_mode=None)
    checklists.command("list")(checklist_list)
    checklists.command("lint")(checklist_lint)
    app.add_typer(checklists, name="checklist")
    keys = typer.Typer(help="Signing keys, and the line that others need to trust yours.", rich_markup_mode=None)
    keys.command("new")(keys_new)
    keys.command("show")(keys_show)
    keys.command("intake")(keys_intake)
    app.add_typer(keys, name="keys")


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


def handoff(case: CaseArgument, cases: CasesOption = None, profile: ProfileOption = None) -> None:
    """The next shift's page: where the case stands, the message to the customer, both updates."""
    from diagpack.cli.case_commands import folder_of
    from diagpack.pipeline.cases import reload
    from diagpack.pipeline.settings import load_settings

    assessment = reload(folder_of(case, cases), load_settings(profile)).assessment
    for title, text in (
        ("Where it stands", "\n".join(map(str, assessment.extra.get("status", ())))),
        ("Message to the customer", assessment.customer_message),
        ("Customer update (draft)", str(assessment.extra.get("customer_update", ""))),
        ("Internal update (draft)", str(assessment.extra.get("internal_update", ""))),
    ):
        show(f"== {title}")
        for line in text.splitlines():
            show(line)
        show()


def setup(
    into: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write.")] = Path(
        "diagpack-profile.yaml"
    ),
    site: Annotated[str, typer.Option("--jira-site", metavar="URL", help="https address of your Jira.")] = "",
    project: Annotated[str, typer.Option("--jira-project", metavar="KEY", help="Project to file in.")] = "",
    host: Annotated[list[str] | None, typer.Option("--host", metavar="HOST", help="A host of your product.")] = None,
) -> None:
    """Write a commented team profile to start from, and your signing key if you have none."""
    from diagpack.pipeline.settings import user_signer
    from diagpack.pipeline.setup import write_profile
    from diagpack.team.profile import load_profile

    write_profile(into, site=site, project=project, hosts=tuple(host or ()))
    signer = user_signer(load_profile(into))
    show(str(into))
    say(f"You sign as {signer.principal}. Next: diagpack keys show, and diagpack doctor --profile {into}")


def profile_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The profile to check.")], as_json: JsonOption = False
) -> None:
    """Check a team profile: unknown keys, wrong kinds, secrets that do not belong there."""
    from diagpack.team.profile import load_profile

    profile = load_profile(file)
    if as_json:
        emit("profile/1", {"name": profile.name, "language": profile.language, "hosts": list(profile.hosts)})
    else:
        show(f"{file.name} is valid: {profile.name or 'no name'}, {len(profile.hosts)} hosts")


def checklist_list(as_json: JsonOption = False) -> None:
    """The checklists there are, one line each."""
    from diagpack.assess.checklists import load_checklists

    known = load_checklists()
    if as_json:
        emit("checklist/1", {"checklists": {id: each.title.get("en", "") for id, each in known.items()}})
        return
    for id, each in known.items():
        show(f"{id:24} {each.title.get('en', '')}")


def checklist_lint(files: Annotated[list[Path], typer.Argument(metavar="FILES…", help="Checklists to check.")]) -> None:
    """Check checklists against their schema; one line for each fault."""
    from diagpack.assess.checklists import lint_checklist

    faults = [(path, fault) for path in files for fault in lint_checklist(path)]
    for path, fault in faults:
        show(f"{path.name}: {fault}")
    if not faults:
        show("no faults")
    raise typer.Exit(ExitCode.INVALID if faults else ExitCode.OK)


def keys_new(
    path: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write the key.")] = None,
    principal: Annotated[str, typer.Option("--principal", metavar="NAME", help="Who signs, as others know you.")] = "",
) -> None:
    """Make a signing key (Ed25519, OpenSSH format). Set DIAGPACK_KEY_PASSPHRASE to protect it."""
    import os

    from diagpack.pipeline.settings import key_path
    from diagpack.pipeline.settings import principal as own_principal
    from diagpack.sign.signer import new_key

    signer = new_key(path or key_path(), principal or own_principal(), os.environ.get("DIAGPACK_KEY_PASSPHRASE"))
    show(signer.public_line)


def keys_show(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """The line that engineers put into their allowed_signers to trust your packages."""
    from diagpack.pipeline.settings import allowed_signers, user_signer
    from diagpack.team.profile import load_profile

    signer = user_signer(load_profile(profile))
    if as_json:
        emit("keys/1", {"principal": signer.principal, "public": signer.public_line})
    else:
        show(allowed_signers(signer).strip())


def keys_intake(
    action: Annotated[str, typer.Argument(metavar="new", help="`new` makes a standing recovery key of the team.")],
    path: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the private key.")] = Path(
        "intake.key"
    ),
    keep: Annotated[bool, typer.Option("--keyring", help="Keep the passphrase in the system's keyring.")] = False,
) -> None:
    """Make a key that customers' files can be encrypted to. DIAGPACK_INTAKE_PASSPHRASE protects it."""
    import os

    from diagpack.cli.output import can_prompt
    from diagpack.errors import UsageError
    from diagpack.pipeline.guides import new_team_key
    from diagpack.pipeline.keyrings import keep_passphrase

    if action != "new":
        raise UsageError("DP922", "the only action is new", hint="diagpack keys intake new")
    passphrase = os.environ.get("DIAGPACK_INTAKE_PASSPHRASE", "")
    if not passphrase and can_prompt(False):
        passphrase = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    if not passphrase:
        raise UsageError("DP922", "an intake key needs a passphrase", hint="set DIAGPACK_INTAKE_PASSPHRASE")
    show(str(new_team_key(path, passphrase)))
    if keep and not keep_passphrase(path, passphrase):
        say("There is no keyring that keeps the passphrase: remember it.")
    say("Give this certificate to `guide build --recovery`; keep the private key off line.")
    say(f"With it: diagpack collect CASE FILE --recovery-key {path}")
