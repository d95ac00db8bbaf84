"""A `+` is a blank of a form, or a sign of base64."""

import time

import pytest

from diagpack.redact.forms import form_runs, is_form_run


@pytest.mark.parametrize(
    ("run", "is_form"),
    [
        (b"%7B%22password%22%3A+%22cAnary7Qz81x%22%7D", True),
        (b"value%22%3A+%22Bearer+cAnary7Qz81x2%22", True),
        (b"the+password+is+cAnary7Qz81x+and+it+fails", True),
        (b"SAMLRequest%3DfZDLasNADEV%2Fxcy+Hj9KaYRtMM0mkG6StotuihgrxOB5", False),
        (b"sig=9aB3%2FxQ7+Lm2Zk8%3D", False),
        (b"a+b%20c", True),
        (b"a%20b", False),
    ],
)
def test_a_plus_is_a_blank_of_a_form_unless_it_stands_in_base64(run: bytes, is_form: bool) -> None:
    assert is_form_run(run) is is_form


def test_words_on_both_sides_of_base64_do_not_hide_it() -> None:
    run = b"note=" + b"+".join([b"word"] * 40) + b"+9aB3/xQ7+Lm2Zk8%3D"

    assert not is_form_run(run)
    assert list(form_runs(run)) == []


@pytest.mark.parametrize("part", [b"+%2B", b"a+b+c+", b"aB1x+word+"])
def test_a_run_of_any_length_is_asked_once(part: bytes) -> None:
    sizes, times = (20_000, 200_000), []

    for size in sizes:
        run = (part * size)[:size]
        started = time.process_time()
        found = list(form_runs(run))
        times.append(time.process_time() - started)
        assert found == [(0, size)]

    assert times[1] < 60 * times[0] + 0.1
