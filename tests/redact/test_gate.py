"""One search says for each of several shapes whether it may stand in a chunk."""

import itertools

from diagpack.redact.detectors._gate import Gate

SOURCES = (r"\bkey-([0-9]+)", r"://[^\s@(]*@", r"(?i:call|ring)", r"\bkey-([0-9])([0-9])x")
TEXTS = (b" key-1 ", b" a://b@ ", b" CALL ", b" key-12x ", b" nothing ")


def test_every_shape_of_a_chunk_is_told_in_any_order_and_company() -> None:
    gate = Gate()
    likely = [gate.add(lambda each=each: each) for each in SOURCES]

    for count in range(len(TEXTS) + 1):
        for texts in itertools.permutations(TEXTS, count):
            chunk = b"\n".join(texts)
            is_digits = b" key-12x " in texts
            expected = [b" key-1 " in texts or is_digits, b" a://b@ " in texts, b" CALL " in texts, is_digits]
            assert [ask(chunk) for ask in likely] == expected


def test_a_shape_that_joins_later_is_told_as_well() -> None:
    gate = Gate()
    first = gate.add(lambda: "one")
    chunk = b"one two"
    assert first(chunk)

    second = gate.add(lambda: "two")

    assert second(chunk)
    assert first(chunk)
