"""How live connections end, as Chrome, HTTP Toolkit and our own evidence record it."""

from base64 import b64encode
from typing import Any

import pytest

from diagpack.collectors.har.repair import repair
from diagpack.model.exchange import from_entry
from diagpack.model.failure import Kind, classify
from diagpack.model.party import Party
from tests.har_fixtures import har_entry

URL = "wss://app.example.com/live"


def frame(code: int) -> dict[str, Any]:
    return {"type": "receive", "opcode": 8, "time": 1.5, "data": b64encode(code.to_bytes(2, "big") + b"bye").decode()}


def socket(**more: Any) -> dict[str, Any]:
    return har_entry(URL, status=101, body=None, kind="websocket", **more)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"_webSocketMessages": [frame(1011)]}, "the WebSocket was closed with 1011 (server error)"),
        ({"_webSocketMessages": [frame(4401)]}, "the WebSocket was closed with 4401 (a code of the application)"),
        ({"_webSocketClose": "aborted"}, "the WebSocket was closed with 1006 (it broke off without a close frame)"),
        ({"_webSocketClose": {"code": 1008, "reason": "canary"}},
         "the WebSocket was closed with 1008 (policy violation)"),
        ({"_webSocketMessages": [{"type": "error", "opcode": -1, "data": "canary"}]},
         "the WebSocket was closed with 1006 (it broke off without a close frame)"),
        ({"_webSocketMessages": [frame(1000)]}, ""),
        ({"_webSocketMessages": [frame(1001)]}, ""),
        ({"_webSocketMessages": [{"type": "receive", "opcode": 1, "data": "hello"}]}, ""),
        ({"_webSocketMessages": None}, ""),
    ],
)  # fmt: skip
def test_close_codes_are_judged_raw_and_in_the_evidence(more: dict[str, Any], reason: str) -> None:
    entry = socket(**more)

    for each in (entry, repair(entry, 0)):
        found = classify(from_entry(each), Party())
        assert (found.reason if found else "") == reason
        assert found is None or found.kind is Kind.WEBSOCKET


def test_an_error_event_is_a_failure_of_the_stream() -> None:
    messages = [{"time": 1, "eventName": "message", "data": "1"}, {"time": 2, "eventName": "error", "data": "canary"}]
    entry = har_entry(mime="text/event-stream", body=None, kind="eventsource", _eventSourceMessages=messages)

    found = classify(from_entry(repair(entry, 0)), Party())

    assert found is not None
    assert found.kind is Kind.STREAM
    assert "canary" not in found.reason


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("net::ERR_INCOMPLETE_CHUNKED_ENCODING", Kind.CONNECTION),
        ("net::ERR_HTTP2_PROTOCOL_ERROR 200", Kind.CONNECTION),
        ("net::ERR_CONTENT_LENGTH_MISMATCH", Kind.CONNECTION),
        ("net::ERR_ABORTED", Kind.ABORTED),
        ("something new", None),
    ],
)
def test_an_answer_that_began_well_and_broke_off_failed(error: str, kind: Kind | None) -> None:
    entry = har_entry(body=None)
    entry["response"]["_error"] = error

    found = classify(from_entry(entry), Party())

    assert (found.kind if found else None) is kind


def test_a_stream_that_ends_because_the_page_was_left_is_no_failure() -> None:
    entry = har_entry(mime="text/event-stream", body=None, kind="eventsource")
    entry["response"]["_error"] = "net::ERR_ABORTED"

    assert classify(from_entry(entry), Party()) is None
