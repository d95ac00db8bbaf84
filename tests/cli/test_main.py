"""The command line: fast help, one line per fault, stable exit codes."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = ("presidio_analyzer", "spacy", "numpy", "lxml", "httpx", "cryptography", "jinja2", "PIL", "haralyzer", "re2")


def run(*arguments: str, cwd: Path | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "diagpack.cli.main", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['diagpack', '--help']\n"
        "from diagpack.cli import main\n"
        "code = main._run()\n"
        f"found = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print(found, file=sys.stderr); sys.exit(code or bool(found))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=240)

    assert result.returncode == 0, result.stderr
    assert "collect" in result.stdout


def test_every_command_has_help_with_one_sentence_first() -> None:
    from typer.main import get_command

    from diagpack.cli.main import app

    commands = get_command(app).commands  # type: ignore[attr-defined]

    assert len(commands) >= 20
    for name, command in commands.items():
        first = (command.help or "").split("\n")[0]
        assert first.endswith((".", "?")), name


def test_no_arguments_show_help_and_a_first_step() -> None:
    result = run()

    assert result.returncode == 2
    assert "diagpack demo" in result.stderr


def test_a_wrong_command_is_one_line_with_a_suggestion() -> None:
    result = run("colect")

    assert result.returncode == 2
    assert "error[DP931]: no such command 'colect'. Did you mean 'collect'?" in result.stderr
    assert result.stderr.splitlines()[1:] == ["hint: diagpack -h shows what there is"]


@pytest.mark.parametrize("arguments", [("har", "--wrong"), ("har",), ("keys", "intak"), ("status", "CS-1", "--all")])
def test_a_wrong_call_has_the_form_of_every_error(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)

    first, second = result.stderr.splitlines()
    assert result.returncode == 2
    assert first.startswith("error[DP931]: ")
    assert second.startswith(f"hint: diagpack {arguments[0]} -h")


@pytest.mark.parametrize("command", ["har", "sso", "logs"])
def test_a_file_that_is_not_there_is_named(command: str, tmp_path: Path) -> None:
    result = run(command, str(tmp_path / "nothing.har"))

    assert result.returncode in (2, 3)
    assert "nothing.har" in result.stderr


def test_a_bad_case_id_says_what_an_id_is() -> None:
    result = run("status", "../../etc")

    assert result.returncode == 2
    assert result.stderr.startswith("error[DP690]")
    assert "hint:" in result.stderr


def test_an_internal_error_names_type_and_place_but_no_value(tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv = ['diagpack', 'explain', 'x']\n"
        "from diagpack.cli import main\n"
        "import diagpack.pipeline.explain as room\n"
        "def explode(id): raise KeyError('canary-internal-value')\n"
        "room.explain = explode\n"
        "sys.exit(main._run())"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=240)

    assert result.returncode == 1
    assert "error[DP900]: internal error (KeyError at " in result.stderr
    assert "canary" not in result.stderr + result.stdout


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m diagpack.cli.main explain --all | head -n 1"
    result = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)

    assert result.returncode == 0
    assert result.stderr == ""


@pytest.mark.parametrize("id", ["DP201", "E05", "W05"])
def test_explain_knows_errors_and_lint_rules(id: str) -> None:
    result = run("explain", id, "--json")

    assert result.returncode == 0
    document = json.loads(result.stdout)
    assert document["schema"] == "diagpack.explain/1"
    assert document["why"]


def test_explain_suggests_the_nearest_id() -> None:
    result = run("explain", "saml.expird")

    assert result.returncode == 2
    assert "saml.expired" in result.stderr


def test_color_is_off_when_asked() -> None:
    environment = {**os.environ, "NO_COLOR": "1", "CLICOLOR_FORCE": "1"}
    result = subprocess.run(
        [sys.executable, "-m", "diagpack.cli.main", "explain", "nothing"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )

    assert "\x1b[" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "id"),
    [
        (("har", "nothing.har", "--json"), "DP917"),
        (("verify", "nothing.zip", "--json"), "DP906"),
        (("status", "../x", "--json"), "DP690"),
        (("sso", "--json", "--wrong"), "DP931"),
    ],
)
def test_a_program_that_asked_for_json_gets_its_error_as_json(arguments: tuple[str, ...], id: str) -> None:
    result = run(*arguments)

    document = json.loads(result.stdout)
    assert document["schema"] == "diagpack.error/1"
    assert document["error"] == id
    assert document["exit_code"] == result.returncode == 2
    assert document["message"] in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("name", ["big.log", "big.log.gz"])
def test_a_redaction_that_is_ended_leaves_nothing_raw_behind(tmp_path: Path, number: int, name: str) -> None:
    """A closed terminal and a `kill` count as much as Ctrl-C: what was unpacked for reading is raw."""
    content = b"2026-03-03T10:19:40Z user=mkeller password=canary-x1\n" * 100_000
    (tmp_path / name).write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)
    # A shell that runs in the background makes its children ignore Ctrl-C; a terminal does not.
    process = subprocess.Popen(
        [sys.executable, "-m", "diagpack.cli.main", "redact", name, "-o", "out"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list(tmp_path.glob(".redact-*")):
        time.sleep(0.02)

    process.send_signal(number)
    _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "cancelled" in told
    assert [each.name for each in tmp_path.iterdir()] == [name]
