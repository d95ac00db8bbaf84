"""JSON text comes back as it was, whatever Python would make of it."""

import pytest

from diagpack.redact.json_text import Document, TooDeep


@pytest.mark.parametrize(
    "text",
    [
        '{"n":12345678901234567890123}',
        '{"n":0.1000}',
        '{"n":1E5}',
        '{"n":-0}',
        '{"a":1,"a":2}',
        '{"a":1.50,"a":{"b":[]}}',
    ],
)
def test_numbers_and_repeated_keys_are_written_as_they_were(text: str) -> None:
    document = Document()

    assert document.dumps(document.loads(text)) == text


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":2}', "[1.10]", "[1E5]", "[-0]", '{"a":[],"b":2}', '["é"]', "[1" + "0" * 5000 + "]"]
)
def test_what_python_would_write_in_another_way_is_kept(text: str) -> None:
    document = Document()

    assert document.dumps(document.loads(text)) == text


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": 1', "[1,]", ""])
def test_what_is_outside_of_json_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):
        Document().loads(text)


def test_what_python_cannot_hold_is_too_deep() -> None:
    with pytest.raises(TooDeep):
        Document().loads("[" * 100_000 + "]" * 100_000)


def test_a_long_document_is_written_as_it_was_read() -> None:
    rows = ",".join(f'{{"a":{{"n":{number},"s":"x"}}}}' for number in range(60_000))
    for odd in ('{"n":1}', '{"n":1.50}', '{"n":1,"n":2}', '{"n":1E5}', '{"n":123456789012345678901234567890}'):
        document, text = Document(), f"[{rows},{odd}]"
        assert len(text) > 1 << 20

        assert document.dumps(document.loads(text)) == text
