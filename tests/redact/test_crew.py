"""One order: what goes wrong names the artifact and nothing else."""

from pathlib import Path

import pytest

from diagpack.errors import RedactionError
from diagpack.model.redacted import thawed
from diagpack.redact import work
from diagpack.redact.crew import Order, RunBlueprint
from diagpack.redact.seeds import Seeds
from tests.redact.planting import KEY, POLICY


def test_an_order_learns_then_rewrites(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("password=canary-1x and later canary-1x\n")
    crew = RunBlueprint(KEY.reveal(), thawed(POLICY.data), Seeds(), "", ()).build()
    task = work.Task("log-1", "log", work.TEXT, path, 0, path.stat().st_size)

    outcome = crew.do(Order(task, tmp_path / "m"))

    assert outcome.learned is not None
    assert outcome.learned[0] == {"canary-1x": "password"}
    crew.teach(outcome.learned[0])
    again = crew.do(Order(task, tmp_path / "m", {"mail": "a@b.test"}, tmp_path / "part", is_mapped=True))
    assert "canary" not in (tmp_path / "part").read_text()
    assert again.facts["mail"].endswith("@dp.invalid")
    assert "canary-1x" in again.mapped.values()


def test_a_missing_file_ends_the_run_by_name(tmp_path: Path) -> None:
    crew = RunBlueprint(KEY.reveal(), thawed(POLICY.data), Seeds(), "", ()).build()
    task = work.Task("log-1", "log", work.TEXT, tmp_path / "canary-name", 0, 1)

    with pytest.raises(RedactionError) as caught:
        crew.do(Order(task, tmp_path / "m"))

    assert "log-1" in caught.value.message
    assert "canary" not in str(caught.value)
