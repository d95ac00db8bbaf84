"""Forms of a value: few, folded, each with the test that a finding must pass."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact.residue_forms import Form, forms


@given(st.binary(min_size=8, max_size=30), st.binary(max_size=7), st.binary(max_size=7))
def test_a_part_of_any_base64_is_among_the_forms(value: bytes, before: bytes, behind: bytes) -> None:
    text = value.decode("latin-1")
    run = base64.b64encode(before + text.encode() + behind)

    # At least one of the three alignments stands in the run as it is.
    assert any(form.exact is not None and form.exact in run for _, form in forms(text, "secret"))


def test_a_secret_keeps_its_case_and_a_long_one_may_stand_in_a_word() -> None:
    found = dict(forms("Canary-77", "token"))

    assert found[b"canary-77"] == Form("token", b"Canary-77", True)
    assert dict(forms("Canary-Longer-77", "token"))[b"canary-longer-77"].is_bounded is False
    assert dict(forms("Quillon", "name"))[b"quillon"] == Form("name", None, True)
    assert found[b"Canary-77".hex().encode()] == Form("token", None, False)


@pytest.mark.parametrize(("value", "entity"), [("abcde", "secret"), ("Bo", "name"), ("", "token")])
def test_a_value_too_short_has_no_forms(value: str, entity: str) -> None:
    assert forms(value, entity) == []


def test_two_tests_for_one_key_give_the_looser_one() -> None:
    strict, loose = Form("token", b"Ab", True), Form("name", None, False)

    assert strict.joined(loose) == Form("token", None, False)
    assert strict.joined(strict) == strict
