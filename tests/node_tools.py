"""Programs from npm for tests: looked for in DIAGPACK_NODE_MODULES, or under tests/npm."""

import os
import shutil
from pathlib import Path

import pytest

MODULES = Path(os.environ.get("DIAGPACK_NODE_MODULES") or Path(__file__).parent / "npm" / "node_modules")


def node_program(name: str) -> str:
    """Path of a program of a package; skips the test by name when it is not there."""
    return _there(MODULES / ".bin" / name, name)


def node_module(name: str) -> str:
    """Path of a package."""
    return _there(MODULES / name, name)


def program(name: str) -> str:
    """Path of a program of the system."""
    return _there(Path(shutil.which(name) or f"/nonexistent/{name}"), name)


def _there(path: Path, name: str) -> str:
    if path.exists() and shutil.which("node"):
        return str(path)
    if os.environ.get("DIAGPACK_REQUIRE_TOOLS") == "1":
        pytest.fail(f"{name} is required (DIAGPACK_REQUIRE_TOOLS=1) and not there")
    pytest.skip(f"{name} is not installed")
