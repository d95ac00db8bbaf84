"""Two passes over a case: order and size of the parts do not matter."""

import base64
import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from diagpack.errors import RedactionError
from diagpack.model.redacted import thawed
from diagpack.redact import passes
from diagpack.redact.boundary import redact_case
from diagpack.redact.crew import Order, Outcome, RunCrew
from diagpack.redact.engine import NeedsWithholding
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


def test_a_table_that_fills_a_text_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"{number},Ng,open\n" for number in range(2000))
    artifact = raw(tmp_path, "note-1", f"id,lastname,state\n{rows}", media_type="text/plain")
    monkeypatch.setattr(passes, "RANGE", 10_000)

    redaction = redact_case([artifact], key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / "out")

    assert redaction.artifacts[0].read().count(b"\n") == 2001
    assert b"Ng" not in redaction.artifacts[0].read()


def test_a_page_of_several_ranges_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "<html>" + "".join(f"<p>row {number}</p>\n" for number in range(500)) + "</html>"
    artifact = raw(tmp_path, "note-1", page, media_type="text/plain")
    monkeypatch.setattr(passes, "RANGE", 1000)

    redaction = redact_case([artifact], key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / "out")

    assert redaction.artifacts[0].read() == page.encode()


@pytest.mark.parametrize("is_fault", [False, True])
def test_an_artifact_that_cannot_be_rewritten_to_its_end_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_fault: bool
) -> None:
    rewrite = RunCrew._rewrite

    def stop_behind_the_first_range(crew: RunCrew, order: Order) -> Outcome:
        if order.task.start == 0:
            return rewrite(crew, order)
        raise RedactionError("DP211", "a fault") if is_fault else NeedsWithholding("a reason")

    monkeypatch.setattr(passes, "RANGE", 1000)
    monkeypatch.setattr(RunCrew, "_rewrite", stop_behind_the_first_range)
    texts = [f"INFO {number} from 198.51.100.{number % 250}" for number in range(200)]
    artifact = raw(tmp_path, "log-1", log(*texts), media_type="application/jsonl")

    with pytest.raises(RedactionError) if is_fault else nullcontext():
        redaction = redact_case([artifact], key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / "out")
        assert [each.reason for each in redaction.withheld] == ["a reason"]
    assert list((tmp_path / "out").rglob("log-1*")) == []


def _run(tmp_path: Path, texts: list[str], name: str) -> bytes:
    artifact = raw(tmp_path, "log-1", log(*texts), media_type="application/jsonl")
    redaction = redact_case([artifact], key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / name)
    return redaction.artifacts[0].read()


def test_when_a_credential_ends_is_sealed_with_its_artifact(tmp_path: Path) -> None:
    def part(document: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()

    token = f"{part({'alg': 'RS256'})}.{part({'sub': 'canary', 'exp': 1893456000})}.{'s' * 43}"
    lines = [f"INFO Authorization: Bearer {token}", "INFO plain"]
    one = raw(tmp_path, "log-1", log(lines[0]), media_type="application/jsonl")
    two = raw(tmp_path, "log-2", log(lines[1]), media_type="application/jsonl")

    redaction = redact_case([one, two], key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / "out")

    found = [thawed(each.facts).get("live_credentials") for each in redaction.artifacts]
    assert found == [[{"kind": "JWT", "host": "", "expires_at": 1893456000, "count": 1}], None]
