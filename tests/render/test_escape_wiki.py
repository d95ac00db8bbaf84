"""Jira wiki markup: text is text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.render import _escape_wiki as wiki

_BARE = re.compile(r"(?<!\\)(?:\\\\)*[{}\[\]|*_^~!]")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("{html}<b>{html}", "\\{html\\}<b>\\{html\\}"),
        ("[click|javascript:alert(1)]", "\\[click\\|javascript:alert(1)\\]"),
        ("[~admin]", "\\[\\~admin\\]"),
        ("!https://evil.test/x.png!", "\\!https&#58;//evil.test/x.png\\!"),
        ("a\nh1. big", "a h1. big"),
        ("done (/) :) ok", "done \\(/) \\:) ok"),
    ],
)
def test_markup_is_shown_not_obeyed(value: str, shown: str) -> None:
    assert wiki.text(value) == shown


@given(st.text(st.characters(), max_size=200))
def test_no_markup_is_left_unescaped(value: str) -> None:
    shown = wiki.text(value)

    assert _BARE.search(shown) is None
    assert "\n" not in shown
    assert "://" not in shown


@given(st.lists(st.sampled_from(["{noformat}", "{code:java}", "{ NOFORMAT }", "{Code}", "{", "x", "\n"]), max_size=20))
def test_a_preformatted_block_cannot_be_closed_from_inside(parts: list[str]) -> None:
    block = wiki.noformat("".join(parts))

    assert len(re.findall(r"\{noformat\}", block, re.IGNORECASE)) == 2
    assert not re.findall(r"\{code", block, re.IGNORECASE)
