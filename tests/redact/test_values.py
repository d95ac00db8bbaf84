"""What a single value is before anything decides about it."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact import values
from diagpack.redact.values import canonical, is_diagnostic, is_plain, is_public, packed_ipv4


@pytest.mark.parametrize("text", ["order was sent", "GET", "retry 3 of 12, then stop."])
def test_words_are_plain(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize("text", ["a@b.example", "canary1x9", "198.51.100.7", "key=value", "4111 1111 1111 1111"])
def test_what_may_have_a_shape_is_not_plain(text: str) -> None:
    assert not is_plain(text)


@given(
    st.lists(st.sampled_from(["a", "Zz" * 9, "x" * 20, "y" * 21, " ", "  ", "@", ":", "-", "7", "123", "4567", "é"]))
)
def test_the_short_ways_say_what_the_pattern_says(parts: list[str]) -> None:
    text = "".join(parts)

    assert is_plain(text) == (values._PLAIN.fullmatch(text) is not None and sum(map(str.isdigit, text)) < 6)


def test_escapes_are_undone_up_to_three_times() -> None:
    assert canonical("a%25252540b") == "a%40b"
    assert canonical('"a%2540b"') == "a@b"


def test_ids_and_times_are_diagnostic() -> None:
    assert is_diagnostic("550e8400-e29b-41d4-a716-446655440000")
    assert is_diagnostic("2026-03-02T09:00:00Z")
    assert not is_diagnostic("canary-550e8400")


def _is_public_by_the_standard_library(value: str) -> bool:
    address = ipaddress.IPv4Address(value)
    examples = ("192.0.2.", "198.51.100.", "203.0.113.")
    own = address in ipaddress.ip_network("240.0.0.0/4") and value != "255.255.255.255"
    return own or value.startswith(examples) or address.is_global or (address.is_multicast and not address.is_private)


@given(st.ip_addresses(v=4))
def test_what_is_public_is_what_the_registry_of_special_addresses_says(address: ipaddress.IPv4Address) -> None:
    assert is_public(str(address)) is _is_public_by_the_standard_library(str(address))


@pytest.mark.parametrize("network", ["192.0.0.0/24", "192.0.2.0/24", "255.255.255.0/24", "100.64.0.0/24"])
def test_no_address_of_a_special_network_is_judged_by_its_neighbour(network: str) -> None:
    for address in map(str, ipaddress.ip_network(network)):
        assert is_public(address) is _is_public_by_the_standard_library(address)


@given(st.ip_addresses(v=4))
def test_a_plain_address_has_its_four_bytes(address: ipaddress.IPv4Address) -> None:
    assert packed_ipv4(str(address)) == address.packed


@pytest.mark.parametrize("text", ["1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4\n", " 1.2.3.4", "1.2.3.4.5", "٣.2.3.4"])
def test_anything_else_has_none(text: str) -> None:
    assert packed_ipv4(text) is None


def test_digits_that_may_be_a_card_and_digits_that_spell_a_text_are_no_ids() -> None:
    assert not is_diagnostic("4111111111111111")
    assert not is_diagnostic(b"[198.51.100.219]".hex())
    assert not is_diagnostic(b"password".hex())
    assert is_diagnostic("00f067aa0ba902b7")
    assert is_diagnostic("4bf92f3577b34da6a3ce929d0e0e4736")
