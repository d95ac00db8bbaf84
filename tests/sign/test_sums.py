"""SHA256SUMS, strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.errors import PackageError
from diagpack.sign.sums import parse_sums, write_sums

DIGEST = "a" * 64


def test_lines_are_sorted_by_bytes() -> None:
    written = write_sums({"b": DIGEST, "ä": DIGEST, "B": DIGEST})

    assert written.decode() == f"{DIGEST}  B\n{DIGEST}  b\n{DIGEST}  ä\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"{DIGEST}  a",
        f"{DIGEST} a\n",
        f"{DIGEST} *a\n",
        f"{DIGEST}   a\n",
        f"{DIGEST[:-1]}  a\n",
        f"{DIGEST}b  a\n",
        f"{DIGEST.upper()}  a\n",
        f"{DIGEST}  a\r\n",
        f"{DIGEST}  \n",
        f"\\{DIGEST}  a\\nb\n",
        f"{DIGEST}  a\\b\n",
        f"{DIGEST}  a\n\n",
        f"\n{DIGEST}  a\n",
        f"# comment\n{DIGEST}  a\n",
        f"{DIGEST}  a\n{DIGEST}  a\n",
        f"{DIGEST}  a\x00b\n",
        f"SHA256 (a) = {DIGEST}\n",
        f"\ufeff{DIGEST}  a\n",
    ],
)
def test_other_lines_are_refused(text: str) -> None:
    with pytest.raises(PackageError) as caught:
        parse_sums(text.encode())

    assert caught.value.id == "DP452"


def test_bytes_that_are_not_text_are_refused() -> None:
    with pytest.raises(PackageError, match="not text"):
        parse_sums(DIGEST.encode() + b"  \xff\n")


@given(
    st.dictionaries(
        st.text("abcé/.-_ ", min_size=1).filter(lambda path: not path.startswith(" ")),
        st.text("0123456789abcdef", min_size=64, max_size=64),
        min_size=1,
    )
)
def test_what_is_written_is_read_back(digests: dict[str, str]) -> None:
    assert parse_sums(write_sums(digests)) == digests
