"""Addresses are read and spelled as the standard library does it."""

import ipaddress

from hypothesis import example, given
from hypothesis import strategies as st

from diagpack.redact.ipv6 import packed_ipv6, spelled_ipv6

_WORDS = st.lists(st.sampled_from([0, 0, 1, 0xDB8, 0x2001, 0xFFFF]), min_size=8, max_size=8)
_NUMBERS = _WORDS.map(lambda words: int.from_bytes(b"".join(each.to_bytes(2) for each in words)))


@given(st.one_of(st.integers(0, 2**128 - 1), _NUMBERS))
def test_every_spelling_gives_the_bytes_and_the_bytes_the_one(number: int) -> None:
    address = ipaddress.IPv6Address(number)

    for text in (str(address), address.exploded, address.exploded.upper()):
        assert packed_ipv6(text) == address.packed
    assert spelled_ipv6(address.packed) == str(address)


@example("1:2:3:4:5:6:7:8%eth0")
@example("1:2:3:4:5:6:1.2.3.4")
@example("1:2:3:4:5:6:7:8\n")
@example("\u0663::")
@given(st.text("09afAFgG:.%[", max_size=45))
def test_what_is_an_address_is_what_the_library_takes_for_one(text: str) -> None:
    try:
        expected = ipaddress.IPv6Address(text).packed
    except ValueError:
        expected = None

    assert packed_ipv6(text) == expected
