"""What `diagpack har` says about one failing session as every writer records it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import har_writers as writers

Run = Callable[..., Any]


@pytest.mark.parametrize("name", writers.WRITERS)
def test_every_writer_is_named_and_its_failing_call_comes_first(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / "capture.har"
    path.write_bytes(writers.file_of(name))

    result = run("har", path, "--json")
    found = json.loads(result.out)

    assert result.code == 0
    assert found["entries"] == writers.ENTRIES
    assert found["writer"] == name.split(" (")[0]
    first = found["failing"][0]
    assert (first["entry"], first["method"], first["status"]) == (writers.FAILING, "POST", 503)
    assert first["url"] == f"{writers.APP}/api/orders/42/submit"
    assert first["request_ids"][0] == found["request_ids"][0] == writers.REQUEST_ID
    assert [each["entry"] for each in found["failing"] if each["first_party"]] == [writers.FAILING]
    assert [each["entry"] for each in found["failing"]] == [4, 3, 5]


@pytest.mark.parametrize("name", writers.WRITERS)
def test_no_secret_of_any_writer_reaches_the_output(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / "capture.har"
    path.write_bytes(writers.file_of(name))

    for arguments in (("--json",), ()):
        result = run("har", path, *arguments)
        assert result.out
        for secret in writers.SECRETS:
            assert secret not in result.out + result.err


def test_null_empty_and_doubled_entries_are_counted_and_fail_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.har"
    path.write_text(json.dumps(writers.odd_entries()))

    found = json.loads(run("har", path, "--json").out)

    assert found["entries"] == writers.ENTRIES + 6
    assert [each["entry"] for each in found["failing"]] == [4, 3, 5]


def test_the_first_line_is_what_an_engineer_would_say(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "capture.har"
    path.write_bytes(writers.file_of("Firefox 144.0"))

    lines = run("har", path).out.splitlines()

    assert lines[0] == "POST app.example.com/api/orders/42/submit failed: the server answered 503 [#4]"
    assert f"request ID {writers.REQUEST_ID}" in lines[1]
    assert "2026-03-02 09:00:04 UTC" in lines[1]
    assert "Upstream failed" in lines[2]
