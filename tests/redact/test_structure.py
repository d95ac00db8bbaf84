"""What a value of unknown structure is taken for."""

import pytest

from diagpack.redact.engine import MESSAGE
from diagpack.redact.structure import redact_message, redact_structure
from tests.redact.planting import compact_jwt, engine


@pytest.mark.parametrize("text", ["plain words", "a, b", "GET /x HTTP/1.1", "{broken", "<3 you", "12345678"])
def test_plain_text_is_left_to_the_detectors(text: str) -> None:
    assert redact_structure(engine(), text, "") is None


@pytest.mark.parametrize(
    "text",
    [
        '{"password":"canary-1"}',
        '["password=canary-1"]',
        '"password=canary-1"',
        "<a><password>canary-1</password></a>",
        "a=1&password=canary-1",
    ],
)
def test_structures_are_walked(text: str) -> None:
    shown = redact_structure(engine(), text, "")

    assert shown is not None
    assert "canary" not in shown


def test_a_message_is_a_jwt_or_saml_and_nothing_else() -> None:
    assert redact_message(engine(), "canaryAAAABBBBCCCCDDDD") is None
    assert redact_message(engine(), "kan\u00e4ri" * 10) is None
    assert redact_structure(engine(), compact_jwt({"sub": "canary"}), MESSAGE) is not None
