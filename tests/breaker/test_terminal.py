"""The real program in its own process, as a person meets it: one clear line, the right code, no traceback."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from diagpack.cli import main as program
from tests.support_pipeline import diagpack

LOG = "2026-03-03T10:19:40Z ERROR request_id=7f3a9c52-0b1d-4e7e-9d53-2c8f6a4b1e90 password=canary-8812-zz failed\n"
PROGRAM = [sys.executable, "-m", "diagpack.cli.main"]


def shell(line: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`line` in sh, where "$@" is the program with these arguments."""
    return subprocess.run(
        ["sh", "-c", line, "sh", *PROGRAM, *map(str, arguments)],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text(LOG * 3)
    return path


@pytest.mark.parametrize("line", ['"$@" >&-', '"$@" 2>&-', '"$@" <&-', '"$@" >&- 2>&- <&-', '"$@" | true'])
def test_a_closed_stream_is_no_internal_error(line: str, tmp_path: Path) -> None:
    result = shell(line, "explain", "DP901", cwd=tmp_path)

    assert result.returncode == 0, result.stderr
    assert "internal error" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_full_disk_on_stdout_is_one_line(tmp_path: Path) -> None:
    result = shell('"$@" >/dev/full', "explain", "DP901", cwd=tmp_path)

    assert result.returncode == 1
    assert result.stderr.splitlines()[0] == "error[DP901]: cannot read or write: No space left on device"
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize("moment", ["reading", "findings"])
def test_ctrl_c_says_what_to_type_next_and_leaves_no_half_package(moment: str, log: Path, tmp_path: Path) -> None:
    command = [*PROGRAM, "collect", "K-1", str(log), "--cases", str(tmp_path / "cases"), "--no-input"]
    # A parent that ignores SIGINT hands that on; a person's shell does not.
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    with process:
        assert process.stderr is not None
        for each in process.stderr:
            if moment in each:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
    code = process.returncode

    if code == 0:
        pytest.skip("the run was over before the signal arrived")
    assert code == 130
    assert rest.splitlines()[-1] == "cancelled; nothing is lost. Resume with: diagpack collect K-1 …"
    assert "Traceback" not in rest
    case = tmp_path / "cases" / "K-1"
    assert not list(case.glob("out/*"))
    assert [
        path for path in case.rglob("*") if path.is_file() and "raw" not in path.parts and _holds_canary(path)
    ] == []
    again = diagpack("collect", "K-1", "--cases", tmp_path / "cases", "--no-input", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert [path.name for path in case.glob("out/*.zip")] == ["K-1-esc1.zip"]
    assert not list(case.glob("*.new"))


def _holds_canary(path: Path) -> bool:
    return b"canary-8812" in path.read_bytes()


def test_ctrl_c_while_the_program_loads_ends_it_without_a_traceback() -> None:
    script = (
        "import os, signal, diagpack.cli as room\n"
        "during = signal.getsignal(signal.SIGINT)\n"
        "room.loaded()\n"
        "after = signal.getsignal(signal.SIGINT)\n"
        "print(during == signal.SIG_DFL, after is signal.default_int_handler)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )

    assert process.stdout.split() == ["True", "True"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may become somebody else")
@pytest.mark.tool("setpriv")
def test_a_file_that_may_not_be_read_is_named_and_the_others_go_on() -> None:
    # pytest's own folders are closed to everybody else.
    with tempfile.TemporaryDirectory() as folder:
        _may_not_be_read(Path(folder))


def _may_not_be_read(place: Path) -> None:
    place.chmod(0o755)
    home, log, closed = place / "home", place / "app.log", place / "closed.log"
    home.mkdir()
    os.chown(home, 65534, 65534)
    log.write_text(LOG * 3)
    closed.write_text(LOG)
    closed.chmod(0)
    as_nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "c"),
        "XDG_DATA_HOME": str(home / "d"),
    }

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*as_nobody, *PROGRAM, *map(str, arguments)],
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    if run("--version").returncode:
        pytest.skip("the interpreter cannot be run by another user here")

    collected = run("collect", "K-1", closed, log, "--cases", home / "cases", "--no-input")
    shown = [run(command, closed) for command in ("har", "verify")]

    assert collected.returncode == 6, collected.stderr
    assert [each for each in collected.stderr.splitlines() if each.startswith("warning")] == [
        "warning[DP624]: closed.log: the file may not be read by you (change its permissions)"
    ]
    for each in shown:
        assert each.returncode == 2, each.stderr
        assert "may not be read by you" in each.stderr
        assert len(each.stderr.splitlines()) == 2


def test_a_cut_off_log_is_said_so_and_exits_6(tmp_path: Path) -> None:
    import gzip

    whole = gzip.compress((LOG * 2000).encode())
    (tmp_path / "cut.log.gz").write_bytes(whole[: len(whole) // 2])

    result = diagpack("logs", tmp_path / "cut.log.gz", "--all", cwd=tmp_path)

    assert result.returncode == 6
    assert "cut.log.gz: " in result.stderr
    assert "cut off" in result.stderr
    assert "{" not in result.stderr
    assert "canary" not in result.stdout + result.stderr


def test_odd_targets_are_named_for_what_they_are(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")

    def run(*arguments: str | Path) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["diagpack", *map(str, arguments)])
        return int(program._run()), capsys.readouterr().err

    for command in ("har", "logs", "sso", "redact"):
        for odd in ("pipe", "loop"):
            code, errors = run(command, tmp_path / odd)
            assert code == 2, errors
            assert "pipe, a device or a link to nowhere" in errors
    code, errors = run("redact", log, "-o", tmp_path / "no" / "such" / "file")
    assert code == 2
    assert "error[DP930]" in errors
