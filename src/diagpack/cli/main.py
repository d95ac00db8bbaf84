"""Entry point of the console script: the command table, and the one place where errors become exit codes.

Enters: argv. Leaves: an exit code. Heavy imports happen inside the commands, so `--help` stays instant.
"""

import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from diagpack.cli import (
    case_commands,
    evidence_commands,
    guide_commands,
    loaded,
    package_commands,
    repro_commands,
    review_commands,
    team_commands,
)
from diagpack.cli.output import fail, fail_json, styled
from diagpack.cli.overview import EPILOG, Overview
from diagpack.errors import DiagpackError, ExitCode, UsageError
from diagpack.model.terminal import escape

loaded()

app = typer.Typer(
    name="diagpack",
    cls=Overview,
    help="Turn a customer's problem into one signed, redacted escalation package.",
    epilog=EPILOG,
    no_args_is_help=False,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

_state = {"debug": False}
_MODULES: tuple[ModuleType, ...] = (
    case_commands,
    review_commands,
    evidence_commands,
    repro_commands,
    package_commands,
    guide_commands,
    team_commands,
)


@app.callback(invoke_without_command=True)
def _root(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Where an internal error happened (never values).")] = False,
) -> None:
    _state["debug"] = debug
    if version:
        import diagpack

        print(f"diagpack {diagpack.__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())
        print("\nStart here: diagpack demo", file=sys.stderr)
        raise typer.Exit(ExitCode.USAGE)


for _module in _MODULES:
    _module.register(app)


def main() -> None:
    """Run, and translate every way of ending into an exit code."""
    _end_in_order()
    sys.exit(_run())


def _end_in_order() -> None:
    """A closed terminal or a `kill` ends like Ctrl-C: what was unpacked for reading is raw and must not be left."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # `nohup` ignores SIGHUP, and so do we then.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _run() -> int:
    try:
        _give_streams()
        code = app(prog_name="diagpack", standalone_mode=False)
        sys.stdout.flush()
    except (typer.Abort, KeyboardInterrupt):
        return _cancelled()
    except typer.Exit as leave:
        return leave.exit_code
    except DiagpackError as error:
        return _failed(error)
    except BrokenPipeError:
        # The reader went away (`| head`); there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except OSError as error:
        return _failed(_os_error(error))
    except Exception as error:
        # Typer carries its own copy of click, whose errors have no public name: they know how to show themselves.
        if hasattr(error, "format_message") and hasattr(error, "show"):
            return _failed(_usage_error(error))
        return _internal(error)
    # Typer turns Ctrl-C into this code by itself, and says nothing.
    return _cancelled() if code == ExitCode.CANCELLED else int(code or 0)


def _failed(error: DiagpackError) -> int:
    """Told to people on stderr, and to the program that asked for JSON on stdout."""
    if "--json" in sys.argv[1:]:
        with suppress(OSError):
            fail_json(error)
            sys.stdout.flush()
    return fail(error)


def _usage_error(error: Any) -> UsageError:
    """A wrong command, option or argument, in the form of every other error."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "diagpack"
    message = str(error.format_message()).rstrip(".")
    return UsageError("DP931", message[:1].lower() + message[1:], hint=f"{path} -h shows what there is")


def _give_streams() -> None:
    """A stream closed by the caller (`>&-`) is None: what would be written there goes nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open to the end


def _cancelled() -> int:
    command = escape(" ".join(sys.argv[1:3]))
    print(f"\ncancelled; nothing is lost. Resume with: diagpack {command} …", file=sys.stderr)
    return ExitCode.CANCELLED


def _os_error(error: OSError) -> DiagpackError:
    # strerror comes from the operating system; the file name is what the user typed.
    reason = error.strerror or "the operating system refused"
    where = f" ({error.filename})" if isinstance(error.filename, str) else ""
    return DiagpackError(
        "DP901", f"cannot read or write: {reason}{where}", hint="check space, permissions and the path"
    )


def _internal(error: Exception) -> int:
    # The exception's text may hold evidence: show its type and place, never its message.
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
    print(f"{styled('error[DP900]', 'error')}: internal error ({type(error).__name__} at {place})", file=sys.stderr)
    print("hint: run again with --debug and report it; your case is unchanged", file=sys.stderr)
    if _state["debug"]:
        for frame in frames:
            print(f"  {frame.filename}:{frame.lineno} in {frame.name}", file=sys.stderr)
    return ExitCode.INTERNAL


if __name__ == "__main__":
    main()
