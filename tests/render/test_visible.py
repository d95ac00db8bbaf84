"""Characters that act are shown, the rest stays as it is."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from diagpack.render._visible import clipped, one_line, visible


def test_bidirectional_marks_are_shown_by_number() -> None:
    assert visible("invoice\u202egpj.exe") == "invoice⟨U+202E⟩gpj.exe"


def test_terminal_escapes_are_shown() -> None:
    assert visible("\x1b[31mred\x9b0m\x07") == "⟨U+001B⟩[31mred⟨U+009B⟩0m⟨U+0007⟩"


def test_line_feed_and_tab_stay() -> None:
    assert visible("a\n\tb\r\nc") == "a\n\tb\nc"


def test_people_s_writing_is_not_touched() -> None:
    text = "Übergröße — 日本語 العربية עברית नमस्ते €5 “quoted” 🙂"

    assert visible(text) == text


def test_a_lone_surrogate_can_be_encoded() -> None:
    assert visible("\ud83d").encode() == "⟨U+D83D⟩".encode()


def test_a_cut_text_says_how_much_is_gone_and_where_it_is() -> None:
    assert (
        clipped("x" * 1_000_000, 3, "evidence/har/har-1.har")
        == "xxx… 999997 more characters, see evidence/har/har-1.har"
    )


def test_one_line_has_no_line_break() -> None:
    assert one_line(" a\n\n  b\tc ") == "a b c"


@given(st.text(st.characters(), max_size=200))
def test_nothing_that_acts_passes(text: str) -> None:
    shown = visible(text)

    assert not [
        each for each in shown if unicodedata.category(each) in ("Cc", "Cs", "Co", "Zl", "Zp") and each not in "\n\t"
    ]
    shown.encode()


@given(st.text(st.characters(), max_size=200))
def test_showing_twice_changes_nothing(text: str) -> None:
    assert visible(visible(text)) == visible(text)
