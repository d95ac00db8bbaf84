"""IDs are taken from where vendors put them, and look-alikes are not."""

from diagpack.model.exchange import from_entry
from diagpack.model.id_harvest import Seen, harvest, harvest_text, is_id_name
from tests.har_fixtures import har_entry


def test_servers_and_spans_are_no_request_ids() -> None:
    assert is_id_name("X-Request-Id")
    assert is_id_name("x-acme-correlation-id")
    assert not is_id_name("x-served-by")
    assert not is_id_name("x-b3-spanid")


def test_an_all_zero_trace_and_words_are_left_out() -> None:
    entry = har_entry(headers={"x-request-id": "undefined", "x-trace-id": "00000000-0000-0000"})

    assert list(harvest(from_entry(entry), is_failing=True)) == []


def test_fields_that_only_errors_use_count_only_inside_errors() -> None:
    body = '{"eventId": "ev-000001", "error": {"debug_id": "db-000001"}}'

    calm = [each.id for each in harvest(from_entry(har_entry(body=body)), is_failing=False)]
    failing = [each.id for each in harvest(from_entry(har_entry(body=body)), is_failing=True)]

    assert calm == ["db-000001"]
    assert failing == ["ev-000001", "db-000001"]


def test_console_lines_are_searched() -> None:
    assert list(harvest_text('GET /x failed requestId="req-0001", user=1234567890')) == [
        Seen("req-0001", "requestId", "body")
    ]


def test_a_body_of_brackets_is_survived() -> None:
    assert list(harvest(from_entry(har_entry(body="[" * 50_000)), is_failing=True)) == []
