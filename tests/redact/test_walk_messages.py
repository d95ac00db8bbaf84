"""Event streams, WebSocket frames, JSON Lines in bodies."""

from diagpack.redact.walk_messages import (
    is_event_stream,
    is_json_lines,
    redact_event_stream,
    redact_frame,
    redact_json_lines,
)
from tests.redact.planting import engine

_STREAM = 'event: login\r\nid: 7\r\ndata: {"password":"canary-1"}\r\n\r\n: note\r\ndata: plain\r\n\r\n'


def test_an_event_stream_keeps_its_lines() -> None:
    shown = redact_event_stream(engine(), _STREAM)

    assert is_event_stream(_STREAM)
    assert "canary" not in shown
    assert shown.count("\n") == _STREAM.count("\n")
    assert shown.endswith("\r\n\r\n: note\r\ndata: plain\r\n\r\n")


def test_a_tagged_frame_keeps_its_tag() -> None:
    shown = redact_frame(engine(), '42["auth",{"token":"canary-1a2b3c"}]')

    assert shown.startswith('42["auth",{"token":"dp-token-')


def test_a_frame_that_is_no_json_is_text() -> None:
    assert "canary" not in redact_frame(engine(), "42[password=canary-1")


def test_json_lines_are_walked_one_by_one() -> None:
    text = '{"password":"canary-1"}\nnot json password=canary-2\n\n{"a":1}\n'

    shown = redact_json_lines(engine(), text)

    assert is_json_lines(text) is False or shown.count("\n") == 4
    assert "canary" not in shown
    assert shown.endswith('\n\n{"a":1}\n')


_KEY_BLOCK = "-----BEGIN PRIVATE KEY-----\nQ2FuYXJ5Q2FuYXJ5Q2FuYXJ5\nQ2FuYXJ5Q2FuYXJ5\n-----END PRIVATE KEY-----"


def test_a_key_on_several_lines_of_a_stream_goes_as_a_whole() -> None:
    as_data = "event: x\n" + "\n".join(f"data: {each}" for each in _KEY_BLOCK.split("\n")) + "\n\n"
    beside = f"data: x\n{_KEY_BLOCK}\n"

    for text in (as_data, beside):
        shown = redact_event_stream(engine(), text)
        assert "Q2FuYXJ5" not in shown
        assert shown.count("\n") == text.count("\n")


def test_a_key_on_several_lines_between_json_lines_goes_as_a_whole() -> None:
    shown = redact_json_lines(engine(), f'{{"a":1}}\n{_KEY_BLOCK}\n{{"b":2}}\n')

    assert "Q2FuYXJ5" not in shown
    assert shown.startswith('{"a":1}\n')
    assert shown.endswith('\n{"b":2}\n')
