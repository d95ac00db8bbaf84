"""Learned values are found as whole words, in any case where case means nothing."""

import base64

import pytest

from diagpack.redact.dictionary import Dictionary, base64_cores


def _found(values: dict[str, str], text: str) -> list[str]:
    data = text.encode()
    return [data[each.start : each.end].decode() for each in Dictionary(values).find(data)]


@pytest.mark.parametrize(
    ("value", "entity", "text", "found"),
    [
        ("Quillon", "name", "hi Quillon, QUILLON, quillon!", 3),
        ("Quillon", "name", "Quillonia and MacQuillon", 0),
        ("Ada", "name", "Ada met ada", 1),
        ("Pass-w0rd", "password", "Pass-w0rd pass-w0rd", 1),
        ("Zoë Ünal", "name", "zoë ünal and ZOË ÜNAL", 2),
        ("opaque123456789", "secret", "xopaque123456789y", 1),
    ],
)
def test_words_are_found(value: str, entity: str, text: str, found: int) -> None:
    assert len(set(_found({value: entity}, text)) or []) <= found
    assert len(_found({value: entity}, text)) >= found
    assert bool(_found({value: entity}, text)) is bool(found)


@pytest.mark.parametrize("filler", [b"", b"x", b"xy"])
def test_a_base64_core_is_in_every_alignment(filler: bytes) -> None:
    encoded = base64.b64encode(filler + b"canary-value" + b"tail")

    assert any(core in encoded for core in base64_cores(b"canary-value"))


def test_the_whole_run_around_an_encoded_value_is_taken() -> None:
    run = base64.b64encode(b"\x00\xff\x01canary-value\x02\xfe").decode()

    assert _found({"canary-value": "secret"}, f"blob {run} end") == [run]


def test_an_empty_dictionary_finds_nothing() -> None:
    assert _found({}, "text") == []
    assert len(Dictionary({})) == 0
