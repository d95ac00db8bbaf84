"""Bodies stand in files unless they are short plain text; braces of literals cannot act."""

import pytest

from diagpack.model.exchange import from_entry
from diagpack.model.repro import Slot, Slots, Template, call_of
from diagpack.render.repro.bodies import (
    as_node_header,
    body_files,
    encoded,
    inline_text,
    is_active,
    with_braces,
    without_stray_percent,
)
from tests.har_fixtures import har_entry

SLOT = Slot("DP_AUTH_1", "dp-secret-k3f9q2m7ab4t")


@pytest.mark.parametrize(
    ("body", "is_inline"),
    [(b"{}", True), (b"a\tb\n", True), (b"\x00", False), (b"\xff", False), (b"\x1b", False), (b"a" * 9000, False)],
)
def test_what_may_stand_in_a_script(body: bytes, is_inline: bool) -> None:
    assert (inline_text(body) is not None) is is_inline


@pytest.mark.parametrize(
    ("template", "active"),
    [
        (("{{x}}",), True),
        (("a{", SLOT), True),
        (("a{",), False),
        (('{"a":{"b":1}}',), False),
        (("Bearer ", SLOT), False),
    ],
)
def test_what_an_editor_would_act_on(template: Template, active: bool) -> None:
    assert is_active(template) is active


def test_templates_are_spelled_for_clients() -> None:
    assert with_braces(("a ", SLOT)) == "a {{DP_AUTH_1}}"
    assert encoded(("/{{x}}/a{1}", SLOT)) == ("/%7B%7Bx%7D%7D/a{1}", SLOT)
    assert encoded(("/a{", SLOT, "}b")) == ("/a%7B", SLOT, "%7Db")
    assert encoded(("/a\\b?c\\d",)) == ("/a%5Cb?c\\d",)
    assert without_stray_percent(("/%zz%41", SLOT)) == ("/%25zz%41", SLOT)
    assert as_node_header(("ü",)) == ("Ã¼",)


def test_files_are_named_by_number_only() -> None:
    entry = har_entry(method="POST", post='{"t":"dp-secret-k3f9q2m7ab4t"}', _dpEntry=12)

    call = call_of(from_entry(entry), "", Slots(["app.example.com"]))

    assert call is not None
    assert body_files((call,)) == {"bodies/0012.txt": b'{"t":"{{DP_SECRET_1}}"}'}
