"""Commands for the customer's side: guide build, guide read."""

import typer


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
