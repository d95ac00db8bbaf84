"""Leaves of a document are gathered for one scan."""

import base64
import functools
import operator

from hypothesis import given
from hypothesis import strategies as st

from diagpack.redact.batch import batches, is_joinable, joinable, leaves, redact_batch, strings
from tests.redact.planting import engine


def test_leaves_are_strings_once_with_their_key() -> None:
    value = {"a": ["some text", "some text", {"b": "other, text"}], "c": 1, "d": "some text", "e": {"b": "other, text"}}

    assert leaves(value) == {"some text": None, "other, text": "b"}
    assert leaves(value, {"some text"}) == {"other, text": "b"}


def test_strings_of_a_text_without_escapes_are_found_without_parsing() -> None:
    assert list(strings('{"a": ["some text", 1, "some text"], "b": "x"}', {"b"})) == ["a", "some text", "x"]


def test_only_short_plain_texts_are_joined() -> None:
    packed = base64.b64encode(b"user=canary text").decode()
    texts = ["some text", "other, text", '{"x":1}', "https://h.test/", "ab", "two\nlines", "eu-central-1a", packed]

    assert [each for each in texts if is_joinable(each, 1000)] == ["some text", "other, text", "eu-central-1a"]


def test_batches_are_bounded_and_complete() -> None:
    texts = ["x" * 1000] * 500

    groups = list(batches(texts))

    assert functools.reduce(operator.iadd, groups, []) == texts
    assert max(len(group) for group in groups) <= 67


@given(
    st.lists(
        st.binary(max_size=16).map(lambda raw: base64.b64encode(raw).rstrip(b"="))
        | st.from_regex(rb"[ -~]{0,14}", fullmatch=True),
        max_size=8,
    )
)
def test_many_texts_are_judged_together_as_each_by_itself(texts: list[bytes]) -> None:
    together = joinable(texts, 1 << 20)

    # What is too short to hold anything may be scanned with the others or not.
    assert [each for each in together if len(each) > 2] == [
        each for each in texts if len(each) > 2 and each[-1:] != b"=" and is_joinable(each.decode(), 1 << 20)
    ]


def test_a_text_that_ends_with_an_equals_sign_does_not_go_on_in_the_next() -> None:
    """In quoted-printable it would: `=` and a line end are a soft break."""
    texts = [
        "https://h.example.com/home;jsessionid=dp-cookie-xvcnb7eq2gib/QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "https://h.example.com/https:%2F%2Fh.example.com%2F%3Ftoken%3Ddp-token-l36sec3y7u4y",
        "jo.canary@customer.example",
    ]

    shown = [new for new, _, _ in redact_batch(engine(), texts)]

    assert shown[:2] == texts[:2]
    assert shown[2].endswith("@dp.invalid")
