"""The terminal program as a customer runs it: asked, in batch, interrupted, without space, behind inspection."""

import json
import os
import pty
import re
import select
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from diagpack.guide.cms import read_cms
from diagpack.guide.container import Opened
from diagpack.guide.script.probing import look, proxies
from diagpack.guide.script_build import build_script
from tests.guide.support import CASE, NONCE, canary_har, common, intake_key

OLD = os.environ.get("DIAGPACK_OLD_PYTHON") or next(
    (str(each) for each in sorted(Path.home().glob(".pyenv/versions/3.8*/bin/python3.8"))), shutil.which("python3.8")
)
PYTHONS = [
    pytest.param(sys.executable, id="current"),
    pytest.param(OLD, id="oldest", marks=pytest.mark.skipif(not OLD, reason="needs python3.8")),
]
# Every other version that can be found, for `-m deep`.
OTHERS = [
    pytest.param(str(each), id=each.name, marks=pytest.mark.deep)
    for each in sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3.*"))
    if re.fullmatch(r"python3\.(?:9|1[0-9])", each.name)
]
pytestmark = pytest.mark.tool("openssl")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "collector.pyz").write_bytes(build_script(**common()))
    (tmp_path / "right.har").write_text(json.dumps(canary_har()), encoding="utf-8")
    (tmp_path / "wrong.har").write_text("<!doctype html>", encoding="utf-8")
    (tmp_path / "out").mkdir()
    return tmp_path


def command(place: Path, *options: str, python: str = sys.executable) -> list[str]:
    return [python, "-B", str(place / "collector.pyz"), "--out", str(place / "out"), *options]


def opened(place: Path) -> Opened:
    content = (place / "out" / f"{CASE}-result.diagpack").read_bytes()
    return read_cms(content, key=intake_key(), case_id=CASE, nonces={NONCE})


def left_behind(place: Path) -> list[str]:
    """Every file with a canary in it but the sources, in the place and where temporary files go."""
    return [
        str(each)
        for each in place.rglob("*")
        if each.is_file() and each.name not in ("right.har", "collector.pyz") and b"canary" in each.read_bytes()
    ]


@pytest.mark.parametrize("python", [*PYTHONS, *OTHERS])
def test_in_batch_it_writes_one_encrypted_file_without_a_canary(python: str, place: Path) -> None:
    given = [
        "--batch",
        "--file",
        f"har={place / 'right.har'}",
        "--answer",
        "happened=canary@example.com cannot sign in",
    ]

    done = subprocess.run(
        command(place, *given, "--skip", "sso-new=policy_forbids", python=python), capture_output=True
    )

    assert done.returncode == 0, done.stderr
    result = opened(place)
    assert not result.is_authenticated
    assert b"canary" not in b"".join(content for _, content in result.files) + done.stdout
    steps = {each["id"]: each for each in result.answers["steps"]}
    assert steps["sso-new"] | {"at": ""} == {
        "id": "sso-new", "kind": "choice", "title": "New or worked before", "status": "skipped",
        "reason": "policy_forbids", "attempts": 0, "checks": [], "at": "",
    }  # fmt: skip
    assert steps["window"]["reason"] == "not given"
    assert [each.name for each in (place / "out").iterdir()] == [f"{CASE}-result.diagpack"]


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, place: Path, *options: str, python: str = sys.executable) -> None:
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.environ["TMPDIR"] = str(place)
            os.execv(python, command(place, *options, python=python))  # noqa: S606
        self.seen = ""

    def wait_for(self, text: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.handle], [], [], max(0, end - time.monotonic()))
            assert ready, f"not shown: {text!r} in {self.seen[-400:]!r}"
            try:
                self.seen += os.read(self.handle, 4096).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"ended before {text!r}: {self.seen[-400:]!r}") from None

    def type(self, text: str) -> None:
        self.seen = ""
        os.write(self.handle, text.encode() + b"\n")

    def code(self) -> int:
        while True:
            try:
                if not os.read(self.handle, 4096):
                    break
            except OSError:
                break
        _, status = os.waitpid(self.pid, 0)
        os.close(self.handle)
        return os.waitstatus_to_exitcode(status)


HERE_TOO = "canary.quillfeather@example.com told Zora Canaryfeather, call +44 20 7946 0958"


def conversation(place: Path) -> list[tuple[str, str]]:
    """What is shown and what is typed, in order: a wrong file first, a skip with its reason, a word to hide."""
    return [
        ("Path of the file", str(place / "wrong.har")),
        ("Path of the file", str(place / "right.har")),
        ("Your answer", "2"),
        ("Your answer", "canary@example.com cannot sign in"),
        ("Your answer", ""),
        ("Why do you skip it", "1"),
        ("Your answer", "about ten"),
        ("Show the exact content", "y"),
        ("Another word to hide", "items"),
        ("Show the exact content", "n"),
        ("Another word to hide", ""),
    ]


@pytest.mark.parametrize("python", [*PYTHONS, *OTHERS])
def test_at_a_terminal_it_asks_checks_shows_and_writes(python: str, place: Path) -> None:
    terminal = Terminal(place, python=python)
    shown = ""

    for expected, typed in conversation(place):
        terminal.wait_for(expected)
        shown += terminal.seen
        terminal.type(typed)
    terminal.wait_for("https://upload.example.com/cs-1042")

    assert terminal.code() == 0
    assert "This is a web page, not a recording" in shown
    assert "canary" not in shown.replace("canary@example.com cannot sign in", "")
    files = dict(opened(place).files)
    assert b"canary" not in b"".join(files.values())
    assert b"/items" not in files["har.har"]
    assert left_behind(place) == []


