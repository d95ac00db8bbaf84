"""JSON that was printed over several lines into a log."""

import json
import time

import pytest

from diagpack.redact.blocks import lined
from diagpack.redact.json_text import Document
from diagpack.redact.standalone import Standalone
from tests.redact.planting import KEY, POLICY

_ALONE = Standalone(KEY, POLICY)
_BODY = {
    "user": {"id": 42, "login": "anneke", "email": "anneke@example.com", "name": "Anneke Vantongeren"},
    "address": {"street": "Dorpsstraat 7", "zip": "6711AB"},
    "authorization": {"value": "Zk9xQ2pLm4Tn8Rv4"},
    "password": ["hunterpass", "hunterword"],
    "status": 401,
    "code": "invalid_grant",
    "requestId": "0b7c6f1e-6d1c-4f65-9d6e-1c2b3a4d5e6f",
    "took": 1.50,
    "note": "café",
}
_CANARIES = ("anneke", "Anneke", "Vantongeren", "Dorpsstraat", "6711AB", "Zk9xQ2pLm4Tn8Rv4", "hunterpass", "hunterword")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", [1, 2, 4, "\t"])
def test_members_go_as_in_a_document_and_the_lines_stay(indent: int | str, newline: str) -> None:
    body = json.dumps(_BODY, indent=indent, ensure_ascii=False).replace("\n", newline)
    text = f"2026-01-02 03:04:05 INFO body: {body}{newline}2026-01-02 03:04:06 INFO done{newline}"

    shown = _ALONE.text(text)

    assert [each for each in _CANARIES if each in shown] == []
    before, after = text.splitlines(), shown.splitlines()
    assert len(before) == len(after)
    for line, new in zip(before, after, strict=True):
        assert line[: len(line) - len(line.lstrip())] == new[: len(new) - len(new.lstrip())]
        assert "hunter" in line or line.partition(":")[0] == new.partition(":")[0]
    for kept in ('"status": 401', '"code": "invalid_grant"', _BODY["requestId"], '"note": "café"'):
        assert str(kept) in shown
    assert _ALONE.text(shown) == shown


def test_a_body_that_is_cut_off_is_read_as_text() -> None:
    text = "INFO body: " + json.dumps(_BODY, indent=2)[:-40]

    shown = _ALONE.text(text)

    assert "hunterpass" not in shown
    assert "anneke@example.com" not in shown


def test_only_what_changed_is_written_again() -> None:
    data = b'{\n "a" : [ 1.50, {}, [ ] ],\n "b": {"c": "\\u0061"},\n "d": {"e": [1, {"f": 2}]}, "g": null }'
    document = Document()
    value, old = document.loads(data.decode()), document.loads(data.decode())
    value["b"]["c"] = "new"
    value["d"] = "gone"

    found = list(lined.changes(data, old, value, document))

    assert [(data[start:end], new) for start, end, new in found] == [
        (b'"\\u0061"', b'"new"'),
        (b'{"e": [1, {"f": 2}]}', b'"gone"'),
    ]


@pytest.mark.parametrize("part", ['{\n"a":', '{\n"a":1,', '{\n"a":"', '{\n"a":[{\n"b":1},', "{\n"])
def test_openings_that_never_close_are_read_once(part: str) -> None:
    def took(size: int) -> float:
        data = (part * (size // len(part))).encode()
        started = time.process_time()
        list(lined.documents(data))
        return time.process_time() - started

    took(20_000)
    assert took(2_000_000) < 4.0
