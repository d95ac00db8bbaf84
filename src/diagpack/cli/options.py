"""Options that several commands share, so that they read and behave the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Case id, for example CS-1042.", show_default=False)]
CasesOption = Annotated[
    Path | None,
    typer.Option("--cases", metavar="DIR", envvar="DIAGPACK_CASES", help="Where cases are kept.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable result on stdout.")]
NoInputOption = Annotated[bool, typer.Option("--no-input", help="Never ask; never confirm.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only results and errors.")]
ProfileOption = Annotated[
    Path | None,
    typer.Option(
        "--profile", metavar="FILE", envvar="DIAGPACK_PROFILE", help="The team profile (YAML).", show_default=False
    ),
]
