"""Commands run in this process, and one collected demo case for all of them."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from diagpack.cli import main as program
from diagpack.pipeline.demo import run_demo
from diagpack.pipeline.settings import load_settings


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """`run("status", "CS-1")`: the program in this process."""

    def call(*arguments: str | Path) -> Result:
        monkeypatch.setattr("sys.argv", ["diagpack", *map(str, arguments)])
        capsys.readouterr()
        code = program._run()
        captured = capsys.readouterr()
        return Result(int(code), captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collected") / "demo"
    run_demo(folder, load_settings(throwaway=True, use_keyring=False), lambda text: None)
    return folder


@pytest.fixture
def demo(collected: Path, tmp_path: Path) -> Path:
    """A private copy of the collected demo: `cases/DEMO-1`, `input/`, `allowed_signers`."""
    return Path(shutil.copytree(collected, tmp_path / "demo"))
