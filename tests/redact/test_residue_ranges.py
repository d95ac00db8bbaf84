"""Ranges of a file under the last look: every byte in one of them, nothing hidden where they meet."""

import base64
from io import BytesIO

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact.residue import ResidueScanner
from diagpack.redact.residue_ranges import cut, read


def test_a_file_in_ranges_is_searched_like_a_whole_one() -> None:
    # One of each, anywhere: also where ranges meet, in a file of lines and in one without a line end.
    token = "canary-Opaque77"
    packed = base64.b64encode(f"this long text holds {token} somewhere in it, and goes on".encode()).decode()
    scanner = ResidueScanner({token: "secret"}, np.empty(0, dtype=np.uint64), lambda data: False)
    for filler in ('{"a": "bcd", "e": 1},', "plain words of a line\n"):
        for planted in (token, packed, f"say%20{token.replace('-', '%2D')}"):
            for place in range(64 * 1024 - 200, 64 * 1024 + 200, 37):
                content = (filler * 20_000)[: 4 * place]
                content = f'{content[:place]}"{planted}"{content[place:]}'.encode()
                with BytesIO(content) as stream:
                    found = [
                        hit.rule
                        for start, end in cut(stream, len(content), 64 << 10)
                        for hit in scanner.scan_range("a", stream, start, end)
                    ]
                assert set(found) == {"value/secret"}, (filler, planted, place)


@given(st.binary(max_size=3000), st.integers(1, 500))
def test_ranges_cover_every_byte_once(content: bytes, step: int) -> None:
    found = cut(BytesIO(content), len(content), step)

    assert b"".join(content[start:end] for start, end in found) == content
    assert all(end > start for start, end in found)


def test_a_range_is_read_from_the_boundary_before_it() -> None:
    content = b"".join(b"line %06d\n" % number for number in range(30_000))
    with BytesIO(content) as stream:
        (_, first), (start, end) = cut(stream, len(content), 200_000)[:2]
        seen = read(stream, start, end)
        far = read(stream, start, end, 100_000)

    assert first == start
    assert seen.startswith(b"line ")
    assert seen.endswith(content[start:end])
    assert 32 << 10 < len(seen) - (end - start) <= 64 << 10
    assert len(far) - (end - start) >= 100_000
