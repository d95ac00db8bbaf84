"""The curl script sends what was captured, and nothing in a capture can act."""

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from diagpack.render.repro import files
from tests.render.repro_bench import generated, is_faithful, plan_for, recorder

COUNT = 520


def written_to(folder: Path, made: dict[str, bytes]) -> None:
    for path, content in made.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(
        ["bash", "repro.sh", *arguments], cwd=folder, capture_output=True, env={**clean, **environment}, timeout=120
    )


@pytest.mark.tool("curl")
def test_generated_requests_arrive_as_they_were_captured(tmp_path: Path) -> None:
    (tmp_path / "canary-secret.txt").write_text("canary-local-file")
    with recorder() as server:
        plan = plan_for(generated(server.origin, COUNT), ())
        written_to(tmp_path, files(plan, "Round trip"))
        before = {each.name for each in tmp_path.iterdir()}

        done = run(tmp_path, DP_AUTH_1="canary-fresh-secret")

    assert done.returncode == 0, done.stderr[-500:]
    got = {dict(each.headers).get("X-Number"): each for each in server.requests}
    faults = Counter(is_faithful(call, got[str(call.index)]) for call in plan.steps)
    assert len(server.requests) == COUNT
    assert faults[""] / COUNT >= 0.99, faults
    assert {each.name for each in tmp_path.iterdir()} == before
    everything = repr(server.requests)
    assert "canary-local-file" not in everything
    assert "canary-fresh-secret" not in everything
    assert "root:x:0" not in everything
