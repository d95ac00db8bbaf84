"""The first screen: one line for each command, and a quiet end when nobody reads on."""

from tests.cli.test_main import run


def test_the_overview_fits_one_screen_and_names_every_command() -> None:
    from typer.main import get_command

    from diagpack.cli.main import app

    lines = run("--help").stdout.splitlines()

    assert max(map(len, lines)) <= 80
    assert len(lines) <= 52
    assert "  More" not in lines
    shown = {line.split()[0] for line in lines if line.startswith("    ") and line.strip()}
    assert set(get_command(app).commands) <= shown  # type: ignore[attr-defined]


def test_a_command_that_no_group_lists_is_shown_all_the_same() -> None:
    import typer
    from typer.testing import CliRunner

    from diagpack.cli.overview import Overview

    app = typer.Typer(cls=Overview, rich_markup_mode=None)
    app.command("verify")(lambda: None)
    app.command("weigh", short_help="new here")(lambda: None)

    shown = CliRunner().invoke(app, ["--help"]).output

    assert "  More\n    weigh" in shown.replace("weigh  ", "weigh")
    assert "check a package you received" in shown
