"""A real ssh-agent, and agents that misbehave."""

import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from diagpack.errors import UsageError
from diagpack.sign import sshsig
from diagpack.sign.agent import Agent
from diagpack.sign.signer import AgentSigner
from tests.sign.keys import KINDS, PRINCIPAL, keygen, require


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[str]:
    """The socket of an agent that lives as long as the test."""
    path = f"{tempfile.gettempdir()}/diagpack-agent-{os.getpid()}-{tmp_path.name[-20:]}"
    process = subprocess.Popen([require("ssh-agent"), "-D", "-a", path], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    yield path
    process.send_signal(signal.SIGTERM)
    process.wait()
    process.stdout.close()


def add(agent: str, key: Path) -> None:
    subprocess.run([require("ssh-add"), "-q", str(key)], env={**os.environ, "SSH_AUTH_SOCK": agent}, check=True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_in_the_agent_signs(kind: str, agent: str, tmp_path: Path) -> None:
    add(agent, keygen(tmp_path / "key", kind))

    signer = AgentSigner(PRINCIPAL, socket_path=agent)

    found = sshsig.verify(signer.sign(b"message", "ns@v1"), b"message", "ns@v1")
    assert signer.public_line.startswith((tmp_path / "key.pub").read_text().rsplit(" ", 1)[0])
    assert found.kind == signer.public_line.split()[0]


def test_one_of_several_keys_can_be_chosen(agent: str, tmp_path: Path) -> None:
    first, second = keygen(tmp_path / "first"), keygen(tmp_path / "second", "p256")
    add(agent, first)
    add(agent, second)
    line = second.with_suffix(".pub").read_text().strip()

    chosen = AgentSigner(PRINCIPAL, public_key=line, socket_path=agent)

    assert chosen.public_line == line
    assert "SHA256:" in repr(chosen)
    fingerprint = repr(chosen)[len("AgentSigner(") : -1]
    assert AgentSigner(PRINCIPAL, public_key=fingerprint, socket_path=agent).public_line == line


def test_a_key_the_agent_does_not_hold_is_an_error(agent: str, tmp_path: Path) -> None:
    add(agent, keygen(tmp_path / "key"))

    with pytest.raises(UsageError, match="none of them the one asked for") as caught:
        AgentSigner(PRINCIPAL, public_key="SHA256:nothing", socket_path=agent)

    assert caught.value.id == "DP454"


def test_a_locked_out_agent_is_an_error(agent: str, tmp_path: Path) -> None:
    key = keygen(tmp_path / "key")
    add(agent, key)
    signer = AgentSigner(PRINCIPAL, socket_path=agent)
    subprocess.run(["ssh-add", "-q", "-d", str(key)], env={**os.environ, "SSH_AUTH_SOCK": agent}, check=True)

    with pytest.raises(UsageError, match="refused"):
        signer.sign(b"message", "ns@v1")


def test_no_agent_is_an_error() -> None:
    with pytest.raises(UsageError, match="no ssh-agent"):
        Agent("")


def test_a_socket_nobody_listens_on_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not answer"):
        Agent(str(tmp_path / "nothing")).identities()


@pytest.mark.parametrize(
    "answer",
    [b"", b"\0\0", b"\xff\xff\xff\xff", b"\0\0\0\1\5", b"\0\0\0\1\x0c", b"\0\0\0\5\x0c\0\0\0\1", b"\0\0\0\0"],
)
def test_an_agent_that_answers_nonsense_is_an_error(answer: bytes) -> None:
    path = f"{tempfile.gettempdir()}/diagpack-fake-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with pytest.raises(UsageError) as caught:
                Agent(path).identities()
        finally:
            thread.join()
            os.unlink(path)

    assert caught.value.id == "DP454"
