"""The ID finder agrees with a naive search, whatever the chunks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.collectors.logs.idsearch import IdFinder, has_borders

_TWO_LETTERS = st.text("ab", max_size=300).map(str.encode)
_PATTERNS = st.sets(st.text("ab", min_size=1, max_size=20).map(str.encode), min_size=1, max_size=5)
_MIXED = st.sets(st.text("0123456789abcdef", min_size=4, max_size=40).map(str.encode), min_size=1, max_size=6)


def _naive(data: bytes, patterns: set[bytes]) -> list[tuple[int, bytes]]:
    return sorted((at, each) for each in patterns for at in range(len(data)) if data.startswith(each, at))


@settings(deadline=None, max_examples=150)
@given(_TWO_LETTERS, _PATTERNS)
def test_a_two_letter_alphabet_gives_the_same_hits_as_a_naive_search(data: bytes, patterns: set[bytes]):
    finder = IdFinder(dict.fromkeys(patterns, "id"))

    assert finder.find(bytearray(data), len(data), len(data)) == _naive(data, patterns)


@settings(deadline=None, max_examples=150)
@given(_MIXED, st.lists(st.integers(0, 5), max_size=12), st.binary(max_size=60))
def test_planted_ids_of_mixed_length_are_found_between_noise(patterns: set[bytes], order: list[int], noise: bytes):
    listed = sorted(patterns)
    data = noise.join(listed[each % len(listed)] for each in order) + noise
    finder = IdFinder(dict.fromkeys(patterns, "id"))

    assert finder.find(data, len(data), len(data)) == _naive(data, patterns)


@settings(deadline=None, max_examples=200)
@given(st.text("ab", min_size=40, max_size=200).map(str.encode), _PATTERNS, st.integers(0, 39))
def test_stale_bytes_behind_the_valid_ones_never_match(data: bytes, patterns: set[bytes], size: int):
    finder = IdFinder(dict.fromkeys(patterns, "id"))

    assert finder.find(bytearray(data), size, size) == _naive(data[:size], patterns)


@settings(deadline=None, max_examples=100)
@given(_TWO_LETTERS, _PATTERNS)
def test_without_numpy_the_hits_are_the_same(data: bytes, patterns: set[bytes]):
    plain = IdFinder(dict.fromkeys(patterns, "id"), use_numpy=False)

    assert plain.find(data, len(data), len(data)) == _naive(data, patterns)


def test_an_id_of_zeros_is_found_too():
    id = b"00000000-0000-0000-0000-000000000000"

    assert IdFinder({id: "zero"}).find(b"x" + id + b"y", 38, 38) == [(1, id)]


def test_an_id_inside_a_longer_token_is_not_the_id():
    assert not has_borders(b"x=a", b" ")
    assert not has_borders(b"x=", b"0")
    assert has_borders(b"req=", b'"')
    assert has_borders(b"", b"")


def test_an_escape_in_front_of_an_id_is_a_border():
    assert has_borders(b"id%3D", b"&")
    assert has_borders(b"\\u003d", b" ")
    assert has_borders(b"id\\n", b" ")
