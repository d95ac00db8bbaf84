"""Phone numbers on the customer's side: by form or by a word before them; what only looks like one stays."""

import pytest

from diagpack.guide.script.redactor import Redactor
from tests.guide.support import book

REDACTOR = Redactor(book(), bytes(32))


@pytest.mark.parametrize(
    "text",
    ["+44 20 7946 0958", "+14155550132", "0049 30 901820", "(212) 555-0142", "212-555-0142", "tel:+493012345678",
     "mobile: 0151 23456789", "fax 030/901820", "Telefon 089 1234567", "téléphone : 01 99 00 12 34",
     "teléfono 910 123 456", "電話 03-1234-5678", "please call 020 7946 0958", "+49 (0) 151 234 567 89"],
)  # fmt: skip
def test_a_phone_number_is_replaced(text: str) -> None:
    out = REDACTOR.text(f"reach me: {text} today")

    assert "dp-phone-" in out
    assert not any(each.isdigit() and each in text for each in out.split("dp-phone-")[0])


@pytest.mark.parametrize(
    "text",
    ["2026-11-23 10:15:30 +0000", "called at 2026-11-23 10:15", "version 10.2.3.4-5", "ts 1700000000", "id=4155550132",
     "order 12345678", "x +86400000", "offset +01:00", "5f2b0a3e-1c4d-4e8f-9a7b-0c1d2e3f4a5b", "call 3 of 12",
     "mobile.css?v=20261123", "trace 00000000000000000000000012345678", "GET /v2/2026-11-23/555-0142"],
)  # fmt: skip
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert REDACTOR.text(text) == text
