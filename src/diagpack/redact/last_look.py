"""The residue scan of many or large files, in this process or in workers.

Enters: what a case taught, and finished files. Leaves: hits, in the order of the files, whatever the number of workers.
A worker is told a path and a range and answers with rules; content and values never travel back.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from diagpack.model.keys import CaseKey
from diagpack.redact.pool import Pool
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.residue import Hit, ResidueScanner
from diagpack.redact.residue_forms import is_too_short
from diagpack.redact.residue_ranges import cut

# Below this size a worker takes longer to start than the scan lasts.
WORTH_PROCESSES = 32 << 20


@dataclass(frozen=True, slots=True, repr=False)
class ScanOrder:
    """A range of a file on this machine; `name` is where it stands in the package, searched with the first range."""

    path: Path
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, repr=False)
class ScanBlueprint:
    """What a case taught: values with their classes, sorted fingerprints as bytes, the key that makes tokens.

    `spilled`: fingerprints of values that found no room in the dictionary.
    """

    values: Mapping[str, str]
    prints: bytes
    secret: bytes
    spilled: bytes = b""

    def build(self) -> "ScanCrew":
        return ScanCrew(self.scanner())

    def scanner(self) -> ResidueScanner:
        is_token = Pseudonyms(CaseKey(self.secret)).is_token
        prints, spilled = (np.frombuffer(each, dtype=np.uint64) for each in (self.prints, self.spilled))
        return ResidueScanner(self.values, prints, is_token, spilled)


class ScanCrew:
    """Runs orders, here or in a worker."""

    def __init__(self, scanner: ResidueScanner) -> None:
        self._scanner = scanner

    def teach(self, values: dict[str, str], aliases: Mapping[str, str]) -> None:
        """Nothing: the blueprint holds everything."""

    def do(self, order: ScanOrder) -> list[Hit]:
        found = list(self._scanner.scan_name(order.name)) if order.start == 0 else []
        with order.path.open("rb") as stream:
            return [*found, *self._scanner.scan_range(order.name, stream, order.start, order.end)]


class LastLook:
    """The scan of one case. `folder`: inside the case, for files that workers read; emptied at the end."""

    def __init__(self, blueprint: ScanBlueprint, workers: int = 1, folder: Path | None = None) -> None:
        self._blueprint = blueprint
        self._workers = workers
        self._folder = folder

    def __repr__(self) -> str:
        return "LastLook(…)"

    @cached_property
    def _scanner(self) -> ResidueScanner:
        return self._blueprint.scanner()

    def not_searched(self) -> Counter[str]:
        """Values too short to be searched for, by class."""
        return Counter(entity for value, entity in self._blueprint.values.items() if is_too_short(value, entity))

    def hits(self, files: Mapping[str, bytes]) -> Iterator[Hit]:
        """Hits in the files and their names."""
        total = sum(map(len, files.values()))
        if self._workers < 2 or total < WORTH_PROCESSES or self._folder is None:
            for name, content in files.items():
                yield from self._scanner.scan(name, content)
            return
        spool = Path(tempfile.mkdtemp(prefix=".residue-", dir=self._folder))
        try:
            written = []
            for number, (name, content) in enumerate(files.items()):
                path = spool / str(number)
                path.write_bytes(content)
                written.append((path, name))
            yield from self._searched(written)
        finally:
            shutil.rmtree(spool, ignore_errors=True)

    def hits_in(self, path: Path, name: str) -> Iterator[Hit]:
        """Hits in one file on disk; memory does not grow with it."""
        yield from self._searched([(path, name)])

    def _searched(self, files: list[tuple[Path, str]]) -> Iterator[Hit]:
        orders = [order for path, name in files for order in _orders(path, name)]
        is_worth = sum(order.end - order.start for order in orders) >= WORTH_PROCESSES
        if self._workers < 2 or not is_worth:
            crew = ScanCrew(self._scanner)
            for order in orders:
                yield from crew.do(order)
            return
        with Pool(self._blueprint, self._workers) as pool:
            for found in pool.map(orders):
                yield from found


def _orders(path: Path, name: str) -> Iterator[ScanOrder]:
    with path.open("rb") as stream:
        for start, end in cut(stream, path.stat().st_size) or [(0, 0)]:
            yield ScanOrder(path, name, start, end)
