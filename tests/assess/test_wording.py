import time

import pytest

from diagpack.assess.wording import blame, closed_links, promises, speculation, vague


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is sometimes slow.", ["sometimes", "slow"]),
        ("It is slow: 14 s.", []),
        ("It is slow. It took 14 s.", ["slow"]),
        ("Die Seite funktioniert nicht.", ["funktioniert nicht"]),
        ("The slowest path is unbroken.", []),
        ("", []),
    ],
)
def test_a_vague_word_needs_a_number_in_its_sentence(text: str, words: list[str]) -> None:
    assert vague(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The cache is probably stale.", ["probably"]),
        ("The cache is probably stale [har-1 #3].", []),
        ("It fails [har-1 #3]. I think it is the cache.", ["i think"]),
        ("Vermutlich der Cache.", ["vermutlich"]),
        ("This is unlikely to help.", []),
    ],
)
def test_a_guess_needs_a_citation_in_its_sentence(text: str, words: list[str]) -> None:
    assert speculation(text) == words


def test_blame_and_promises_are_found_as_whole_words() -> None:
    assert blame("Clearly a user error by careless admins") == ["user error", "careless"]
    assert promises("This will be fixed, guaranteed") == ["will be fixed", "guaranteed"]
    assert blame("The blameless report") == []


def test_a_closed_link_is_named_by_its_kind_and_never_repeated() -> None:
    found = closed_links("https://drive.google.com/canary and https://s3.example.com/x?X-Amz-Signature=canary")

    assert found == ["drive.google.com", "X-Amz-Signature="]
    assert closed_links("https://app.example.com/login and drive.google.com") == []


def test_a_very_long_text_takes_no_time() -> None:
    start = time.monotonic()

    for check in (vague, speculation, blame, promises, closed_links):
        check("https://" + "a" * 1_000_000)
        check("maybe " * 200_000)

    assert time.monotonic() - start < 2
