"""Where a text is cut: at line ends, outside of blocks, into the same ranges for everybody."""

import base64
import io
import itertools
import textwrap

import pytest

from diagpack.redact.pieces import PIECE, pieces, ranges


def test_pieces_are_whole_lines() -> None:
    data = b"".join(b"line %d\n" % number for number in range(50_000))

    found = list(pieces(io.BytesIO(data), 0, len(data)))

    assert b"".join(found) == data
    assert all(each.endswith(b"\n") for each in found)
    assert max(map(len, found)) <= 2 * PIECE


def test_ranges_cover_everything_and_end_on_lines() -> None:
    data = b"".join(b"line %d\n" % number for number in range(50_000))

    found = ranges(io.BytesIO(data), len(data), 100_000)

    assert found[0][0] == 0
    assert found[-1][1] == len(data)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(found))
    assert all(data[end - 1 : end] == b"\n" for _, end in found)
    sizes = [end - start for start, end in found]
    assert max(sizes) <= 100_000 + 20
    assert sizes[0] >= 3 * sizes[-2] >= 3 * sizes[-1]


@pytest.mark.parametrize("open_block", [b"-----BEGIN PRIVATE KEY-----\n", b"password:\n", b"token=\n"])
@pytest.mark.parametrize("step", [1, 7, 60, 600])
def test_ranges_go_on_through_blocks_that_are_longer_than_they(open_block: bytes, step: int) -> None:
    data = (open_block + b"AAAAAAAAAA\n") * 60

    found = ranges(io.BytesIO(data), len(data), step)

    assert found[0][0] == 0
    assert found[-1][1] == len(data)
    assert all(start < end == following for (start, end), (following, _) in itertools.pairwise(found))


def test_a_text_of_two_ranges_is_cut_in_the_middle_only() -> None:
    data = b"x" * 9 + b"\n"

    assert ranges(io.BytesIO(data * 100), 1000, 500) == [(0, 510), (510, 1000)]


@pytest.mark.parametrize("shape", ["{}", "data: {}", '{{"text":"{}","line":1}}', "# {}"])
def test_no_range_ends_between_lines_of_base64(shape: str) -> None:
    secret = base64.b64encode(b"some words in front of it, user=zofia&password=canary-1 and behind " * 3).decode()
    lines = ["a line of words"] * 30 + [shape.format(each) for each in textwrap.wrap(secret, 60)] + ["more words"] * 30
    data = "".join(f"{each}\n" for each in lines).encode()
    inside = range(len("a line of words\n") * 30 + 1, len(data) - len("more words\n") * 30 - 1)

    for step in range(inside[0], inside[-1], 7):
        cuts = {end for _, end in ranges(io.BytesIO(data), len(data), step, is_even=True)}
        assert not cuts.intersection(inside), step


def test_base64_without_end_is_cut_after_all() -> None:
    data = b"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\n" * 20_000

    found = ranges(io.BytesIO(data), len(data), 100_000)

    assert len(found) > 5
