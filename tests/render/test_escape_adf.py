"""ADF: no control characters, no link that runs anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.render import _escape_adf as adf


@pytest.mark.parametrize("link", ["https://example.com/x?y=1", "http://example.com", "mailto:a@example.com"])
def test_ordinary_links_pass(link: str) -> None:
    assert adf.href(link) == link


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "https:x",
        "//example.com",
        "https://[bad",
        "https://example.com/\u202e",
        "",
    ],
)
def test_every_other_link_is_refused(link: str) -> None:
    assert adf.href(link) is None


@given(st.text(st.characters(), max_size=200))
def test_text_has_no_control_character(value: str) -> None:
    assert adf.text(value).isprintable() or not [
        each for each in adf.text(value) if ord(each) < 32 or 127 <= ord(each) < 160
    ]


def test_a_block_keeps_its_lines() -> None:
    assert adf.block("a\n\x1bb") == "a\n⟨U+001B⟩b"
