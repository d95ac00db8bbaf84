"""One HAR without a case: what failed, what else is noticed, which IDs name a call."""

from pathlib import Path

from diagpack.pipeline.hars import compare_hars, read_har
from diagpack.team.profile import Profile
from tests.har_fixtures import har, har_entry, written


def test_failing_calls_carry_what_an_engineer_asks_next(tmp_path: Path) -> None:
    page = har_entry("https://app.example.com/orders", kind="document", mime="text/html", body="<p>")
    call = har_entry(
        "https://app.example.com/api/orders",
        status=500,
        seconds=2,
        body='{"message":"no stock"}',
        request_headers={"referer": "https://app.example.com/orders"},
        headers={"x-request-id": "req-2026-0001"},
    )

    (found,) = read_har(written(tmp_path / "a.har", har(page, call)), Profile())["failing"]

    assert (found["entry"], found["status"], found["says"]) == (1, 500, "no stock")
    assert (found["offset_seconds"], found["cause"], found["before"]) == (2.0, [0], [0])
    assert found["request_ids"] == ["req-2026-0001"]
    assert found["first_party"]


def test_an_id_that_stands_on_every_call_is_none_and_failing_ids_come_first(tmp_path: Path) -> None:
    shared = {"x-correlation-id": "session-0001-shared"}
    calls = [har_entry(seconds=each, headers={**shared, "x-request-id": f"req-2026-{each:04}"}) for each in range(6)]
    calls.append(har_entry(status=500, seconds=7, headers={**shared, "x-request-id": "req-2026-9999"}))

    found = read_har(written(tmp_path / "a.har", har(*calls)), Profile())["request_ids"]

    assert found == ["req-2026-9999", *(f"req-2026-{each:04}" for each in range(6))]


def test_what_differs_first_is_named(tmp_path: Path) -> None:
    working = written(tmp_path / "w.har", har(har_entry(), har_entry("https://app.example.com/api/pay", seconds=1)))
    failing = written(
        tmp_path / "f.har", har(har_entry(), har_entry("https://app.example.com/api/pay", seconds=1, status=502))
    )

    found = compare_hars(working, failing, Profile())

    assert found["first"] == "GET app.example.com/api/pay: 502 in place of 200"
    assert found["paired"] == 2
