"""verify and open, as an engineer types them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def package(demo: Path) -> Path:
    return demo / "cases" / "DEMO-1" / "out" / "DEMO-1-esc1.zip"


def test_a_trusted_package_is_proven(run: Run, demo: Path) -> None:
    result = run("verify", package(demo), "--trust", demo / "allowed_signers", "--json")

    assert result.code == 0
    document = json.loads(result.out)
    assert document["verdict"] == "proven"
    assert document["case"] == "DEMO-1"
    assert all(step["ok"] for step in document["steps"])


def test_an_unknown_signer_is_exit_10_and_it_is_not_opened(run: Run, demo: Path, tmp_path: Path) -> None:
    assert run("verify", package(demo)).code == 10
    assert run("open", package(demo), "--into", tmp_path / "x", "--no-browse").code == 10
    assert not (tmp_path / "x").exists()


def test_a_changed_package_is_exit_11(run: Run, demo: Path, tmp_path: Path) -> None:
    content = bytearray(package(demo).read_bytes())
    content[200] ^= 0xFF
    (tmp_path / "changed.zip").write_bytes(content)

    assert run("verify", tmp_path / "changed.zip", "--trust", demo / "allowed_signers").code == 11


def test_open_unpacks_verified_bytes_once(run: Run, demo: Path, tmp_path: Path) -> None:
    arguments = ("open", package(demo), "--trust", demo / "allowed_signers", "--into", tmp_path, "--no-browse")

    first, second = run(*arguments), run(*arguments)

    assert first.code == 0
    assert Path(first.out.strip()).read_text().startswith("<!")
    assert second.code == 2


def test_a_file_that_is_not_there_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    assert run("verify", tmp_path / "none.zip").code == 2
