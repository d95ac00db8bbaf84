"""Elements and fields whose name and value do not stand side by side."""

import pytest

from diagpack.redact.blocks.elements import element_values
from tests.redact.planting import POLICY, engine


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x <w:Password Type='t'>canary1</w:Password>", [("canary1", "password")]),
        ("<password><![CDATA[ca<na&ry]]></password>", [("ca<na&ry", "password")]),
        ('<input value="canary1" type="hidden" name="csrf_token">', [("canary1", "token")]),
        ("<input name=pin type=password value=canary1>", [("canary1", "password")]),
        ('<meta name="csrf-token" content="canary1" />', [("canary1", "token")]),
        ('<string name="api_key">canary1</string>', [("canary1", "key")]),
        ('<add key="ClientSecret" value="ca&quot;nary"/>', [("ca&quot;nary", "secret")]),
        ('<user id="7"><firstName lang="en">Canary</firstName></user>', [("Canary", "name")]),
        ('<input name="page" value="7"> <p class="token">no value</p> <a name="secret">shown</a>', []),
        ('<input name="password" value=""> <password type="x"></password> <password a="b">open', []),
        ("a < b and c = d > e, List<String password=> none", []),
    ],
)
def test_the_name_says_what_the_value_is(text: str, found: list[tuple[str, str]]) -> None:
    data = text.encode()

    values = [(data[start:end].decode(), entity) for start, end, entity in element_values(POLICY, data)]

    assert values == found


def test_a_million_open_tags_take_linear_time_and_nothing_else_changes() -> None:
    for part in ('<a b="', "<a b=c ", "<password x='1'>", "<a " + "x" * 50, '<input name="'):
        data = (part * 20_000).encode()

        assert list(element_values(POLICY, data)) == []


def test_a_value_of_an_element_is_replaced_in_a_line() -> None:
    shown = engine().text("INFO sent <w:Password Type='t'>canary1</w:Password> to <a href='/next'>next</a>")

    assert "canary" not in shown
    assert shown.endswith("</w:Password> to <a href='/next'>next</a>")
