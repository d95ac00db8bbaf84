"""The curl script sends what was captured, and nothing in a capture can act."""

import os
import pty
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from diagpack.render.repro import files
from tests.render.repro_bench import METHODS, generated, is_faithful, plan_for, recorder

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

        done = run(tmp_path, DP_AUTH_1="canary-fresh-secret", DP_ALLOW_UNSAFE=" ".join(METHODS))

    assert done.returncode == 0, done.stderr[-500:]
    got = {dict(each.headers).get("X-Number"): each for each in server.requests}
    faults = Counter(is_faithful(call, got[str(call.index)]) for call in plan.steps)
    assert len(server.requests) == COUNT
    # Measured: all of them. A lower share is a regression of the writer.
    assert faults == {"": COUNT}
    assert {each.name for each in tmp_path.iterdir()} == before
    everything = repr(server.requests)
    assert "canary-local-file" not in everything
    assert "canary-fresh-secret" not in everything
    assert "root:x:0" not in everything


def plan_of(origin: str, method: str, path: str = "/api/1") -> Any:
    entry = {
        "_dpEntry": 0,
        "request": {"method": method, "url": f"{origin}{path}", "headers": []},
        "response": {"status": 500},
    }
    return plan_for([entry], ())


@pytest.mark.tool("curl")
@pytest.mark.parametrize(("method", "path"), [("POST", "/api/1"), ("DELETE", "/api/1"), ("GET", "/account/logout")])
def test_a_call_that_may_change_data_is_not_sent_unasked(tmp_path: Path, method: str, path: str) -> None:
    with recorder() as server:
        written_to(tmp_path, files(plan_of(server.origin, method, path), "Asking"))

        refused = run(tmp_path)
        other = run(tmp_path, DP_ALLOW_UNSAFE="PUT")
        assert server.requests == []
        allowed = run(tmp_path, DP_ALLOW_UNSAFE=f"PUT {method}")

    assert refused.returncode == other.returncode == 3
    assert f"set DP_ALLOW_UNSAFE={method}".encode() in refused.stderr
    assert allowed.returncode == 0
    assert [each.method for each in server.requests] == [method]


@pytest.mark.tool("curl")
@pytest.mark.parametrize(("typed", "sent"), [("POST", 1), ("post", 0), ("yes", 0), ("", 0)])
def test_in_a_terminal_the_method_is_typed(tmp_path: Path, typed: str, sent: int) -> None:
    with recorder() as server:
        written_to(tmp_path, files(plan_of(server.origin, "POST"), "Asking"))
        leader, follower = pty.openpty()
        try:
            program = subprocess.Popen(
                ["bash", "repro.sh", "single"], cwd=tmp_path, stdin=follower, stdout=follower, stderr=follower
            )
            os.write(leader, f"{typed}\n".encode())
            code = program.wait(timeout=30)
            shown = os.read(leader, 10_000)
        finally:
            os.close(leader)
            os.close(follower)

    assert b"Type POST to send it" in shown
    assert code == (0 if sent else 3)
    assert len(server.requests) == sent


@pytest.mark.tool("curl")
def test_reading_asks_nothing(tmp_path: Path) -> None:
    with recorder() as server:
        written_to(tmp_path, files(plan_of(server.origin, "GET"), "Asking"))

        assert run(tmp_path).returncode == 0
        assert len(server.requests) == 1
