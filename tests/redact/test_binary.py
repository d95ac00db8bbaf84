"""Base64 of something binary goes where it holds a mail address or a token."""

import base64
import random

import pytest

from diagpack.redact.binary import holds_shape


@pytest.mark.parametrize(
    "content",
    [
        b"\n\x10jo@corp.example.com\x12\x02x",
        b"\x00\x01Bearer abcdefgh1\x00",
        b"\xff\xfeeyJhbGciOiJub25l.e30.\x00",
    ],
)
def test_a_mail_address_or_token_between_other_bytes_is_seen(content: bytes) -> None:
    assert holds_shape(base64.b64encode(content).decode())
    assert holds_shape(base64.urlsafe_b64encode(content).decode().rstrip("="))


def test_random_bytes_and_short_runs_hold_none() -> None:
    noise = random.Random(7).randbytes(1 << 20)  # noqa: S311 - reproducible

    assert not holds_shape(base64.b64encode(noise).decode())
    assert not holds_shape("YUBi")
    assert not holds_shape("A" * 41)
