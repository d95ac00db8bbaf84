"""Replacements: nothing between overlapping findings survives, tokens are not touched."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact.edits import Edit, apply, resolve

_DATA = bytes(range(65, 91)) * 2
_EDITS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 20)).map(
        lambda at: Edit(at[0], min(at[0] + at[1], 52), b"#", "secret", "r")
    ),
    max_size=8,
)


@given(_EDITS)
def test_every_finding_is_covered_and_none_overlaps(found: list[Edit]) -> None:
    chosen = resolve(_DATA, list(found), [])

    assert all(a.end <= b.start for a, b in itertools.pairwise(chosen))
    for each in found:
        assert any(one.start <= each.start and each.end <= one.end for one in chosen)


def test_a_finding_about_a_token_is_dropped_and_one_glued_to_it_is_not() -> None:
    data = b"key=TOKEN?x=1 aTOKEN"

    chosen = resolve(data, [Edit(4, 13, None, "secret", "r"), Edit(14, 20, None, "secret", "r")], [(4, 9), (15, 20)])

    assert [(each.start, each.end) for each in chosen] == [(14, 20)]


def test_a_finding_inside_a_packed_run_takes_the_run() -> None:
    chosen = resolve(_DATA, [Edit(0, 20, b"packed", "", "packed"), Edit(5, 8, None, "name", "learned")], [])

    assert chosen == [Edit(0, 20, None, "name", "learned")]


def test_edits_are_applied_at_once() -> None:
    assert apply(b"abcdef", [Edit(0, 1, b"XX", "s", "r"), Edit(4, 6, b"", "s", "r")]) == b"XXbcd"
