"""Commands for the customer's side: guide build, guide read."""

from pathlib import Path
from typing import Annotated

import typer

from diagpack.cli.options import CaseArgument, CasesOption, JsonOption, NoInputOption, ProfileOption
from diagpack.cli.output import emit, say, show
from diagpack.cli.recovery import RecoveryKeyOption, with_recovery_key

guide = typer.Typer(help="Let the customer collect: one page that works offline.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(guide, name="guide")


@guide.command("build")
def build(
    case: CaseArgument,
    checklist: Annotated[str, typer.Option("--checklist", metavar="ID", help="Kind of problem.")] = "",
    language: Annotated[str, typer.Option("--lang", metavar="LANG", help="en, de, fr, es or ja.")] = "",
    script: Annotated[bool, typer.Option("--script", help="A terminal program (.pyz) instead of the page.")] = False,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write it.")] = Path(),
    probe: Annotated[
        list[str] | None, typer.Option("--probe", metavar="HOST", help="With --script: look at this host's TLS.")
    ] = None,
    upload: Annotated[str, typer.Option("--upload", metavar="URL", help="Where the customer uploads the file.")] = "",
    contact: Annotated[str, typer.Option("--contact", metavar="TEXT", help="Whom the customer may ask.")] = "",
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How long it may be used.")] = 14,
    recovery: Annotated[
        list[Path] | None, typer.Option("--recovery", metavar="PEM", help="The team's recovery certificate.")
    ] = None,
    cases: CasesOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a collector for a customer: checks, redacts and encrypts on their machine, sends nothing."""
    from diagpack.cli.case_commands import folder_of
    from diagpack.pipeline.cases import ensure_case
    from diagpack.pipeline.guides import build_for_case
    from diagpack.pipeline.settings import load_settings

    folder = folder_of(case, cases, must_exist=False)
    ensure_case(folder)
    made = build_for_case(
        folder,
        load_settings(profile),
        checklist=checklist,
        language=language,
        script=script,
        out=out,
        probe=probe or (),
        upload_address=upload,
        contact=contact,
        days=days,
        recovery=recovery or (),
    )
    if as_json:
        value = {"case": folder.id, "path": str(made.path), "sha256": made.sha256, "size_bytes": made.size_bytes}
        value |= {"expires": made.expires.isoformat(), "contact": made.contact, "upload_address": made.upload_address}
        emit("guide-build/1", value | {"steps": list(made.steps), "left_out": list(made.left_out)})
        return
    show(str(made.path))
    show(f"SHA-256  {made.sha256}")
    show(f"expires  {made.expires.date().isoformat()}")
    show(f"contact  {made.contact}")
    if made.left_out:
        say(f"Not asked (seven steps at most): {', '.join(made.left_out)}")
    say(f"Next: send it to the customer, then diagpack collect {folder.id} {folder.id}-result.diagpack")


@guide.command("read")
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The customer's .diagpack file.")],
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="The case it belongs to.")],
    recovery_key: RecoveryKeyOption = None,
    cases: CasesOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    no_input: NoInputOption = False,
) -> None:
    """Open a customer's file and list what is in it; collect takes it in."""
    from diagpack.cli.case_commands import folder_of
    from diagpack.pipeline.guides import read_result
    from diagpack.pipeline.settings import load_settings

    folder = folder_of(case, cases, must_exist=recovery_key is None)
    opened = read_result(file, folder, with_recovery_key(load_settings(profile), recovery_key, no_input))
    steps = [
        {"id": str(each.get("id", "")), "status": str(each.get("status", "")), "reason": str(each.get("reason", ""))}
        for each in opened.answers.get("steps", [])
        if isinstance(each, dict)
    ]
    files = [{"name": name, "size_bytes": len(content)} for name, content in opened.files]
    if as_json:
        value = {"case": folder.id, "made_by": opened.made_by, "authenticated": opened.is_authenticated}
        emit("guide-read/1", value | {"files": files, "steps": steps})
        return
    show(f"opens: made by the {opened.made_by}{'' if opened.is_authenticated else ', not authenticated'}")
    for each in files:
        show(f"  {each['name']}  {each['size_bytes']} bytes")
    for step in steps:
        show(f"  {step['id']}: {step['status']}{', ' + step['reason'] if step['reason'] else ''}")
    say(f"Next: diagpack collect {folder.id} {file}")
