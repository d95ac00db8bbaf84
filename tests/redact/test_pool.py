"""Workers: results in order, faults by name, no content in arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
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


def test_a_fault_in_a_worker_keeps_its_id_and_loses_its_content() -> None:
    with Pool(Plan(), 2) as pool:
        with pytest.raises(RedactionError) as caught:
            list(pool.map([13]))
        assert caught.value.id == "DP299"
    with Pool(Plan(), 2) as pool:
        with pytest.raises(RedactionError) as caught:
            list(pool.map([14]))
        assert "canary" not in str(caught.value)
