"""Addresses in finished bytes, whatever way they were written, are one spelling."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact.residue_ipv6 import addresses


@given(
    st.integers(0, 2**128 - 1), st.sampled_from(["{}", "[{}]:443", "peer {}.", "from:{}", "<{}>", "{}%eth0", "{}/64"])
)
def test_every_spelling_of_an_address_is_the_same(number: int, around: str) -> None:
    address = ipaddress.IPv6Address(number)
    wanted = str(address).encode()

    for spelling in (str(address), address.exploded, address.exploded.upper()):
        assert wanted in addresses(around.format(spelling).encode())


@pytest.mark.parametrize("text", [b"12:30:45", b"aa:bb:cc:dd:ee:ff", b"a:b:c:d", b"", b":" * 5000])
def test_times_and_hardware_addresses_are_none(text: bytes) -> None:
    assert addresses(text) == set()
