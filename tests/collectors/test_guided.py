"""What the customer answered becomes evidence: known fields only, and never without its status."""

import json
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.guided import COLLECTOR, SCHEMA
from diagpack.errors import CollectError
from diagpack.model.raw import Source


class Kept:
    """The part of the context that this collector uses."""

    def __init__(self) -> None:
        self.stored: list[dict[str, Any]] = []

    def store(self, source: Source, **fields: Any) -> Any:
        self.stored.append({**fields, "content": b"".join(fields["content"])})
        return fields["kind"]


def source(tmp_path: Path, content: bytes) -> Source:
    path = tmp_path / "answers.json"
    path.write_bytes(content)
    return Source("source-1", "answers.json", path, "0" * 64, len(content), "guided")


def answers(**step: Any) -> dict[str, Any]:
    return {"schema": SCHEMA, "case": "CS-1", "steps": [{"id": "har", "status": "skipped", "reason": "other", **step}]}


def test_answers_are_recognised_by_content() -> None:
    assert COLLECTOR.recognise(json.dumps(answers()).encode(), "x.bin") == 1.0
    assert COLLECTOR.recognise(b'{"log": {}}', "answers.json") == 0.0


def test_a_skipped_step_keeps_its_reason_and_loses_what_is_unknown(tmp_path: Path) -> None:
    kept = Kept()

    list(COLLECTOR.collect(source(tmp_path, json.dumps(answers(extra="canary")).encode()), kept))  # type: ignore[arg-type]

    (stored,) = kept.stored
    assert json.loads(stored["content"])["steps"] == [
        {"id": "har", "status": "skipped", "checks": [], "reason": "other"}
    ]
    assert stored["facts"] == {"steps": 1, "skipped": 1}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"schema": "other"}', json.dumps(answers(status="fine")).encode()]
)
def test_damaged_answers_are_one_sentence_without_content(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(CollectError, match="damaged"):
        list(COLLECTOR.collect(source(tmp_path, content), Kept()))  # type: ignore[arg-type]