@pytest.mark.parametrize("stop_at", range(11))
def test_ctrl_c_at_any_question_leaves_nothing(stop_at: int, place: Path) -> None:
    terminal = Terminal(place)
    for expected, typed in conversation(place)[:stop_at]:
        terminal.wait_for(expected)
        terminal.type(typed)
    terminal.wait_for(conversation(place)[stop_at][0])

    os.write(terminal.handle, b"\x03")

    assert terminal.code() == 130
    assert list((place / "out").iterdir()) == []
    assert left_behind(place) == []


def test_a_reader_that_goes_away_ends_it_without_a_trace(place: Path) -> None:
    with subprocess.Popen(
        command(place, "--batch", "--file", f"har={place / 'right.har'}"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        errors = running.stderr.read()

    assert running.returncode != 0
    assert b"Traceback" not in errors
    assert list((place / "out").iterdir()) == []


def test_a_folder_that_may_not_be_written_is_named_in_a_sentence(place: Path) -> None:
    blocked = place / "out" / "file"
    blocked.write_text("x")

    done = subprocess.run([*command(place, "--batch"), "--out", str(blocked / "below")], capture_output=True, text=True)

    assert done.returncode == 1
    assert "cannot be written here" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="runs the program as another user")
def test_another_user_without_permission_gets_a_sentence(place: Path) -> None:
    for each in (place, *place.parents):
        if each.stat().st_mode & 0o005 != 0o005 and each.is_relative_to(tempfile.gettempdir()):
            each.chmod(0o755)
    (place / "out").chmod(0o555)
    python = next((each for each in ("/usr/bin/python3", "/usr/local/bin/python3") if Path(each).exists()), "")
    if not python:
        pytest.skip("needs a Python that another user may run")
    given = ["--batch", "--unencrypted", "--file", f"har={place / 'right.har'}"]
    done = subprocess.run(
        command(place, *given, python=python), capture_output=True, text=True,
        user=65534, group=65534, extra_groups=[], cwd="/", env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip

    assert (done.returncode, "cannot be written here: Permission denied" in done.stderr) == (1, True), done.stderr
    assert "Traceback" not in done.stderr
    assert list((place / "out").iterdir()) == []
    assert left_behind(place) == []


def test_what_is_typed_and_named_once_is_gone_everywhere(place: Path) -> None:
    har = canary_har()
    told = {"displayName": "Wilma Canaryworth", "note": "seen by Wilma Canaryworth and Zora Canaryfeather"}
    har["log"]["entries"][0]["response"]["content"] |= {"text": json.dumps(told), "mimeType": "application/json"}
    (place / "right.har").write_text(json.dumps(har), encoding="utf-8")
    given = ["--batch", "--file", f"har={place / 'right.har'}", "--answer", f"happened={HERE_TOO}"]

    assert subprocess.run(command(place, *given), capture_output=True).returncode == 0

    files = dict(opened(place).files)
    everything = b"".join(files.values())
    assert b"anary" not in everything
    assert b"7946" not in everything
    steps = {each["id"]: each for each in opened(place).answers["steps"]}
    (name,) = re.findall(r"told (dp-name-\w+)", steps["happened"]["value"])
    assert name.encode() in files["har.har"]
    assert {each["id"] for each in steps["har"]["checks"]} >= {"har.preserve_log", "har.flow", "ids.found"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_leaves_no_half_file(place: Path) -> None:
    (place / "out" / f"{CASE}-result.part").symlink_to("/dev/full")

    done = subprocess.run(command(place, "--batch"), capture_output=True, text=True)

    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert list((place / "out").iterdir()) == []


def test_without_openssl_it_refuses_unless_told(place: Path) -> None:
    environment = {**os.environ, "PATH": str(place)}

    refused = subprocess.run(command(place, "--batch"), capture_output=True, text=True, env=environment)
    assert refused.returncode == 1
    assert "--unencrypted" in refused.stderr

    done = subprocess.run(command(place, "--batch", "--unencrypted"), capture_output=True, env=environment)
    assert done.returncode == 0
    assert opened(place).answers["case"] == CASE


@pytest.fixture
def inspecting(tmp_path: Path) -> Iterator[int]:
    """A TLS server on this machine whose certificate comes from a private authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Corp"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Example Inspection CA"),
    ])  # fmt: skip
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_an_inspected_connection_is_reported_with_its_issuer(inspecting: int, place: Path) -> None:
    host = f"localhost:{inspecting}"
    recorded = {"host": host, "issuer": "Example Public CA, R1", "spki": "0" * 64}
    (place / "collector.pyz").write_bytes(build_script(**common(), probe=[recorded]))

    done = subprocess.run(command(place, "--batch"), capture_output=True, text=True)

    assert f"Connecting to {host}" in done.stdout
    assert "TLS inspected by Example Corp, Example Inspection CA" in done.stdout
    (found,) = opened(place).answers["network"]["hosts"]
    assert found["inspected_by"] == "Example Corp, Example Inspection CA"
    assert found["is_trusted"] is False


def test_the_recorded_issuer_is_not_called_inspection(inspecting: int) -> None:
    found = look(f"localhost:{inspecting}", 5)

    assert (found["issuer"], len(found["spki"])) == ("Example Corp, Example Inspection CA", 64)


def test_a_host_that_is_not_there_is_a_fact_not_a_failure() -> None:
    assert look("localhost:1", 2)["error"] == "ConnectionRefusedError"


def test_proxy_settings_come_without_user_and_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://canary-user:canary-pw@proxy.example.com:3128")

    assert proxies()["https"] == "proxy.example.com:3128"
