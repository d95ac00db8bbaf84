"""One value after another, whatever the pieces and however odd the values."""

import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.collectors.har import window as module
from diagpack.collectors.har.window import Broken, CutOff, Window, parsed

TEXT = st.text(alphabet='a"\\[]{},:é\ud800\n', max_size=8)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(TEXT, each, max_size=3),
)


def small_reads(content: bytes, size: int) -> Window:
    stream = io.BytesIO(content)
    return Window(lambda _: stream.read(size))


@given(st.lists(ANY, min_size=1, max_size=4), st.integers(1, 9), st.booleans())
def test_values_are_taken_one_by_one_from_pieces_of_any_size(values: list[object], size: int, escapes: bool) -> None:
    text = " , ".join(json.dumps(each, ensure_ascii=escapes) for each in values)
    window = small_reads(text.encode("utf-8", "surrogatepass"), size)

    taken = []
    while window.peek():
        taken.append(parsed(window.value()))
        if window.peek() == b",":
            window.take()

    assert json.dumps(taken) == json.dumps(values) or not escapes
    assert len(taken) == len(values)


def test_what_json_forbids_and_programs_write_is_read() -> None:
    assert math.isnan(parsed(b'{"time": NaN}')["time"])
    assert parsed(b'{"a": 1e999}') == {"a": math.inf}
    assert parsed(b'{"a": "two\nlines \xff"}') == {"a": "two\nlines \ufffd"}
    assert parsed(b'{"a": "\\ud800 lone"}') == {"a": "\ud800 lone"}


@pytest.mark.parametrize("content", [b'{"a":"', b'{"a":[1,', b'{"a":"\\', b'"abc', b'{"a":NaN,"b'])
def test_an_unfinished_value_is_a_cut_at_its_start(content: bytes) -> None:
    window = small_reads(b" \0 " + content, 4)

    with pytest.raises(CutOff) as caught:
        window.value()

    assert caught.value.at == 3


def test_a_value_longer_than_any_hars_is_refused_before_it_fills_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_VALUE", 1000)
    read = 0

    def endless(size: int) -> bytes:
        nonlocal read
        read += 100
        return b"[" * 100 if read == 100 else b'"x",' * 25

    with pytest.raises(Broken):
        Window(endless).value()
    assert read < 3000


def test_brackets_by_the_hundred_thousand_end_in_time() -> None:
    window = Window(io.BytesIO(b"[" * 100_000 + b"]" * 100_000 + b",1").read)

    assert len(window.value()) == 200_000
    with pytest.raises(RecursionError):
        parsed(b"[" * 100_000 + b"]" * 100_000)
