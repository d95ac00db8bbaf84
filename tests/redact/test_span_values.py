"""Values found in text: which count, and what they become."""

import pytest

from diagpack.redact.edits import Edit
from diagpack.redact.engine import Engine
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.spans import Span
from tests.redact.planting import DETECTORS, KEY, POLICY, engine


@pytest.mark.parametrize(
    ("text", "entity", "is_replaced"),
    [
        (b"canary", "secret", True),
        (b"*****", "secret", False),
        (b"jo@customer.example", "email", True),
        (b"@customer.example", "email", False),
        (b"126.0.0.0", "ip", False),
        (b"203.0.113.9", "ip", True),
    ],
)
def test_what_is_hidden_already_or_no_value_does_not_count(text: bytes, entity: str, is_replaced: bool) -> None:
    assert engine().counts(text, Span(0, len(text), entity, "x")) is is_replaced


def test_an_id_of_the_vendor_stays_in_text() -> None:
    subject = Engine(POLICY, Pseudonyms(KEY), DETECTORS, vendor_ids=["T-[0-9]+"])

    assert subject.counts(b"T-1", Span(0, 3, "user", "x")) is False
    assert subject.counts(b"U-1", Span(0, 3, "user", "x")) is True


@pytest.mark.parametrize("sign", [b"%40", b"\\u0040", b"&#64;", b"%2540"])
def test_an_escaped_at_sign_is_written_back_the_way_it_stood(sign: bytes) -> None:
    shown = engine().replacement_of(b"jo" + sign + b"customer.example", "email", "email")

    assert shown.endswith(sign + b"dp.invalid")


def test_an_edit_that_changes_nothing_is_none() -> None:
    subject = engine()
    found = [Edit(0, 2, b"ab", "", "packed"), Edit(3, 9, None, "secret", "x")]

    assert [each[:2] for each in subject._spans.settled(b"ab canary", found)] == [(3, 9)]


def test_a_learned_value_in_a_run_that_is_opened_is_left_to_what_opens_it() -> None:
    subject = engine()
    opened, learned = Edit(0, 8, b"dp", "secret", "base64"), Edit(2, 6, None, "word", "learned-encoded")
    elsewhere = Edit(20, 26, None, "word", "learned-encoded")

    assert subject._spans.without_opened([learned, elsewhere, opened]) == [opened, elsewhere]
