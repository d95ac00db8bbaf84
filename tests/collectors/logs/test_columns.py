"""A log that is a table: its header line stands in front of every excerpt."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagpack.collectors.logs import Caps, excerpt_of, query_of
from diagpack.collectors.logs.excerpt import log_of

_ANCHOR = datetime(2026, 3, 4, tzinfo=UTC)
_NEEDLE = "7f3c9a2e-0000-4000-8000-1234567890ab"


def _records(path: Path) -> list[dict[str, object]]:
    query = query_of([_NEEDLE], caps=Caps())
    return list(excerpt_of(log_of(path), "log", query, anchor=_ANCHOR).records)


@pytest.mark.parametrize(
    "header", ["time,request_id,api_key,status", "#Version: 1.0\n#Fields: time request_id cs(Cookie)"]
)
def test_the_header_line_stands_in_front_of_an_excerpt_from_the_middle(header: str, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = [
        f"2026-03-03T10:{n // 60 % 60:02d}:{n % 60:02d}Z,{_NEEDLE if n == 3000 else n},canary{n},200"
        for n in range(6000)
    ]
    path.write_text("\n".join([header, *rows]))

    first, second, *rest = _records(path)

    assert first["text"] == header.splitlines()[-1]
    assert "gap" in second or first["line"] == 1
    assert any(_NEEDLE in str(each.get("text")) for each in rest)


def test_a_log_without_a_header_gets_none(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    rows = [f"2026-03-03T10:00:00Z INFO {_NEEDLE if n == 3000 else n} worker, done" for n in range(6000)]
    path.write_text("\n".join(rows))

    assert _records(path)[0].get("line") != 1
