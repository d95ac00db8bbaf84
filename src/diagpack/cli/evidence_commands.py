"""Commands on one piece of evidence, with or without a case: har, logs, sso, redact, repro."""

import typer


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
