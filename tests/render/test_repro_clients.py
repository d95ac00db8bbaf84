"""The Postman collection and the `.http` file, sent by real clients: newman and httpyac.

JavaScript clients read addresses as WHATWG URLs, so these are compared without what such a parser changes, and
without headers that hold `{{`, which are left out on purpose.
"""

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from diagpack.render.repro import files
from tests.node_tools import node_program
from tests.render.repro_bench import Recorder, generated, is_faithful, plan_for, recorder
from tests.render.test_repro_curl import written_to

COUNT = 310


def sent(folder: Path, command: list[str], extra: frozenset[str]) -> tuple[Counter[str], Counter[str], Recorder]:
    (folder / "canary-secret.txt").write_text("canary-local-file")
    with recorder() as server:
        plan = plan_for(generated(server.origin, COUNT), ())
        written_to(folder, files(plan, "Round trip"))
        before = {each.name for each in folder.iterdir()}
        environment = {**os.environ, "DP_AUTH_1": "canary-fresh-secret"}
        subprocess.run(command, cwd=folder, capture_output=True, env=environment, timeout=120, check=False)
    assert {each.name for each in folder.iterdir()} == before
    got = {{name.lower(): value for name, value in each.headers}.get("x-number"): each for each in server.requests}
    loose, exact = (
        Counter(is_faithful(call, got.get(str(call.index)), extra, is_loose) for call in plan.steps)
        for is_loose in (True, False)
    )
    return loose, exact, server


@pytest.mark.tool("node")
@pytest.mark.parametrize(
    ("name", "arguments", "own", "share"),
    [
        ("newman", ["run", "repro.postman_collection.json", "--working-dir", "."], frozenset(), 0.93),
        # httpyac adds these two itself when they are not there.
        ("httpyac", ["send", "repro.http", "--all", "--silent"], frozenset({"user-agent", "accept"}), 0.83),
    ],
)
def test_clients_send_what_was_captured_and_leak_nothing(
    tmp_path: Path, name: str, arguments: list[str], own: frozenset[str], share: float
) -> None:
    arguments = [str(tmp_path) if each == "." else each for each in arguments]

    faults, exact, server = sent(tmp_path, [node_program(name), *arguments], own)

    assert faults[""] / COUNT >= 0.99, faults
    assert exact[""] / COUNT >= share, exact
    everything = repr(server.requests)
    assert "canary-local-file" not in everything
    assert "canary-fresh-secret" not in everything
    assert "root:x:0" not in everything
