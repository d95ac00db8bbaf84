"""Shared by all tests: named skips for missing tools, and no network but loopback.

A test marked `@pytest.mark.tool("openssl")` needs that program. Where it is absent the test is skipped by name, unless
DIAGPACK_REQUIRE_TOOLS=1 (CI), which turns every such skip into a failure.
"""

import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A loaded machine is no reason to fail: properties are judged by what they find, not by how long they take.
settings.register_profile("diagpack", deadline=None)
settings.load_profile("diagpack")

ROOT = Path(__file__).parent.parent
NODE_MODULES = Path(os.environ.get("DIAGPACK_NODE_MODULES", ROOT / "tests" / "npm" / "node_modules"))
MUST_HAVE_TOOLS = os.environ.get("DIAGPACK_REQUIRE_TOOLS") == "1"


def has_tool(name: str) -> bool:
    """A program on PATH; `npm:NAME` is an npm package under node_modules."""
    if name.startswith("npm:"):
        return (NODE_MODULES / name.removeprefix("npm:")).is_dir()
    return shutil.which(name) is not None


def pytest_configure(config: pytest.Config) -> None:
    # The slow randomised runs are asked for by name: -m deep.
    if not config.option.markexpr:
        config.option.markexpr = "not deep"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Plain test names: bytes (a gzip header holds the time) and long texts (a key made in this run) are numbered."""
    is_plain = isinstance(val, str) and len(val) <= 40 and val.isprintable()
    return argname if isinstance(val, bytes | str) and not is_plain else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("tool"):
        for name in mark.args:
            if not has_tool(name):
                if MUST_HAVE_TOOLS:
                    pytest.fail(f"this run requires {name}, and it is not installed")
                pytest.skip(f"needs {name}")


@pytest.fixture(autouse=True)
def _private_surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's cases, keys or keyring."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("DIAGPACK_NO_KEYRING", "1")
    monkeypatch.delenv("DIAGPACK_CASES", raising=False)
    monkeypatch.delenv("DIAGPACK_PASSPHRASE", raising=False)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every connection that is not to this machine fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    return


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """For commands that must never open a connection: not even to this machine, not even a look-up."""

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("this command opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
