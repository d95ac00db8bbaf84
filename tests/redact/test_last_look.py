"""The scan of a whole package: the same hits with one worker and with two, nothing left behind."""

from pathlib import Path

import numpy as np
import pytest

from diagpack.redact import last_look
from diagpack.redact.last_look import LastLook, ScanBlueprint
from diagpack.redact.learned import fingerprint
from tests.redact.planting import KEY

_BLUEPRINT = ScanBlueprint(
    {"canary-Opaque77": "secret", "Quillon": "name", "abc": "secret", "Bo": "name"},
    np.array([fingerprint("ann@example.com", "email")], dtype=np.uint64).tobytes(),
    KEY.reveal(),
)


@pytest.mark.parametrize("workers", [1, 2])
def test_hits_come_in_the_order_of_files_and_ranges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(last_look, "WORTH_PROCESSES", 1 << 20)
    filler = b"a plain line of a log, which holds nothing\n" * 130_000
    files = {
        "evidence/log/a.txt": filler + b"say canary-Opaque77\n" + filler + b"to ann@example.com.\n",
        "evidence/clean.txt": filler,
        "evidence/Quillon.txt": b"",
    }

    found = list(LastLook(_BLUEPRINT, workers, tmp_path).hits(files))

    assert [(each.path, each.rule) for each in found] == [
        ("evidence/log/a.txt", "value/secret"),
        ("evidence/log/a.txt", "value/email"),
        ("the name of a file", "value/name"),
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_scan_that_is_left_early_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_look, "WORTH_PROCESSES", 1)

    hits = LastLook(_BLUEPRINT, 2, tmp_path).hits({"a": b"canary-Opaque77", "b": b"canary-Opaque77"})
    assert next(iter(hits)).path == "a"
    hits.close()  # type: ignore[attr-defined]

    assert list(tmp_path.iterdir()) == []


def test_a_file_on_disk_is_searched_without_being_copied(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"line\n" * 2_000_000 + b"canary-Opaque77")

    assert [each.rule for each in LastLook(_BLUEPRINT).hits_in(path, "output")] == ["value/secret"]


def test_values_too_short_to_search_are_counted() -> None:
    assert LastLook(_BLUEPRINT).not_searched() == {"secret": 1, "name": 1}
