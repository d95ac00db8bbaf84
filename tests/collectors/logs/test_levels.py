"""One vocabulary for the levels of every logger."""

import json

import pytest

from diagpack.collectors.logs.levels import level_of


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("2026-03-03 10:11:12 ERROR x", "error"),
        ("2026-03-03 10:11:12 [WARN ] x", "warning"),
        ("2026-03-03 10:11:12.1 UTC [7] FATAL:  x", "fatal"),
        ("[Tue Mar 03 10:11:12 2026] [error] x", "error"),
        ("[Tue Mar 03 10:11:12 2026] [core:warn] x", "warning"),
        ("t=2026 level=warn msg=x", "warning"),
        ('{"level":50,"msg":"x"}', "error"),
        ('{"severity":"CRITICAL"}', "fatal"),
        ('{"log":{"level":"debug"}}', "debug"),
        ('{"PRIORITY":"3","MESSAGE":"x"}', "error"),
        ("E0303 10:11:12.1 7 a.cc:1] x", "error"),
        ("03-03 10:11:12.123  1702  2395 W Tag: x", "warning"),
        ("<11>Mar  3 10:11:12 host app: x", "error"),
        ('192.0.2.7 - - [03/Mar/2026:10:11:12 +0100] "GET / HTTP/1.1" 503 1', "error"),
        ('192.0.2.7 - - [03/Mar/2026:10:11:12 +0100] "GET / HTTP/1.1" 200 1', None),
        ("10:11:12 something\njava.lang.IllegalStateException: no\n\tat a.B.c(D.java:1)", "error"),
        ("Traceback (most recent call last):\n  File x", "error"),
        ("nothing in particular", None),
        ("the user sees no error here", None),
    ],
)
def test_levels_are_read_as_loggers_write_them(text: str, level: str | None):
    assert level_of(text) == level


def test_a_level_stated_wins_over_an_exception_quoted():
    assert level_of("2026-03-03 10:11:12 INFO retried\njava.io.IOException: x") == "info"


def test_odd_json_levels_do_not_raise():
    for value in (None, True, [], {}, 3.5, "¹", "9" * 30):
        assert level_of(json.dumps({"level": value})) in (None, "info", "error")
