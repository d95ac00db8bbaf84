"""--recovery-key: open a customer's file with the team's standing key, when the case's own is lost."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diagpack.cli.output import can_prompt

if TYPE_CHECKING:
    from diagpack.pipeline.settings import Settings

RecoveryKeyOption = Annotated[
    Path | None, typer.Option("--recovery-key", metavar="FILE", help="Open the customer's file with the team's key.")
]


def with_recovery_key(settings: "Settings", path: Path | None, no_input: bool) -> "Settings":
    """The settings with the opened recovery key; asks for its passphrase only at a terminal. Raises UsageError."""
    from diagpack.pipeline.guides import load_recovery_key

    if path is None:
        return settings

    def ask() -> str:
        if not can_prompt(no_input):
            return ""
        return str(typer.prompt("Passphrase of the recovery key", hide_input=True, err=True))

    key = load_recovery_key(path, use_keyring=settings.use_keyring, ask=ask)
    return dataclasses.replace(settings, recovery_key=key)
