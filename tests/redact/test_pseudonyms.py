"""Tokens: equal for equal values, provable, stable, and never taken for what they are not."""

import ipaddress
import re

import pytest
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


@pytest.mark.parametrize("value", ["1980-02-03", "2000-02-29", "29.02.1996", "02/13/1971", "19991231", "0001-01-01"])
def test_a_date_of_birth_stays_a_date_and_is_shifted_once(value: str) -> None:
    moved = _MADE.token(value, "dob")

    assert moved != value
    assert [each.isdigit() for each in moved] == [each.isdigit() for each in value]
    assert int(max(re.findall(r"\d{4}", moved), key=int)) >= 3200 or "." in value
    assert _MADE.token(moved, "dob") == moved


def test_a_date_that_another_key_shifted_or_a_hand_wrote_is_data() -> None:
    other = Pseudonyms(CaseKey(b"\x09" * 32))
    forged = [other.token(f"19{number % 90 + 10}-0{number % 9 + 1}-1{number % 9}", "dob") for number in range(300)]
    forged += [f"{year}-05-06" for year in range(2700, 9999, 25)]

    kept = [each for each in forged if _MADE.token(each, "dob") == each]

    # The check of a date is one of sixteen.
    assert len(kept) < len(forged) / 8


_FOREIGN = Pseudonyms(CaseKey(b"\x09" * 32))


@pytest.mark.parametrize(
    ("value", "entity"),
    [
        ("canary-secret-1", "password"),
        ("ann@example.com", "email"),
        ("198.51.100.7", "ip"),
        ("2001:db8:1::7", "ip"),
        ("Quillon", "name"),
    ],
)
def test_a_token_of_another_case_is_data(value: str, entity: str) -> None:
    from tests.redact.planting import engine

    foreign = _FOREIGN.token(value, entity)
    made = engine()
    own = made.slot(foreign, entity, "t")

    assert not made.pseudonyms.is_token(foreign.encode())
    assert own != foreign
    assert made.slot(own, entity, "t") == own
    if entity in ("email", "ip"):
        assert made.text(f"from {foreign} today") == f"from {own} today"


def test_a_number_of_another_case_is_data() -> None:
    foreign = _FOREIGN.number("123456789")

    assert _MADE.number(foreign) != foreign
    assert _MADE.number(_MADE.number(foreign)) == _MADE.number(foreign)


def test_a_token_with_one_character_changed_is_data() -> None:
    for entity in ("password", "email", "name"):
        token = _MADE.token("canary-1", entity)
        at = token.index("-", 4) + 3 if token.startswith("dp-") else 3
        broken = token[:at] + ("a" if token[at] != "a" else "b") + token[at + 1 :]
        assert not _MADE.is_token(broken.encode())


def test_tokens_are_found_in_text_and_forged_ones_are_not() -> None:
    token = _MADE.token("canary", "password")
    text = f"a {token} dp-password-aaaaaaaaaaaa b".encode()

    assert [text[start:end] for start, end in _MADE.find(text)] == [token.encode()]


def test_a_pseudonymiser_never_shows_its_key() -> None:
    assert repr(_MADE) == "Pseudonyms(…)"


def test_a_token_of_another_key_is_none_of_this_case_even_when_its_check_fits() -> None:
    theirs = "243.251.248.58"
    cases = (Pseudonyms(CaseKey(bytes([number]) * 32)) for number in range(256))
    case = next(each for each in cases if each.is_token(theirs.encode()))
    own = case.token("198.51.100.23", "ip")

    case.alias({theirs: own})

    assert not case.is_token(theirs.encode())
    assert list(case.find(theirs.encode())) == []
    assert case.token(theirs, "ip") == own


def test_only_other_aliases_change_what_a_value_becomes() -> None:
    tokens = Pseudonyms(CaseKey(b"\x03" * 32))
    own = tokens.token("a@b.example", "email")

    tokens.alias({})
    assert tokens.token("a@b.example", "email") == own

    tokens.alias({"a@b.example": "alias@dp.invalid"})
    assert tokens.token("a@b.example", "email") == "alias@dp.invalid"

    tokens.alias({})
    assert tokens.token("a@b.example", "email") == own


@pytest.mark.parametrize("at", ["@", "%40", "\\u0040", "\\\\u0040"])
@pytest.mark.parametrize("before", ["user ", "call me: ", "\\n", "\\u003c", "%0A", '"'])
def test_an_address_of_ours_is_known_again_however_its_sign_is_written(before: str, at: str) -> None:
    made = Pseudonyms(CaseKey(b"\x07" * 32))
    token = made.token("zofia@example.com", "email").replace("@", at)
    text = f"{before}{token} end".encode()

    assert [text[start:end].decode() for start, end in made.find(text)] == [token]
    assert made.is_token(token.encode())
