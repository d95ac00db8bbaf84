"""Workers: results in order, faults by name, no content in arguments."""

import multiprocessing
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from diagpack.errors import RedactionError
from diagpack.redact.pool import Pool


@dataclass
class Doubler:
    taught: int = 0

    def teach(self, values: dict[str, str], aliases: Mapping[str, str] = MappingProxyType({})) -> None:
        self.taught = len(values)

    def do(self, order: int) -> int:
        if order == 13:
            raise RedactionError("DP299", "order 13", hint="h")
        if order == 14:
            raise ValueError("canary")
        return order * 2 + self.taught


@dataclass(frozen=True)
class Plan:
    def build(self) -> Doubler:
        return Doubler()


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_and_teaching_reaches_everyone(workers: int) -> None:
    with Pool(Plan(), workers) as pool:
        assert list(pool.map([1, 2, 3, 4])) == [2, 4, 6, 8]
        pool.teach({"a": "x"})
        assert list(pool.map([1, 2, 3])) == [3, 5, 7]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_keeps_its_id_and_loses_its_content(workers: int) -> None:
    with Pool(Plan(), workers) as pool:
        with pytest.raises(RedactionError) as caught:
            list(pool.map([13]))
        assert caught.value.id == "DP299"
    with Pool(Plan(), workers) as pool:
        with pytest.raises(RedactionError) as caught:
            list(pool.map([14]))
        assert "canary" not in str(caught.value)


@dataclass
class Marker:
    """Notes which process does an order, and may end that process."""

    folder: Path

    def teach(self, values: dict[str, str], aliases: Mapping[str, str]) -> None: ...

    def do(self, order: str) -> int:
        is_first = multiprocessing.parent_process() is None
        if order == "kill" and not is_first:
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "odd" and not is_first:
            raise ValueError("canary")
        # Nobody takes two orders before everybody has one.
        (self.folder / str(os.getpid())).touch()
        deadline = time.monotonic() + 120
        while order == "meet" and len(list(self.folder.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05 if order in ("kill", "odd") else 0)
        return os.getpid()


@dataclass(frozen=True)
class MarkerPlan:
    folder: Path

    def build(self) -> Marker:
        return Marker(self.folder)


def test_this_process_works_too(tmp_path: Path) -> None:
    with Pool(MarkerPlan(tmp_path), 2) as pool:
        seen = list(pool.map(["meet"] * 4))

    assert len(set(seen)) == 2
    assert os.getpid() in seen


@pytest.mark.parametrize(("order", "id"), [("kill", "DP212"), ("odd", "DP211")])
def test_a_worker_that_is_killed_or_raises_ends_the_run_without_its_words(tmp_path: Path, order: str, id: str) -> None:
    with Pool(MarkerPlan(tmp_path), 2) as pool:
        # The worker is there before the fault.
        list(pool.map(["meet"] * 2))
        with pytest.raises(RedactionError) as caught:
            list(pool.map([order] * 2_000))

    assert caught.value.id == id
    assert "canary" not in str(caught.value)
    assert multiprocessing.active_children() == []


def test_an_iteration_that_is_left_early_ends_the_workers(tmp_path: Path) -> None:
    with Pool(MarkerPlan(tmp_path), 2) as pool:
        next(iter(pool.map(["meet"] * 50)))

    assert multiprocessing.active_children() == []


@dataclass(frozen=True)
class BrokenPlan:
    """Cannot be built in a worker."""

    folder: Path

    def build(self) -> Marker:
        if multiprocessing.parent_process() is not None:
            raise ValueError("canary")
        return Marker(self.folder)


def test_a_worker_that_cannot_start_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(RedactionError) as caught, Pool(BrokenPlan(tmp_path), 2) as pool:
        list(pool.map(["odd"] * 2_000))

    assert (caught.value.id, "canary" in str(caught.value)) == ("DP211", False)
