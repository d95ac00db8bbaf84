"""Leaves of a document are gathered for one scan."""

import functools
import operator

from diagpack.redact.batch import batches, clear_texts, leaves
from tests.redact.planting import engine


def test_leaves_are_short_plain_strings_once() -> None:
    value = {
        "a": ["some text", "some text", {"b": "other, text"}],
        "c": 1,
        "d": '{"x":1}',
        "e": "https://h.test/",
        "f": "ab",
    }

    assert sorted(leaves(value)[0]) == ["other, text", "some text"]


def test_batches_are_bounded_and_complete() -> None:
    texts = ["x" * 1000] * 500

    groups = list(batches(texts))

    assert functools.reduce(operator.iadd, groups, []) == texts
    assert max(len(group) for group in groups) <= 67


def test_simple_urls_are_gathered_apart() -> None:
    assert leaves(["/api/v2/orders/7?page=2", "https://h.test/a", "/reset/x%41?y", "/a b?c=1"])[1] == [
        "/api/v2/orders/7?page=2",
        "https://h.test/a",
    ]


def test_only_texts_in_which_nothing_is_found_are_clear_and_asking_counts_nothing() -> None:
    one = engine(values={"sesame": "word"})
    texts = ["/a/b?page=1", "/c?token=abc", "/d?x=203.0.113.9", "/e?f=1", "/open/sesame?g=1", "/h?i=1"]

    assert list(clear_texts(one, texts)) == ["/a/b?page=1", "/e?f=1", "/h?i=1"]
    assert not one.tally
