"""YAML from outside."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.case.yaml_text import dump, load
from diagpack.errors import UsageError


def test_words_of_yaml_1_1_stay_texts() -> None:
    text = b"a: yes\nb: no\nc: on\nd: 12:30\ne: 2026-11-20\nf: 0777\ng: 1_000\nh: y\ni: 0x1f\n"

    assert load(text) == {
        "a": "yes", "b": "no", "c": "on", "d": "12:30", "e": "2026-11-20", "f": "0777", "g": "1_000", "h": "y",
        "i": "0x1f",
    }  # fmt: skip


def test_core_words_are_values() -> None:
    assert load(b"a: true\nb: False\nc: 12\nd: -3\ne: 0.25\nf: ~\ng:\nh: null\n") == {
        "a": True, "b": False, "c": 12, "d": -3, "e": 0.25, "f": None, "g": None, "h": None,
    }  # fmt: skip


def test_keys_are_texts() -> None:
    assert load(b"404: a\ntrue: b\n? 1.5\n: c\n") == {"404": "a", "true": "b", "1.5": "c"}


def test_an_empty_file_is_an_empty_document() -> None:
    for text in (b"", b"# only a comment\n", b"---\n", b"\xef\xbb\xbf"):
        assert load(text) == {}


LAUGHS = b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (c + 1, c + 1, c, c) for c in range(97, 120))

REFUSED = {
    "an anchor": b"a: &canary x\n",
    "an alias": b"a: &canary [x]\nb: *canary\n",
    "a billion laughs": LAUGHS,
    "a tag": b"a: !!python/object/apply:os.system [canary]\n",
    "a local tag": b"a: !canary x\n",
    "a merge key": b"<<: {a: canary}\n",
    "a repeated key": b"canary: 1\ncanary: 2\n",
    "a repeated key inside": b"a:\n  canary: 1\n  canary: 2\n",
    "a repeated key in a list": b"a:\n  - {canary: 1, canary: 2}\n",
    "a key that is a list": b"? [canary]\n: 1\n",
    "two documents": b"a: 1\n---\nb: canary\n",
    "a list": b"- canary\n",
    "a text": b"canary\n",
    "no YAML": b"a: [canary\n",
    "a tab": b"a:\n\tcanary: 1\n",
    "a control character": b"a: canary\x00\n",
    "not UTF-8": b"a: canary\xff\n",
    "UTF-16": "a: canary\n".encode("utf-16"),
    "deep lists": b"a: " + b"[" * 5000,
    "deep blocks": b"".join(b" " * each + b"a:\n" for each in range(200)),
    "too big": b"a: canary " + b"x" * (1 << 20),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_without_showing_it(name: str) -> None:
    started = time.process_time()

    with pytest.raises(UsageError) as caught:
        load(REFUSED[name])

    assert caught.value.id == "DP610"
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert time.process_time() - started < 2


def test_the_line_is_named() -> None:
    with pytest.raises(UsageError, match="line 3"):
        load(b"a: 1\nb: 2\nc: &x 3\n")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab:#&*!- é", max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_is_written_on_one_line_and_read_back(value: object) -> None:
    written = dump(value)

    assert "\n" not in written
    assert load(f"key: {written}\n".encode()) == {"key": value}


@pytest.mark.parametrize("value", [0.5, 1.0, 12.25])
def test_simple_fractions_are_read_back(value: float) -> None:
    assert math.isclose(load(f"key: {dump(value)}".encode())["key"], value)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_read_or_refused(junk: bytes) -> None:
    try:
        outcome: object = type(load(junk))
    except UsageError as error:
        outcome = error.id

    assert outcome in (dict, "DP610")
