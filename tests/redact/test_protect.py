"""The lexer: what no vendor rule and no detector of personal data may touch."""

import random
from itertools import pairwise

import pytest

from diagpack.errors import UsageError
from diagpack.redact.protect import Lexer, protected

_STAYS = """
123e4567-e89b-12d3-a456-426614174000
urn:uuid:123e4567-e89b-12d3-a456-426614174000
_123e4567-e89b-12d3-a456-426614174000
4bf92f3577b34da6a3ce929d0e0e4736
00f067aa0ba902b7
00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
1-67891233-abcdef012345678912345678
2026-03-01T10:11:12.123Z
2026-03-01 10:11:12,123
2026/03/01 10:11:12
2026.03.01 10:11
2026-03-01T10:11:12+01:00
20260301T101112.123Z
2026-060T10:11:12
10/Oct/2000:13:55:36 -0700
Tue, 03 Mar 2026 10:11:12 +0000
Tue Mar  3 10:11:12 2026
Mar  3, 2026 10:11:12 AM
Mar  3 10:11:12
2026 Mar 3 Tue 10:11:12
3/3/2026, 1:02:03 PM
03.03.2026, 10:11:12
20260303 101112
260303-10:11:12
I0303 10:11:12.123456
03-03 10:11:12.123
26/03/03 10:11:12
1772359872
1772359872.123
1772359872123
1772359872123456
1772359872123456789
@400000005fa1b2c30a1b2c3d
10:11:12.123
01ARZ3NDEKTSV4RRFFQ69G5FAV
Chrome/120.0.6099.71
v1.2.3-rc.1
1.3.6.1.4.1.311
250ms
1.5GiB
urn:oasis:names:tc:SAML:2.0:status:Responder
http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress
java.lang.IllegalStateException
at com.example.Foo.bar(Foo.java:12)
OrderService.java:473
AADSTS50105
ORA-00942
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
"""


@pytest.mark.parametrize("token", _STAYS.strip().splitlines())
def test_each_shape_is_protected_as_a_whole(token: str) -> None:
    data = f"before {token} after".encode()

    ranges = protected(data)

    assert any(start <= 7 and end >= 7 + len(token) for start, end in ranges)


@pytest.mark.parametrize(
    "text", ["jane@example.com", "4111111111111111", "hunter2", "canary street", "+44 20 7946 0958"]
)
def test_a_value_that_may_be_sensitive_is_not_protected(text: str) -> None:
    data = text.encode()

    assert (0, len(data)) not in protected(data)


@pytest.mark.parametrize(
    ("vendor_id", "text", "expected"),
    [
        ("tenant_id", '"tenant_id": "canary-77"', b"canary-77"),
        ("acct-*", "for acct-12ab now", b"acct-12ab"),
        ("/T[0-9]{3}-[a-z]+/", "see T123-abc.", b"T123-abc"),
    ],
)
def test_the_vendors_own_ids_are_protected_by_name_glob_or_pattern(vendor_id: str, text: str, expected: bytes) -> None:
    data = text.encode()

    ranges = Lexer([vendor_id]).ranges(data)

    assert any(expected in data[start:end] for start, end in ranges)
    assert not any(expected in data[start:end] for start, end in Lexer().ranges(data))


def test_a_broken_vendor_pattern_is_a_usage_error() -> None:
    with pytest.raises(UsageError) as caught:
        Lexer(["/canary(?=x)/"])

    assert caught.value.id == "DP254"
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "entry", ["/.*/", "/[a-z]+/", "/[A-Za-z0-9-]+/", "/\\S{5,}/", "*", "/(acct-\\d+|.+@.+)/", "/[0-9.]+/"]
)
def test_a_vendor_pattern_that_matches_anything_is_refused(entry: str) -> None:
    """No name and no address of the case would be replaced."""
    with pytest.raises(UsageError, match="ordinary words") as caught:
        Lexer(["tenant", entry])

    assert caught.value.id == "DP254"


@pytest.mark.parametrize(
    "entry", ["/acct-[a-z0-9]+/", "acme-*", "/[0-9]{6}/", "/[A-Z]{3}-[0-9]+/", "tenant_id", "/t_\\w+/"]
)
def test_a_vendor_pattern_with_a_form_of_its_own_passes(entry: str) -> None:
    assert Lexer([entry]).vendor_ids == (entry,)


def test_ranges_are_sorted_and_merged() -> None:
    ranges = protected(b"2026-03-01T10:11:12Z 4bf92f3577b34da6a3ce929d0e0e4736 10:11:12")

    assert ranges == sorted(ranges)
    assert all(left[1] < right[0] for left, right in pairwise(ranges))


def test_numbers_in_a_row_are_protected_as_if_each_were_looked_at_alone() -> None:
    words = [
        b"1767225600",
        b"4111111111111111",
        b"12:30:59",
        b"2026-03-02",
        b"12ms",
        b"x",
        b"1.2.3",
        b"77",
        b"at",
        b"9-9",
    ]
    r = random.Random(3)  # noqa: S311 - not for secrets
    text = b" ".join(r.choices(words, k=3000))
    together = Lexer()

    for _ in range(400):
        start = r.randrange(len(text) - 300)
        first, last = start + 128, start + 128 + r.randrange(1, 40)
        window = (text, start, last + 128, last, first)
        alone = [each for each in Lexer().ranges(*window) if each[1] > first]
        assert [each for each in together.ranges(*window) if each[1] > first] == alone
