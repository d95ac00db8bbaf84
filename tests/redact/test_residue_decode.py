"""One step of decoding: only what an escape touches, each piece once, nothing joined that was apart."""

import base64
import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact import residue_decode
from diagpack.redact.residue_decode import JOIN, decodings, flat


def _layers(text: bytes, reach: int = 0) -> list[bytes]:
    return [layer for layer, _ in decodings(text, flat(text), set(), reach)]


@given(st.text(alphabet='ab"\\/ ', max_size=30), st.integers(1, 5))
def test_quoting_is_undone_for_every_depth_at_once(value: str, depth: int) -> None:
    quoted = value
    for _ in range(depth):
        quoted = json.dumps(quoted)[1:-1]

    assert flat(quoted.encode()) == flat(value.encode())


def test_only_lines_and_strings_with_an_escape_are_decoded_and_equal_ones_once() -> None:
    lines = b"plain 100% line\n" * 500 + b"GET /a%20b\n" * 500 + b'{"a": "x&amp;y", "b": "plain"}\n' * 500

    assert _layers(lines) == [b"GET /a b", b'"a": "x&y']


def test_with_values_over_several_strings_the_neighbours_are_decoded_too() -> None:
    members = [b'"k": "v"', b'"l": "w"', b'"a": "x "y" &lt; z"', b'"b": "q"', b'"c": "r"']

    assert _layers(b"{" + b", ".join(members) + b"}", 4) == [b' "a": "x "y" < z", "b": "q"']
    assert _layers(b"{" + b",".join(members) + b"}", 4) == [b'"a": "x "y" < z","b": "q"']
    assert _layers(b"one\ntwo\nthree &lt;\nfour\nfive", 4) == [b"two\nthree <\nfour"]


@pytest.mark.parametrize("text", [b"50% of", b"a&b=c&limit=5", b"C:\\new", b"\\d+"])
def test_a_sign_that_is_no_escape_gives_no_layer(text: bytes) -> None:
    assert _layers(text) == []


def test_readable_runs_are_one_layer_and_packed_ones_layers_of_their_own() -> None:
    runs = [base64.b64encode(f"readable {number} text".encode()) for number in range(3)]
    packed = base64.b64encode(gzip.compress(b"packed", mtime=0))

    found = _layers(b" ".join([*runs, *runs, packed, b"68657820" * 3]))

    assert found == [
        gzip.compress(b"packed", mtime=0),
        JOIN.join([b"readable 0 text", b"readable 1 text", b"readable 2 text", b"hex hex hex "]),
    ]


def test_bare_deflate_is_opened_also_when_its_first_bytes_could_be_text() -> None:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflater.compress(b"Authorization: Bearer cAnary7Qz81x6") + deflater.flush()
    assert residue_decode._is_readable(packed)

    assert b"Authorization: Bearer cAnary7Qz81x6" in _layers(base64.b64encode(packed))
    assert b"Authorization: Bearer cAnary7Qz81x6" in _layers(packed)
