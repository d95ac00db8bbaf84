"""Tokens: equal for equal values, provable, stable, and never taken for what they are not."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from diagpack.model.keys import CaseKey
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.spans import PERSONAL_CLASSES, SECRET_CLASSES

_CLASSES = sorted(SECRET_CLASSES | PERSONAL_CLASSES)
_MADE = Pseudonyms(CaseKey(b"\x01" * 32))
_OTHER = Pseudonyms(CaseKey(b"\x02" * 32))


@given(st.text(min_size=1), st.sampled_from(_CLASSES))
def test_a_token_is_ascii_recognised_and_its_own_pseudonym(value: str, entity: str) -> None:
    token = _MADE.token(value, entity)

    assert token.isascii()
    assert _MADE.token(token, entity) == token
    if entity != "dob":
        assert _MADE.is_token(token.encode())


@given(st.emails(), st.sampled_from(["email", "name", "host", "user"]))
def test_values_that_differ_by_case_stay_comparable(value: str, entity: str) -> None:
    folded, shouted = _MADE.token(value.lower(), entity), _MADE.token(value.upper(), entity)
    body = slice(0, 10) if entity == "email" else slice(0, len(f"dp-{entity}-") + 10)

    assert folded[body] == shouted[body]


def test_secrets_that_differ_by_case_are_different() -> None:
    assert _MADE.token("canary-A", "secret") != _MADE.token("canary-a", "secret")


def test_one_value_under_two_classes_keeps_its_body() -> None:
    assert _MADE.token("canary-1", "secret").split("-")[2][:10] == _MADE.token("canary-1", "token").split("-")[2][:10]


def test_another_case_makes_other_tokens_and_does_not_recognise_ours() -> None:
    token = _MADE.token("canary-value", "secret")

    assert _OTHER.token("canary-value", "secret") != token
    assert not _OTHER.is_token(token.encode())


def test_a_forged_token_is_data() -> None:
    forged = [f"dp-email-{'a' * 10}{first}{second}" for first in "abcdef" for second in "ghijkl"]

    assert sum(_MADE.is_token(each.encode()) for each in forged) <= 2


def test_an_email_becomes_an_address_under_the_reserved_domain() -> None:
    token = _MADE.token("someone@example.com", "email")

    assert token.endswith("@dp.invalid")
    assert len(token) == len("k3f9q2m7ab4t@dp.invalid")


def test_addresses_of_one_network_stay_together_and_apart() -> None:
    first, second = _MADE.token("203.0.113.7", "ip"), _MADE.token("203.0.113.8", "ip")

    assert ipaddress.ip_address(first) in ipaddress.ip_network("240.0.0.0/4")
    assert first.rsplit(".", 1)[0] == second.rsplit(".", 1)[0]
    assert first != second


def test_ipv6_goes_to_the_documentation_range_with_its_network_kept_together() -> None:
    first = ipaddress.ip_address(_MADE.token("2a00:1450:4001:81b::200e", "ip"))
    second = ipaddress.ip_address(_MADE.token("2a00:1450:4001:81b::2010", "ip"))

    assert first in ipaddress.ip_network("2001:db8::/32")
    assert first.packed[:8] == second.packed[:8]
    assert first != second


def test_a_number_becomes_a_number() -> None:
    token = _MADE.number("4111")

    assert token.isdigit()
    assert int(token) < 2**53
    assert _MADE.number(token) == token


def test_dates_of_birth_keep_format_and_distance() -> None:
    first, second = _MADE.token("1980-02-03", "dob"), _MADE.token("1980-02-05", "dob")

    assert first[4] == first[7] == "-"
    assert int(second[-2:]) - int(first[-2:]) in (2, -29, -28, -27, -26)
    assert _MADE.token(first, "dob") == first


def test_tokens_are_found_in_text_and_forged_ones_are_not() -> None:
    token = _MADE.token("canary", "password")
    text = f"a {token} dp-password-aaaaaaaaaaaa b".encode()

    assert [text[start:end] for start, end in _MADE.find(text)] == [token.encode()]


def test_a_pseudonymiser_never_shows_its_key() -> None:
    assert repr(_MADE) == "Pseudonyms(…)"
