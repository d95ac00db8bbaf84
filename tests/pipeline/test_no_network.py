"""Design rule 5: only the commands that say so open connections. The others run with every door of `socket` shut.

Each command is typed in a child that forbids sockets before the program is imported, look-ups included.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from diagpack.pipeline import demo_case

# Anything that could reach a host or ask for its address ends the child with this code. Pairs of sockets inside the
# process (multiprocessing, asyncio) are no network and stay.
SHUT = """
import os, socket, sys
def refuse(*arguments, **options):
    os.write(2, b"OPENED A CONNECTION\\n")
    os._exit(99)
class Shut(socket.socket):
    def __new__(cls, family=-1, *rest, **options):
        if family in (socket.AF_INET, socket.AF_INET6, -1) and not options.get("fileno"):
            refuse()
        return super().__new__(cls)
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo", "create_connection",
             "create_server", "getfqdn"):
    setattr(socket, name, refuse)
for name in ("connect", "connect_ex", "sendto", "bind"):
    setattr(socket.socket, name, refuse)
socket.socket = Shut
def hook(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        refuse()
    if event == "socket.__new__" and arguments[1] in (2, 10, 30):
        refuse()
sys.addaudithook(hook)
sys.argv = ["diagpack", *sys.argv[1:]]
from diagpack.cli.main import main
main()
"""


def run(place: Path, *arguments: str | Path, code: str = SHUT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=place,
        env={**os.environ, "DIAGPACK_CASES": str(place / "cases"), "BROWSER": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shut")
    for name, content in demo_case.demo_files().items():
        (folder / name).write_bytes(content)
    return folder


def test_the_doors_are_really_shut(place: Path) -> None:
    attempts = (
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import _socket; _socket.socket(2, 1)",
    )
    for attempt in attempts:
        shut = SHUT.split("sys.argv = ")[0] + attempt
        assert run(place, code=shut).returncode == 99, attempt


def test_no_command_of_the_main_job_opens_a_connection(place: Path) -> None:
    first = run(place, "collect", "CS-1", "login.har", "app.log.gz", "note.txt", "--no-input")
    assert first.returncode in (0, 6), first.stderr
    package = place / "cases" / "CS-1" / "out" / "CS-1-esc1.zip"
    commands = [
        ("status", "CS-1"),
        ("handoff", "CS-1"),
        ("submit", "CS-1", "--to", place / "delivered", "--no-input"),
        ("verify", package),
        ("open", package, "--no-browse"),
        ("har", "login.har"),
        ("logs", "app.log.gz", "--all"),
        ("redact", "note.txt", "-o", place / "note.redacted"),
        ("repro", "CS-1"),
        ("doctor",),
        ("audit", "CS-1"),
        ("checklist", "list"),
        ("explain", "DP901"),
        ("close", "CS-1", "--yes"),
    ]
    for command in commands:
        result = run(place, *command)
        assert "OPENED A CONNECTION" not in result.stderr, command
        assert result.returncode != 99, command
        assert "internal error" not in result.stderr, (command, result.stderr)


def test_the_demo_opens_no_connection(place: Path) -> None:
    result = run(place, "demo", "--dir", place / "demo")

    assert result.returncode == 0, result.stderr
    assert "Verified        proven" in result.stdout
