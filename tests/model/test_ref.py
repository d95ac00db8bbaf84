"""Citations print and parse the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry, Lines, Pointer, Whole, find_refs

places = st.one_of(
    st.just(Whole()),
    st.integers(0, 10**6).map(HarEntry),
    st.tuples(st.integers(1, 10**6), st.integers(0, 500)).map(lambda pair: Lines(pair[0], pair[0] + pair[1])),
    st.lists(st.text("abc019_~", min_size=1, max_size=8), min_size=1, max_size=4).map(
        lambda parts: Pointer("/" + "/".join(parts))
    ),
)


@given(st.from_regex(r"[a-z]{1,8}-[1-9][0-9]{0,3}", fullmatch=True), places)
def test_what_is_printed_parses_back(artifact: str, place: HarEntry | Lines | Pointer | Whole) -> None:
    ref = EvidenceRef(ArtifactId(artifact), place)

    assert EvidenceRef.parse(str(ref)) == ref


@pytest.mark.parametrize(
    ("place", "text"),
    [(HarEntry(37), "[har-1 #37]"), (Lines(3, 3), "[har-1 L3]"), (Lines(3, 9), "[har-1 L3-9]"), (Whole(), "[har-1]")],
)
def test_the_printed_forms(place: HarEntry | Lines | Whole, text: str) -> None:
    assert str(EvidenceRef(ArtifactId("har-1"), place)) == text


@pytest.mark.parametrize("text", ["", "har-1 #37", "[har #37]", "[har-1 #x]", "[har-1 #1] ", "[../-1]"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="citation"):
        EvidenceRef.parse(text)


def test_citations_are_found_inside_a_sentence() -> None:
    found = find_refs("It failed [har-1 #5] and the log agrees [log-2 L4-7], not [this].")

    assert [str(each) for each in found] == ["[har-1 #5]", "[log-2 L4-7]"]
