"""What is being done right now, on stderr.

Enters: one sentence a step, which may quote a file name. Leaves: a line for each step; on a terminal the last one turns
until the next begins, with the time it has taken, so that a long redaction does not look like a program that hangs.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from diagpack.cli.output import say
from diagpack.model.terminal import escape


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A function that is told each step. Nothing moves in a pipe, in CI or on a terminal that cannot."""
    if quiet:
        yield lambda text: None
    elif sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM", "dumb") != "dumb":
        with _turning() as step:
            yield step
    else:
        yield say


@contextmanager
def _turning() -> Iterator[Callable[[str], None]]:
    # Imported here: a twentieth of a second that `--help` and pipes need not spend.
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False, markup=False), transient=True) as shown:
        current = shown.add_task("starting", total=None)

        def step(text: str) -> None:
            nonlocal current
            shown.console.print(escape(text, limit=2000), soft_wrap=True)
            # A task of its own for each step, so that its time begins with it.
            shown.remove_task(current)
            current = shown.add_task(escape(text, limit=60), total=None)

        yield step
