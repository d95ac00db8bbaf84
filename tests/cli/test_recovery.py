"""--recovery-key as it is typed: passphrase from the environment, never an argument; a clear word without one."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from diagpack.cli.main import app
from diagpack.errors import UsageError
from diagpack.pipeline.guides import new_team_key
from tests.guide.test_envelope import container, sealed


@pytest.fixture
def place(tmp_path: Path) -> Path:
    certificate = new_team_key(tmp_path / "recovery.key", "canary-passphrase")
    (tmp_path / "CS-1042-result.diagpack").write_bytes(sealed(container(), [certificate.read_bytes()]))
    return tmp_path


def arguments(place: Path, command: list[str]) -> list[str]:
    return [*command, "--recovery-key", str(place / "recovery.key"), "--cases", str(place / "cases")]


def test_read_and_collect_open_it_with_the_teams_key(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAGPACK_INTAKE_PASSPHRASE", "canary-passphrase")
    file = str(place / "CS-1042-result.diagpack")

    read = CliRunner().invoke(
        app, arguments(place, ["guide", "read", file, "--case", "CS-1042"]), catch_exceptions=False
    )
    collected = CliRunner().invoke(
        app, arguments(place, ["collect", "CS-1042", file, "--json"]), catch_exceptions=False
    )

    assert "opens: made by the page" in read.output
    assert collected.exit_code in (0, 6)
    assert '"guided' in collected.stdout
    assert "canary" not in read.output + collected.output


def test_without_a_passphrase_it_says_where_to_put_it(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIAGPACK_INTAKE_PASSPHRASE", raising=False)
    command = ["guide", "read", str(place / "CS-1042-result.diagpack"), "--case", "CS-1042", "--no-input"]

    with pytest.raises(UsageError) as caught:
        CliRunner().invoke(app, arguments(place, command), catch_exceptions=False)

    assert (caught.value.id, caught.value.hint) == ("DP723", "set DIAGPACK_INTAKE_PASSPHRASE")
