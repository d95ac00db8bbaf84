"""The template environment."""

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from diagpack.render._templates import environment, static


def rendered(source: str, **values: object) -> str:
    return environment().from_string(source).render(**values)


def test_everything_is_escaped() -> None:
    assert (
        rendered('<p title="{{ x }}">{{ x }}</p>', x="\"'<&>")
        == '<p title="&#34;&#39;&lt;&amp;&gt;">&#34;&#39;&lt;&amp;&gt;</p>'
    )


def test_characters_that_act_are_shown() -> None:
    assert rendered("{{ x }}", x="a\u202eb\x00") == "a⟨U+202E⟩b⟨U+0000⟩"


def test_our_own_markup_passes() -> None:
    assert rendered("{{ x }}", x=Markup("<b>")) == "<b>"


def test_a_template_in_a_value_is_text() -> None:
    assert rendered("{{ x }}", x="{{ 7 * 7 }}{% raw %}") == "{{ 7 * 7 }}{% raw %}"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ nothing }}")


def test_our_files_cannot_close_their_own_element() -> None:
    assert "</" not in static("report.css")
    assert "</" not in static("report.js")
