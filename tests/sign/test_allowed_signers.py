"""The `allowed_signers` format."""

from datetime import UTC, datetime

import pytest

from diagpack.errors import UsageError
from diagpack.sign.allowed_signers import read_allowed_signers, write_allowed_signers
from diagpack.sign.signer import throwaway_signer

SIGNER = throwaway_signer("analyst@vendor.example")
KEY = " ".join(SIGNER.public_line.split()[:2])


def test_a_line_with_options_is_read() -> None:
    line = (
        f'analyst@vendor.example namespaces="a@v1,b@v1",valid-after="20260101Z",valid-before="202801011200" {KEY} note'
    )

    (key,) = read_allowed_signers(f"# team\n\n{line}\n")

    assert key.principal == "analyst@vendor.example"
    assert key.namespaces == ("a@v1", "b@v1")
    assert key.not_before == datetime(2026, 1, 1, tzinfo=UTC)
    assert key.not_after == datetime(2028, 1, 1, 12, tzinfo=UTC)


def test_a_plain_line_and_several_principals_are_read() -> None:
    keys = list(read_allowed_signers(f"one@vendor.example,two@vendor.example {KEY}\n"))

    assert [key.principal for key in keys] == ["one@vendor.example", "two@vendor.example"]
    assert keys[0].namespaces == ()


@pytest.mark.parametrize(
    "line",
    [
        f"*@vendor.example {KEY}",
        f"analyst? {KEY}",
        f"!analyst {KEY}",
        f"a cert-authority {KEY}",
        f'a namespaces="" {KEY}',
        f'a namespaces="x",namespaces="y" {KEY}',
        f'a no-touch-required="1" {KEY}',
        f'a valid-after="yesterday" {KEY}',
        f'a valid-after="20261301" {KEY}',
        f"a namespaces {KEY}",
        "a",
        "a ssh-ed25519",
        "a ssh-ed25519 !!!!",
        "a ssh-ed25519 AAAA",
        "a ssh-rsa " + KEY.split()[1],
    ],
)
def test_other_lines_are_refused_by_number(line: str) -> None:
    with pytest.raises(UsageError, match="line 2") as caught:
        list(read_allowed_signers(f"# first\n{line}\n"))

    assert caught.value.id == "DP455"


def test_what_is_written_is_read_back() -> None:
    keys = tuple(read_allowed_signers(f'a@vendor.example namespaces="x@v1" {KEY}\nb@vendor.example {KEY}\n'))

    assert tuple(read_allowed_signers(write_allowed_signers(keys))) == keys
