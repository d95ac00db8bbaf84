"""Markdown: text is text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.render import _escape_markdown as markdown

_BARE = re.compile(r"(?<!\\)(?:\\\\)*[`*_\[\]|~<>]")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"),
        ("<script>", "&lt;script&gt;"),
        ("a | b", "a \\| b"),
        ("# title", "\\# title"),
        ("1. item", "1\\. item"),
        ("4.2.0", "4.2.0"),
        ("- item", "\\- item"),
        ("line\n# two", "line # two"),
        ("https://evil.test", "https\\://evil.test"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("**bold** `code` ~~gone~~", "\\*\\*bold\\*\\* \\`code\\` \\~\\~gone\\~\\~"),
    ],
)
def test_markup_is_shown_not_obeyed(value: str, shown: str) -> None:
    assert markdown.text(value) == shown


@given(st.text(st.characters(), max_size=200))
def test_no_markup_is_left_unescaped(value: str) -> None:
    shown = markdown.text(value)

    assert _BARE.search(shown) is None
    assert "\n" not in shown


@given(st.text("`a \n|", max_size=40))
def test_a_code_span_closes_only_at_its_end(value: str) -> None:
    shown = markdown.code_span(value)
    fence = re.match("`+", shown)

    assert fence is not None
    inside = shown[fence.end() : -fence.end()]
    assert fence.group(0) not in re.findall("`+", inside)
    assert "\n" not in shown
    assert "|" not in shown


@given(st.text("`~a\n", max_size=60))
def test_a_code_block_cannot_be_closed_from_inside(value: str) -> None:
    first, *inside, last = markdown.code_block(value, "http").split("\n")

    assert first == last + "http"
    assert not [line for line in inside if line.strip().startswith(last)]


def test_a_letter_keeps_its_lines_and_lists() -> None:
    assert (
        markdown.prose("Hello,\n\n- one\n- <b>two</b>\n1. three")
        == "Hello,\n\n- one\n- &lt;b&gt;two&lt;/b&gt;\n1. three"
    )
