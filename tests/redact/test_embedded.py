"""JSON behind something else on its line is read by its structure, and only there."""

import time

import pytest

from diagpack.redact.blocks.embedded import documents
from diagpack.redact.standalone import Standalone
from tests.redact.planting import KEY, POLICY

_ALONE = Standalone(KEY, POLICY)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'INFO body={"a": 1, "b": [1, {"name": "d"}]} ok', [b'{"a": 1, "b": [1, {"name": "d"}]}']),
        (b'a [{"name":"x","value":"y"},{}] b {"name":"x","value":"y"}', [b'[{"name":"x","value":"y"},{}]',
                                                                       b'{"name":"x","value":"y"}']),
        (b'{"name": "of a whole line"}\nx {"name": "on another line"}', [b'{"name": "of a whole line"}',
                                                                       b'{"name": "on another line"}']),
        (b'INFO {"page": "two", "status": 200, "took": "3ms and more"}', []),
        (b'x {"name": 1} {broken: 1} {"label": "off, and nothing closes it', []),
        (b'x {"name":\n "two lines and more than that"}', []),
        (b"no document", []),
        (b'x {"label": "' + b"y" * 40_000 + b'"} z', [b'{"label": "' + b"y" * 40_000 + b'"}']),
        (b'x {"args": [' + b"true, " * 4_000 + b'1]} z', [b'{"args": [' + b"true, " * 4_000 + b"1]}"]),
    ],
)  # fmt: skip
def test_where_documents_stand(data: bytes, found: list[bytes]) -> None:
    assert [data[start:end] for start, end in documents(data)] == found


@pytest.mark.parametrize(
    "part", [b'x {"new":', b'x {"new":[1,', b'{"new":1}', b'x {"new":"', b'x {"new":1 ', b'[{"new":' + b"9" * 5000]
)
def test_a_long_line_is_parsed_once(part: bytes) -> None:
    data = part * (500_000 // len(part))
    started = time.process_time()

    assert sum(1 for _ in documents(data)) >= 0
    assert time.process_time() - started < 20


def test_neighbours_count_and_the_rest_of_the_line_stays() -> None:
    line = '10:00:00 INFO req=1 body={"name": "Canary", "email": "canary@example.com", "n": 1.50} took 3ms\n'

    shown = _ALONE.text(line + line.replace("Canary", "Canaryson"))

    assert "anary" not in shown
    assert shown.splitlines()[0].startswith('10:00:00 INFO req=1 body={"name": "dp-name-')
    assert shown.splitlines()[1].endswith(', "n": 1.50} took 3ms')


def test_what_holds_nothing_stays_as_it_was_written() -> None:
    text = 'INFO {"page": "two",  "size":3, "list": [1, 2,3]} ok {"u": "\\u00e9", "name": "orders"}'

    assert _ALONE.text(text) == text
