"""Two captures are compared; where they part comes first."""

from typing import Any

from diagpack.analyze.compare_har import Comparison, compare
from diagpack.model.exchange import exchanges_of
from tests.har_fixtures import har, har_entry


def compared(working: list[Any], failing: list[Any]) -> Comparison:
    return compare(exchanges_of(har(*working)), exchanges_of(har(*failing)))


def test_the_first_other_status_is_named_first() -> None:
    login = "https://app.example.com/login"
    working = [har_entry(login), har_entry("https://app.example.com/api/me"), har_entry()]
    failing = [har_entry(login, headers={"x-new": "1"}), har_entry("https://app.example.com/api/me", status=401)]

    result = compared(working, failing)

    assert result.first is not None
    assert result.first.text == "GET app.example.com/api/me: 401 in place of 200"
    assert (result.first.working, result.first.failing) == (1, 1)
    assert {each.kind for each in result.differences} >= {"header", "missing"}


def test_other_ids_in_a_path_are_the_same_call() -> None:
    result = compared(
        [har_entry("https://app.example.com/o/17")], [har_entry("https://app.example.com/o/18", body='{"ok":true}')]
    )

    assert result.paired == 1
    assert result.first is None


def test_shape_cookies_and_time_are_compared_and_values_are_not() -> None:
    old = har_entry(body='{"a":1,"b":"x"}', request_headers={"cookie": "s=1; t=2"})
    new = har_entry(body='{"a":2}', request_headers={"cookie": "s=9"}, time=9_000)

    kinds = {each.kind: each.text for each in compared([old], [new]).differences}

    assert "lacks /b" in kinds["body"]
    assert "cookie t is no longer sent" in kinds["cookie"]
    assert "9000 ms" in kinds["timing"]


def test_an_extra_call_that_failed_is_where_the_captures_part() -> None:
    pay, token = "https://app.example.com/api/pay", "https://app.example.com/api/token"
    working = [har_entry(), har_entry(pay, seconds=2)]
    failing = [har_entry(), har_entry(token, status=401, seconds=1), har_entry(pay, status=500, seconds=2)]

    first = compared(working, failing).first

    assert first is not None
    assert first.kind == "failed"
    assert first.text.endswith("/api/token is called in the failing capture only: the server answered 401")
