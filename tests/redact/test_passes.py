"""Two passes over a case: order and size of the parts do not matter."""

from pathlib import Path

import pytest

from diagpack.redact import passes
from diagpack.redact.boundary import redact_case
from diagpack.redact.seeds import Seeds
from tests.redact.planting import KEY, POLICY, log, raw


def test_ranges_do_not_change_a_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        f"INFO {number} user=person{number % 7}x password=canary{number % 5}x from 198.51.100.{number % 250}"
        for number in range(400)
    ]
    whole = _run(tmp_path, texts, "one")

    monkeypatch.setattr(passes, "RANGE", 10_000)

    assert _run(tmp_path, texts, "two") == whole
    assert b"canary" not in whole
    assert [each.name for each in (tmp_path / "two").iterdir() if each.name.startswith(".")] == []


def _run(tmp_path: Path, texts: list[str], name: str) -> bytes:
    artifact = raw(tmp_path, "log-1", log(*texts), media_type="application/jsonl")
    redaction = redact_case([artifact], key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / name)
    return redaction.artifacts[0].read()
