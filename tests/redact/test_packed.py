"""Packed texts: found, bounded, packed again the same way."""

import base64
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact.packed import TooBig, is_text, unpack_base64, unpack_bytes, unpack_hex

_TEXT = b"a text that is long enough to be seen"


@pytest.mark.parametrize(
    ("raw", "steps"),
    [
        (_TEXT, ("base64",)),
        (gzip.compress(_TEXT), ("base64", "gzip")),
        (zlib.compress(_TEXT), ("base64", "deflate")),
        (zlib.compress(_TEXT, wbits=-15), ("base64", "raw-deflate")),
        (_TEXT.decode().encode("utf-16-le"), ("base64", "utf-16-le")),
        (_TEXT.decode().encode("utf-16-be"), ("base64", "utf-16-be")),
    ],
)
def test_every_layer_is_opened_and_closed_again(raw: bytes, steps: tuple[str, ...]) -> None:
    unpacked = unpack_base64(base64.b64encode(raw), 1 << 20, is_slot=True)

    assert unpacked is not None
    assert unpacked.text == _TEXT
    assert unpacked.steps == steps
    again = unpack_base64(unpacked.pack(b"another text, also long enough"), 1 << 20, is_slot=True)
    assert again is not None
    assert again.text == b"another text, also long enough"
    assert again.steps == steps


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_padding_and_alphabet_stay(text: str) -> None:
    for run in (base64.b64encode(text.encode()), base64.urlsafe_b64encode(text.encode()).rstrip(b"=")):
        unpacked = unpack_base64(run, 1 << 20, is_slot=True)
        if unpacked is not None and unpacked.steps in (("base64",), ("base64url",)) and unpacked.text == text.encode():
            assert unpacked.pack(unpacked.text).rstrip(b"=") == run.rstrip(b"=")


@pytest.mark.parametrize("window", [31, 15, -15])
def test_a_bomb_is_refused(window: int) -> None:
    deflater = zlib.compressobj(9, zlib.DEFLATED, window)
    bomb = deflater.compress(b"a" * (4 << 20)) + deflater.flush()

    with pytest.raises(TooBig):
        unpack_bytes(bomb, 1 << 20, is_slot=True)


def test_hex_keeps_its_case_and_prefix() -> None:
    unpacked = unpack_hex(b"0x" + _TEXT.hex().upper().encode(), 1 << 20)

    assert unpacked is not None
    assert unpacked.text == _TEXT
    assert unpacked.pack(_TEXT) == b"0x" + _TEXT.hex().upper().encode()


@pytest.mark.parametrize("run", [b"4bf92f3577b34da6a3ce929d0e0e4736", b"deadbeefdeadbeefdeadbeef"])
def test_ids_hold_no_text(run: bytes) -> None:
    assert unpack_hex(run, 1 << 20) is None
    assert unpack_base64(run, 1 << 20) is None


@pytest.mark.parametrize(
    ("raw", "answer"), [(b"abc", True), ("zoë".encode(), True), (b"a\0b", False), (b"\xff\xfe", False), (b"", False)]
)
def test_text_is_told_from_binary(raw: bytes, answer: bool) -> None:
    assert is_text(raw) is answer
