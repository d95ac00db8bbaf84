"""Leaves of a document are gathered for one scan."""

import functools
import operator

from diagpack.redact.batch import batches, leaves


def test_leaves_are_short_plain_strings_once() -> None:
    value = {
        "a": ["some text", "some text", {"b": "other, text"}],
        "c": 1,
        "d": '{"x":1}',
        "e": "https://h.test/",
        "f": "ab",
    }

    assert sorted(leaves(value)) == ["other, text", "some text"]


def test_batches_are_bounded_and_complete() -> None:
    texts = ["x" * 1000] * 500

    groups = list(batches(texts))

    assert functools.reduce(operator.iadd, groups, []) == texts
    assert max(len(group) for group in groups) <= 67
