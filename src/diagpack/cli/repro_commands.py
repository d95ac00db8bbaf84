"""Commands that send a call again: repro, validate. The only evidence commands that open a connection."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from diagpack.cli.case_commands import folder_of
from diagpack.cli.options import CaseArgument, CasesOption, JsonOption, NoInputOption, ProfileOption
from diagpack.cli.output import can_prompt, emit, say, show
from diagpack.errors import UsageError

RunsOption = Annotated[int, typer.Option("--runs", min=1, max=20, help="How often.")]
BaseOption = Annotated[str, typer.Option("--base-url", metavar="URL", help="Send to this origin (staging).")]
VersionOption = Annotated[str, typer.Option("--on", metavar="VERSION", help="The version that is tested.")]
EntryOption = Annotated[str, typer.Option("--entry", metavar="REF", help="Another call, '[har-1 #37]'.")]
UnsafeOption = Annotated[
    list[str] | None,
    typer.Option("--allow-unsafe", metavar="METHOD", help="A method that may change data; asked for again when sent."),
]
ChangeOption = Annotated[str, typer.Option("--change", metavar="ID", help="Approved change, for production.")]
ProxyOption = Annotated[str, typer.Option("--proxy", metavar="URL", help="HTTP proxy.")]
CaOption = Annotated[Path | None, typer.Option("--ca-file", metavar="PEM", help="CA to trust.")]
CertOption = Annotated[Path | None, typer.Option("--cert", metavar="PEM", help="Client certificate.")]
KeyOption = Annotated[Path | None, typer.Option("--key", metavar="PEM", help="Its key.")]
TimeoutOption = Annotated[float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="For each call.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("repro")(repro)
    app.command("validate")(validate)


def repro(
    case: CaseArgument,
    run: Annotated[bool, typer.Option("--run", help="Really send it; without, show what would be sent.")] = False,
    entry: EntryOption = "",
    sequence: Annotated[bool, typer.Option("--sequence", help="With the calls that lead to it.")] = False,
    base_url: BaseOption = "",
    runs: RunsOption = 3,
    allow_unsafe: UnsafeOption = None,
    change: ChangeOption = "",
    on: VersionOption = "",
    proxy: ProxyOption = "",
    ca_file: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    timeout: TimeoutOption = 30.0,
    openapi: Annotated[
        Path | None, typer.Option("--openapi", metavar="FILE", help="Check against this contract.")
    ] = None,
    cases: CasesOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    no_input: NoInputOption = False,
) -> None:
    """Show the failing call as it would be sent again; --run sends it, to hosts the case or the profile names."""
    from diagpack.pipeline.repro import ReproOptions, contract_violations, planned
    from diagpack.pipeline.settings import load_settings

    options = ReproOptions(
        entry=entry,
        base_url=base_url,
        allow_unsafe=tuple(allow_unsafe or ()),
        change_id=change,
        runs=runs,
        is_sequence=sequence,
        proxy=proxy,
        ca_file=ca_file,
        client_certificate=cert,
        client_key=key,
        timeout_seconds=timeout,
        version=on,
    )
    folder, settings = folder_of(case, cases), load_settings(profile)
    if run:
        _send(folder, settings, options, openapi=openapi, as_json=as_json, no_input=no_input)
        return
    _, plan = planned(folder, settings, options)
    calls = plan.steps if sequence else (plan.single,)
    broken = contract_violations(openapi, plan) if openapi else ()
    if as_json:
        emit(
            "repro/1",
            {
                "dry_run": True,
                "why": plan.why,
                "calls": [{"ref": str(each.ref), "method": each.method, "origin": each.origin} for each in calls],
                "variables": [{"name": each.name, "origin": each.origin, "role": each.role} for each in plan.variables],
                "notes": list(plan.notes),
                "contract": list(broken),
            },
        )
        return
    _show_plan(plan, calls, runs, broken)
    say(f"Send it: diagpack repro {folder.id} --run")


def _show_plan(plan: Any, calls: Sequence[Any], runs: int, broken: Sequence[str]) -> None:
    """What would be sent, which secrets it needs, and what to know about it."""
    show(f"{plan.why}. Would send, {runs} times:")
    for each in calls:
        show(f"  {each.method} {each.origin}{_path_of(each)}  {each.ref}")
    for variable in plan.variables:
        show(f"  needs {variable.name}: {variable.role}, sent to {variable.origin} only")
    for note in (*plan.notes, *(f"contract: {each}" for each in broken)):
        show(f"  note: {note}")


def _path_of(call: Any) -> str:
    return "".join(part if isinstance(part, str) else f"${{{part.name}}}" for part in call.path)


def _send(folder: Any, settings: Any, options: Any, *, openapi: Path | None, as_json: bool, no_input: bool) -> None:
    from diagpack.pipeline.repro import contract_violations

    plan, result = _run(folder, settings, options, no_input)
    if as_json:
        emit(
            "repro/1",
            {
                "dry_run": False,
                "result": result.sentence,
                "verdict": result.verdict.value,
                "reproduced": result.is_reproduced,
                "origin": result.origin,
                "contract": list(contract_violations(openapi, plan, result)) if openapi else [],
                "runs": _runs_json(result),
            },
        )
        return
    for line in _run_lines(result):
        show(line)
    show(result.sentence)
    for broken in contract_violations(openapi, plan, result) if openapi else ():
        show(f"contract: {broken}")
    say(f"Next: diagpack collect {folder.id} puts these exchanges into the package")


def _run(folder: Any, settings: Any, options: Any, no_input: bool) -> tuple[Any, Any]:
    """The plan and its replay; a person at the terminal confirms, and types the secrets that are kept nowhere."""
    from diagpack.pipeline.repro import hidden_prompt, run_repro, secret_source

    prompt = hidden_prompt if can_prompt(no_input) else None
    return run_repro(folder, settings, options, confirm=_confirmation(no_input), secret=secret_source(prompt))


def _confirmation(no_input: bool) -> Callable[[str], str]:
    """Asks a person to type the method; there is no other way to confirm."""

    def confirm(sentence: str) -> str:
        if not can_prompt(no_input):
            raise UsageError("DP542", "an unsafe call is confirmed by a person", hint="run it in a terminal")
        return str(typer.prompt(sentence, err=True))

    return confirm


def _runs_json(result: Any) -> list[dict[str, Any]]:
    return [
        {
            "run": each.number,
            "status": each.status,
            "duration_ms": each.duration_ms,
            "reproduced": each.is_reproduced,
            "request_ids": list(each.request_ids),
            "differences": list(each.differences),
            "error": each.error,
        }
        for each in result.runs
    ]


def _run_lines(result: Any) -> Iterator[str]:
    """A line for each run, then what differs from the captured answer, once."""
    for each in result.runs:
        ids = f", request ID {each.request_ids[0]}" if each.request_ids else ""
        yield f"run {each.number}: {each.status or each.error}, {each.duration_ms:.0f} ms{ids}"
    seen = dict.fromkeys(difference for each in result.runs for difference in each.differences)
    yield from (f"  differs from the capture: {each}" for each in list(seen)[:10])
    if not seen and any(each.status for each in result.runs):
        yield "  the answers are shaped as the captured one: status, steering headers, body"


def validate(
    case: CaseArgument,
    new: Annotated[Path | None, typer.Argument(metavar="[NEW.har]", help="A new capture.")] = None,
    run: Annotated[bool, typer.Option("--run", help="Send the failing call again instead.")] = False,
    on: VersionOption = "",
    entry: EntryOption = "",
    base_url: BaseOption = "",
    runs: RunsOption = 3,
    allow_unsafe: UnsafeOption = None,
    change: ChangeOption = "",
    proxy: ProxyOption = "",
    ca_file: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    timeout: TimeoutOption = 30.0,
    cases: CasesOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    no_input: NoInputOption = False,
) -> None:
    """Is it fixed? Send the failing call again (--run), or compare a new capture with it."""
    from diagpack.pipeline.repro import ReproOptions, check_new_capture, record_validation
    from diagpack.pipeline.settings import load_settings

    if run == (new is not None):
        raise UsageError("DP543", "validate needs --run or a new capture", hint="diagpack validate CASE NEW.har")
    folder, settings = folder_of(case, cases), load_settings(profile)
    if new is not None:
        sentence, details, lines = _compared(check_new_capture(folder, settings, new, on, entry))
    else:
        options = ReproOptions(
            entry=entry,
            base_url=base_url,
            allow_unsafe=tuple(allow_unsafe or ()),
            change_id=change,
            runs=runs,
            proxy=proxy,
            ca_file=ca_file,
            client_certificate=cert,
            client_key=key,
            timeout_seconds=timeout,
            version=on,
        )
        sentence, details, lines = _sent_again(_run(folder, settings, options, no_input)[1])
    record_validation(folder, sentence, on)
    if as_json:
        emit("validate/1", {"case": folder.id, "result": sentence, **details})
        return
    for line in lines:
        show(line)
    show(sentence)
    say(f"Next: diagpack collect {folder.id} puts it into the package and the ticket")


# What a validation says: the sentence, the rest of its JSON, lines to show above the sentence.
_Validated = tuple[str, dict[str, Any], list[str]]


def _compared(found: Any) -> _Validated:
    """A new capture against the failing one."""
    lines = [f"  differs from the failing capture: {each}" for each in found.differences[:10]]
    details = {
        "verdict": found.verdict.value,
        "entries": list(found.entries),
        "differences": list(found.differences),
        "runs": [],
    }
    return found.sentence, details, lines


def _sent_again(result: Any) -> _Validated:
    """The failing call, sent again."""
    details = {
        "verdict": result.verdict.value,
        "entries": [],
        "differences": list(result.runs[-1].differences),
        "runs": _runs_json(result),
    }
    return result.sentence, details, list(_run_lines(result))
