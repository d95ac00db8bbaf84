import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.assess.traces import exception_of, frames, headline

PYTHON = """2026-03-03T10:19:41.310Z ERROR [web-2] [req=7f3a] unhandled error in GET /sso/session
Traceback (most recent call last):
  File "/srv/app/web/session.py", line 88, in create_session
    assertion = validate(response, now=clock.now())
  File "/srv/app/saml/validate.py", line 141, in validate
    raise AssertionExpired(not_on_or_after)
app.saml.errors.AssertionExpired: assertion expired 120.3 s ago"""
JAVA = "ERROR com.example.StoreClosed: closed\n\tat com.example.Store.open(Store.java:81)"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('Traceback:\n  File "/srv/app/importer.py", line 8, in read_row\n', ["importer.read_row"]),
        ("TypeError: x\n    at Store.open (/app/store.js:1:2)\n    at processTicks (node:internal)", ["Store.open"]),
        ("panic\nexample.com/app/store.Open(0x1)\n\t/srv/store.go:8", ["example.com/app/store.Open"]),
        ("RuntimeError\n  from /srv/app/store.rb:8:in `open'", ["store.open"]),
        ("no trace here", []),
    ],
)
def test_frames_of_several_languages_are_found(text: str, found: list[str]) -> None:
    assert frames(text)[:1] == found[:1]


def test_only_runtime_frames_are_better_than_none() -> None:
    assert frames("E\n  at java.util.Map.get(Map.java:1)") == ["java.util.Map.get"]


def test_the_exception_is_named_without_its_package() -> None:
    assert exception_of("x\ncom.example.StoreFailure: closed") == ("StoreFailure", "closed")
    assert exception_of("all fine") == ("", "")


def test_a_class_of_any_name_is_read_where_the_language_writes_it() -> None:
    assert exception_of(PYTHON) == ("AssertionExpired", "assertion expired 120.3 s ago")
    assert exception_of(JAVA) == ("StoreClosed", "closed")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PYTHON, "AssertionExpired: assertion expired 120.3 s ago"),
        ("2026-03-03 10:19:41,310 ERROR [web-2] [req=7f3a] disk is full", "disk is full"),
        ("plain words", "plain words"),
        ("KeyError", "KeyError"),
        ("[x] ", "[x] "),
        ("", ""),
    ],
)
def test_the_headline_says_what_went_wrong(text: str, line: str) -> None:
    assert headline(text) == line


@pytest.mark.parametrize("unit", ["a" * 4000, "1." * 2000, "/a" * 2000, "A." * 2000, "[x] " * 1000, "at a(\n" * 700])
def test_hostile_text_is_read_in_time(unit: str) -> None:
    start = time.process_time()

    exception_of(unit * 20)
    frames(unit * 20)
    headline(unit * 20)

    assert time.process_time() - start < 2


@given(st.text(max_size=200))
def test_any_text_has_a_headline_within_its_lines(text: str) -> None:
    assert "\n" not in headline(text)


def test_the_headline_of_a_json_record_is_its_message() -> None:
    assert headline('{"ts": "2026-03-03T09:00:00Z", "level": "warn", "msg": "row 4211 refused"}') == "row 4211 refused"
    assert headline('{"broken"') == '{"broken"'
