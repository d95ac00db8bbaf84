"""Where a HAR breaks off, in words that are true."""

import pytest

from diagpack.collectors.har.truncation import Break, describe


@pytest.mark.parametrize(
    ("found", "size", "words"),
    [
        (
            Break(3, 5000, False, False),
            9001,
            "it ends inside entry 3, which begins at byte 5,000; 3 entries before it were read",
        ),
        (
            Break(1, 5000, False, True),
            9001,
            "it ends after entry 0, without its closing brackets; 1 entry before it was read",
        ),
        (
            Break(0, 20, False, False),
            9001,
            "it ends before the end of its first entry, which begins at byte 20; no entry was read",
        ),
        (
            Break(3, 4500, True, False),
            9000,
            "its JSON is damaged at byte 4,500, 50 % of the file; 3 entries before it were read",
        ),
    ],
)
def test_the_words_say_where_it_ends_and_how_much_was_read(found: Break, size: int, words: str) -> None:
    assert describe(found, size, is_stream_damaged=False).words == words


def test_round_sizes_name_a_limit_and_others_do_not() -> None:
    cut = Break(3, 5000, False, False)

    assert "exactly 25 MiB" in describe(cut, 25 << 20, is_stream_damaged=False).words
    assert "exactly 10 MB" in describe(cut, 10_000_000, is_stream_damaged=False).words
    assert "limit" not in describe(cut, 12_345, is_stream_damaged=False).words


def test_only_damage_inside_a_file_of_known_length_has_a_share() -> None:
    assert describe(Break(3, 50, True, False), 100, is_stream_damaged=False).percent == 50
    assert describe(Break(3, 50, True, False), 0, is_stream_damaged=False).percent is None
    assert describe(Break(3, 50, False, False), 100, is_stream_damaged=False).percent is None
