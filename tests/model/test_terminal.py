"""Evidence shown on a terminal cannot act on it."""

from hypothesis import given
from hypothesis import strategies as st

from diagpack.model.terminal import escape


@given(st.text())
def test_no_control_format_or_bidi_character_passes(text: str) -> None:
    shown = escape(text)

    assert all(each.isprintable() for each in shown)
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_ordinary_text_stays() -> None:
    assert escape("Anmeldung schlägt fehl: 500 «Fehler» 日本語") == "Anmeldung schlägt fehl: 500 «Fehler» 日本語"


def test_long_text_is_cut_and_says_so() -> None:
    assert escape("a" * 600) == "a" * 500 + "…"
