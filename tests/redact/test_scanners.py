"""The text engine of a case run, and its memory."""

from pathlib import Path

from diagpack.redact.scanners import CaseScanner, RememberingScanner
from diagpack.redact.spans import Span
from tests.redact.planting import DETECTORS


def test_long_and_short_texts_give_the_same_spans() -> None:
    line = b"INFO mail ann@example.com password=canary-1x from 198.51.100.7\n"
    scanner = CaseScanner(DETECTORS)

    assert scanner.scan(line) == DETECTORS.scan(line)
    assert scanner.scan(line * 100) == DETECTORS.scan(line * 100)


def test_the_second_pass_remembers_offsets_and_no_value(tmp_path: Path) -> None:
    calls: list[int] = []

    def scan(data: bytes, context: str = "") -> list[Span]:
        calls.append(len(data))
        return [Span(0, 6, "secret", "rule")]

    data = b"canary" * 1000
    first = RememberingScanner(scan, tmp_path / "m")
    found = first.scan(data)
    first.save()

    second = RememberingScanner(scan, tmp_path / "m")
    second.load()

    assert second.scan(data) == found
    assert len(calls) == 1
    assert b"canary" not in (tmp_path / "m").read_bytes()


def test_a_damaged_memory_only_costs_the_search(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("{")
    scanner = RememberingScanner(DETECTORS.scan, tmp_path / "m")

    scanner.load()

    assert scanner.scan(b"password=canary-1x " * 500)
