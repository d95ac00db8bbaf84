"""The inside of a result: every file is what its digest says, or nothing is taken."""

import gzip
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.guide.container import parse_container
from tests.guide.support import CASE, NONCE
from tests.guide.test_envelope import ANSWERS, HAR, container


def parsed(content: bytes, limit: int = 1_000_000) -> Any:
    return parse_container(content, CASE, {NONCE}, limit=limit)


def test_files_come_in_order_with_their_bytes() -> None:
    assert parsed(container()).files == (("answers.json", ANSWERS), ("har.har", HAR))


def test_content_is_silent_in_repr() -> None:
    assert "log" not in repr(parsed(container()))


@pytest.mark.parametrize(
    "content",
    [
        container()[:-4],
        container() + b"x",
        gzip.compress(b"no head"),
        gzip.compress(b"{}\n"),
        gzip.compress(b"[]\n"),
        b"",
    ],
)
def test_what_is_not_exactly_right_is_refused(content: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        parsed(content)


def test_it_never_grows_beyond_the_limit() -> None:
    with pytest.raises(ValueError, match="too big"):
        parsed(gzip.compress(b" " * 3_000_000), limit=100_000)


@given(st.binary(max_size=300))
def test_random_bytes_end_in_a_refusal(content: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        parsed(gzip.compress(content))
