"""Commands on one piece of evidence, with or without a case: har, logs, sso, redact, repro."""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from diagpack.cli.options import JsonOption, ProfileOption
from diagpack.cli.output import emit, emit_line, say, show
from diagpack.errors import ExitCode, UsageError


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command, function in (("har", har), ("logs", logs), ("sso", sso), ("redact", redact)):
        app.command(command)(function)


def har(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE [FAILING]", help="One HAR; or a working and a failing one.", readable=False),
    ],
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """What failed in a HAR, ranked, with request IDs; or how two captures differ. Output is redacted."""
    from diagpack.cli.har_screen import comparison, screen
    from diagpack.pipeline.hars import compare_hars, read_har
    from diagpack.team.profile import load_profile

    team = load_profile(profile)
    if len(files) == 2:
        compared = compare_hars(files[0], files[1], team)
        if as_json:
            emit("har-compare/1", compared)
        else:
            for line in comparison(compared):
                show(line)
        return
    if len(files) != 1:
        raise UsageError("DP918", "har reads one file, or compares two", hint="diagpack har WORKING FAILING")
    found = read_har(files[0], team)
    if as_json:
        emit("har/1", found)
    else:
        for line in screen(found):
            show(line)
    raise typer.Exit(ExitCode.PARTIAL if found["truncated"] is not None or found["damaged"] else ExitCode.OK)


def logs(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Log files, plain or compressed.", readable=False)
    ],
    id: Annotated[list[str] | None, typer.Option("--id", metavar="ID", help="A request or trace ID.")] = None,
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="ISO 8601 with zone, start of the window.")] = "",
    until: Annotated[str, typer.Option("--to", metavar="TIME", help="End of the window.")] = "",
    zone: Annotated[str, typer.Option("--tz", metavar="ZONE", help="Zone of times that state none.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="All records, within the caps.")] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cut the records of request IDs or of a time window out of log files. Output is redacted."""
    from diagpack.pipeline.standalone import read_logs
    from diagpack.team.profile import load_profile

    window = _window(since, until)
    records = read_logs(files, load_profile(profile), ids=id or (), window=window, zone=zone, everything=everything)
    is_partial = False
    for record in records:
        if record.get("summary"):
            is_partial = any("missing" in each or each["is_cut_off"] for each in record["files"])
        if as_json:
            emit_line("logs/1", record)
        elif record.get("summary"):
            for line in _log_summary(record):
                say(line)
        elif "gap" in record:
            show(str(record["text"]))
        else:
            for line in str(record["text"]).splitlines():
                show(f"{record['source']}:{record['line']}: {line}")
    raise typer.Exit(ExitCode.PARTIAL if is_partial else ExitCode.OK)


def _log_summary(summary: Mapping[str, Any]) -> Iterator[str]:
    """One line for each file, then what was found."""
    for each in summary["files"]:
        if missing := each.get("missing"):
            yield f"{each['source']}: {missing['reason']}"
            continue
        cut = ", cut off or damaged: what comes after the break is missing" if each["is_cut_off"] else ""
        yield f"{each['source']}: {each['lines_total']} lines, {each['first']} to {each['last']}{cut}"
    yield f"{summary['records']} records, {summary['hits']} hits"


def _window(since: str, until: str) -> Any:
    from diagpack.model.case import Window

    if not since and not until:
        return None
    start = _time(since) if since else datetime(1970, 1, 2, tzinfo=UTC)
    end = _time(until) if until else datetime.now(UTC) + timedelta(days=1)
    try:
        return Window(start, end)
    except ValueError as problem:
        raise UsageError("DP919", str(problem), hint="--from must be before --to") from None


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError("DP919", "this is not a time", hint="for example 2026-03-03T10:19:40Z") from None
    if moment.tzinfo is None:
        raise UsageError("DP919", "the time has no zone", hint="add Z or an offset, 2026-03-03T10:19:40+01:00")
    return moment


def sso(
    file: Annotated[str, typer.Argument(metavar="FILE", help="SAML response, JWT, tracer export or HAR; - for stdin.")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When it happened (ISO 8601 with zone).")] = "",
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="What is expected (YAML).", show_default=False)
    ] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every diagnosis of a SAML or OIDC message with its evidence, judged at the time it happened."""
    from diagpack.pipeline.standalone import read_sso
    from diagpack.team.profile import load_profile

    path = None if file == "-" else Path(file)
    content = sys.stdin.buffer.read(16 << 20) if path is None else b""
    found = read_sso(path, content, load_profile(profile), config=config, at=_time(at) if at else None)
    if as_json:
        emit("sso/1", found)
        return
    for message in found["messages"]:
        steps = " > ".join(message.get("steps", ()))
        show(f"{message.get('family', '')} {message.get('kind', '')} {steps}")
    for each in found["findings"]:
        show(f"  {each['level']:8}{each['certainty']:7}{each['id']}: {each['evidence']}")
        if each.get("ask"):
            show(f"  {'':15}ask: {each['ask']}")


def redact(
    target: Annotated[str, typer.Argument(metavar="FILE | CASE", help="A file, - for stdin; or a case with --reveal.")],
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="OUT", help="A new file, - for stdout; else redacted-FILE beside it."),
    ] = "",
    reveal: Annotated[str, typer.Option("--reveal", metavar="TOKEN", help="Show one value to you; recorded.")] = "",
    cases: Annotated[
        Path | None, typer.Option("--cases", metavar="DIR", envvar="DIAGPACK_CASES", help="Where cases are kept.")
    ] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Redact one file of any kind; or show the value behind one token of a case (--reveal)."""
    from diagpack.team.profile import load_profile

    if reveal:
        _reveal(target, reveal, cases)
        return
    if not target:
        raise UsageError("DP917", "no file was named", hint="name a file, or - for standard input")
    from diagpack.pipeline.standalone import redact_one, redact_through

    team = load_profile(profile)
    if target == "-" or output == "-":
        source = sys.stdin.buffer if target == "-" else Path(target)
        is_shown = output in ("-", "")
        if is_shown and (as_json or sys.stdout.isatty()):
            raise UsageError(
                "DP930",
                "a redacted file is not for the terminal, nor for --json",
                hint="name a file with -o, or use a pipe",
            )
        done = redact_through(source, sys.stdout.buffer if is_shown else Path(output), team)
    else:
        done = redact_one(Path(target), Path(output) if output else None, team)
    if as_json:
        emit(
            "redact/1",
            {
                "output": str(done.path),
                "counts": dict(done.result.counts),
                "withheld": [dict(x) for x in done.result.withheld],
            },
        )
        return
    if done.path is not None:
        show(str(done.path))
    listed = ", ".join(f"{name} {count}" for name, count in done.result.counts.items())
    say(f"{sum(done.result.counts.values())} values replaced: {listed or 'none'}")


def _reveal(case: str, token: str, cases: Path | None) -> None:
    from diagpack.cli.case_commands import folder_of
    from diagpack.pipeline.cases import reveal as look_up

    if not sys.stdout.isatty():
        raise UsageError("DP920", "a value is shown only on a terminal", hint="do not redirect or pipe this command")
    show(look_up(folder_of(case, cases), token))
