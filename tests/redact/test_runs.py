"""Runs of base64 and hex are found wherever they stand."""

import base64
import random
import zlib

import pytest

from diagpack.redact.detectors._engine import compiled
from diagpack.redact.packed import unpack_base64
from diagpack.redact.runs import BOMB, RUNS, opened_run, runs

_CAP = 1 << 20


def _texts(data: bytes) -> list[bytes]:
    return [unpacked.text for _start, _end, _kind, unpacked in runs(data, _CAP)]


def test_each_of_many_lines_is_opened() -> None:
    texts = [f"canary-{number:04}".encode() for number in range(100)]

    assert _texts(b"\n".join(map(base64.b64encode, texts))) == texts


def test_lines_are_found_as_the_pattern_alone_finds_them() -> None:
    chance = random.Random(7)  # noqa: S311 - reproducible, no secret
    makers = (
        lambda: base64.b64encode(b"a text, number %d" % chance.randrange(10**9)),
        lambda: base64.b64encode(chance.randbytes(chance.randrange(9, 60))),
        lambda: b"2026-03-02 INFO " + base64.b64encode(b"in a line %d" % chance.randrange(10**6)) + b" end",
        lambda: b"word%d" % chance.randrange(99),
        lambda: base64.b64encode("wide text".encode("utf-16-le")) + b"=",
        lambda: b"",
    )
    data = b"\n".join(chance.choice(makers)() for _ in range(600))
    packed = compiled(RUNS[0])

    alone = []
    for start, end in packed.spans(data):
        first = start if data[start : start + 1].isalnum() or data[start] in b"+/_-" else start + 1
        if end - first >= 12 and unpack_base64(data[first:end], _CAP) is not None:
            alone.append((first, end))

    found = [(start, end) for start, end, kind, _ in runs(data, _CAP) if kind == "base64"]
    assert set(alone) <= set(found)
    assert len(alone) > 200


@pytest.mark.parametrize("frame", [b"%s", b"x %s y", b"/a/b/%s", b"k=%s;"])
def test_a_run_may_stand_anywhere(frame: bytes) -> None:
    assert _texts(frame % base64.b64encode(b"the canary text")) == [b"the canary text"]


def test_hex_is_opened_too() -> None:
    assert [each[2] for each in runs(b"value " + b"the canary text".hex().encode(), _CAP)] == ["hex"]


def test_a_bomb_is_none_that_is_read() -> None:
    run = base64.b64encode(zlib.compress(bytes(1 << 20)))

    assert opened_run("base64", run, 1000) is BOMB
