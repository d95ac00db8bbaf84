"""Names that not every system unpacks to the same file are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.sign import names

REFUSED = [
    "",
    "a" * 181,
    "a/b/c/d/e/f/g/h/i",
    "e\u0301.txt",  # (16) not composed
    "a\u200eb",
    "a\u200fb",
    "a\u061cb",
    "a\u202eb",
    "a\u2066b",
    "a\u2028b",
    "a\u2029b",
    "a\u00adb",  # a soft hyphen: format
    "a\ufeffb",
    "a\ue000b",  # private use
    "a\u0378b",  # unassigned
    "a\x00b",
    "a\x1bb",
    "a\x7fb",
    "a\x85b",
    *(f"a{each}b" for each in '\\:*?"<>|'),
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "a/../b",
    "a/./b",
    "a.",
    "a ",
    " a",
    "a/b./c",
    "a/b /c",
    "a/ b/c",
    *("CON con Prn AUX nul conin$ CONOUT$ clock$ COM0 com1 COM9 lpt0 LPT9 COM¹ lpt² LPT³".split()),
    "con.txt",
    "aux.tar.gz",
    "nul .txt",
    "a/COM1.log/b",
    "PROGRA~1",
    "a/b~2.txt",
    "a\uff0fb",  # a full-width solidus folds to a slash
    "\u2025/a",  # a two-dot leader folds to ..
    "a\uff1ab",
]


@pytest.mark.parametrize("name", REFUSED, ids=ascii)
def test_refused(name: str) -> None:
    with pytest.raises(ValueError):
        names.check(name)


@pytest.mark.parametrize(
    "name",
    [
        "README.txt",
        "a" * 180,
        "a/b/c/d/e/f/g/h",
        ".hidden",
        "a b/c d",
        "größe.txt",
        "日本語.har",
        "console.log",
        "common/com10",
        "lpt",
        "a~b",
        "a~",
        "...a",
        "repro/repro.postman_collection.json",
    ],
)
def test_accepted(name: str) -> None:
    names.check(name)


@pytest.mark.parametrize(
    "pair",
    [
        ("a", "A"),
        ("a/b", "A/B"),
        ("straße", "STRASSE"),
        ("ﬁ", "fi"),
        ("K", "k"),  # the Kelvin sign
        ("a", "a/b"),
        ("a/b", "a"),
        ("A/b", "a"),
    ],
)
def test_names_that_meet_on_some_system_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(ValueError):
        names.check_distinct(pair)


def test_neighbours_are_distinct() -> None:
    names.check_distinct(["a/b", "a/c", "ab", "a.b"])


@given(st.text(max_size=30))
def test_a_name_is_checked_or_refused_and_never_crashes(name: str) -> None:
    try:
        names.check(name)
    except ValueError:
        return

    assert not set(name) & set('\\:*?"<>|')
    assert ".." not in name.split("/")
