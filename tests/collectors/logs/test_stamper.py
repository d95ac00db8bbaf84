"""A line's own timestamp is told from the others in it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from diagpack.collectors.logs.stamper import Stamper, without_escapes


def _seconds(lines: list[str]) -> list[int | None]:
    stamper = Stamper.learn(lines)
    return [reading.seconds if (reading := stamper.read(each)) else None for each in lines]


def test_the_date_in_a_log_file_name_is_not_the_lines_own():
    lines = [f"api.log.1.2026-05-16_13:53:08 2026-05-16 00:00:{n:02}.008 25746 INFO x" for n in range(20)]

    assert _seconds(lines) == list(range(20))


def test_a_constant_date_in_front_gives_way_to_the_one_that_varies():
    lines = [f"[boot 2026-01-01 00:00:00] 2026-02-03 10:11:{n:02} x" for n in range(20)]

    assert _seconds(lines) == [10 * 3600 + 11 * 60 + n for n in range(20)]


def test_the_first_of_two_that_vary_wins():
    lines = [f"2026-01-01T15:00:{n:02}Z session_start=2026-01-01T10:{n:02}:00Z in" for n in range(20)]

    assert _seconds(lines) == [15 * 3600 + n for n in range(20)]


def test_an_epoch_in_front_of_local_time_wins_because_its_zone_is_known():
    lines = [f"- {1131566461 + n} 2005.11.09 dn228 Nov 9 12:01:{n + 1:02} dn228/dn228 crond: x" for n in range(20)]
    stamper = Stamper.learn(lines)

    assert all((reading := stamper.read(each)) is not None and reading.offset == 0 for each in lines)


def test_a_stack_trace_carries_no_time_even_where_it_quotes_one():
    lines = ["2026-03-03 10:11:12,001 ERROR failed", "  retried at 2026-03-03 09:00:00", "Caused by: x.YError: no"] * 5
    stamper = Stamper.learn(lines)

    assert [stamper.read(each) is not None for each in lines[:3]] == [True, False, False]


def test_a_statement_in_a_slow_query_log_is_no_record():
    lines = ["# Time: 2026-03-03T10:11:12.5Z", "SET timestamp=1772532672;", "SELECT 1;"] * 5

    assert [each is not None for each in _seconds(lines)][:3] == [True, False, False]


def test_day_first_dates_are_known_by_a_day_over_twelve():
    lines = [f"{day:02}/03/2026 10:00:00 x" for day in range(1, 29)]
    stamper = Stamper.learn(lines)

    assert {reading.month for each in lines if (reading := stamper.read(each))} == {3}


def test_logfmt_times_are_found_behind_many_other_fields():
    lines = [f"logger=tsdb {'uid=abc ' * 60}t=2026-03-03T10:11:{n:02}Z level=info" for n in range(20)]

    assert _seconds(lines) == [10 * 3600 + 11 * 60 + n for n in range(20)]


def test_json_keys_are_taken_in_the_order_of_loggers_not_of_the_line():
    lines = [json.dumps({"created_at": "2020-01-01T00:00:00Z", "time": f"2026-03-03T10:11:{n:02}Z"}) for n in range(9)]

    assert _seconds(lines) == [10 * 3600 + 11 * 60 + n for n in range(9)]


def test_a_cut_off_json_line_still_gives_its_time():
    line = '{"level":"info","ts":"2026-03-03T10:11:12Z","msg":"cut off he'
    stamper = Stamper.learn(['{"level":"info","ts":"2026-03-03T10:11:11Z"}', line])

    assert stamper.read(line) is not None


def test_colours_do_not_hide_a_date():
    line = "\x1b[0m\x1b[32mSep 19 \x1b[0m\x1b[1m\x1b[33m09:24:04\x1b[0m host x"

    assert _seconds([line]) == [9 * 3600 + 24 * 60 + 4]
    assert without_escapes(line) == "Sep 19 09:24:04 host x"


@given(st.lists(st.text(max_size=60), max_size=4), st.text(max_size=200))
def test_no_text_makes_it_raise(sample: list[str], line: str):
    stamper = Stamper.learn(sample)

    reading = stamper.read(line)

    assert reading is None or 0 <= reading.seconds < 86_400


def test_the_time_that_begins_the_line_wins_and_takes_its_year_from_the_one_behind():
    lines = [f"Feb  6 12:14:{n:02} host haproxy[7]: 192.0.2.1:33 [06/Feb/2009:12:13:{n:02}.655] in" for n in range(20)]
    stamper = Stamper.learn(lines)

    reading = stamper.read(lines[3])
    assert reading is not None
    assert (reading.seconds, reading.year) == (12 * 3600 + 14 * 60 + 3, None)
    assert stamper.seen == (2009, 2, 6)


def test_an_epoch_inside_the_line_is_read_where_every_line_has_one():
    lines = [f"type=SYSCALL msg=audit({1772532600 + n}.125:{n}): arch=c" for n in range(9)]

    assert _seconds(lines) == [36_600 + n for n in range(9)]


def test_a_bare_time_in_a_wrapped_message_does_not_begin_a_record():
    stamper = Stamper.learn([f"2026-03-03 10:11:{n:02} INFO x" for n in range(9)])

    assert stamper.read("10:11:12 first column of a table") is None
    assert stamper.read("1772532672 first column of a table") is None
    assert stamper.read("03/Mar/2026:10:11:12 +0000 another program") is not None


_SEEDS = (
    "Mar  3, 2026 10:11:12 AM UTC host x",
    "@4000000069a6b3ca07735940 x",
    '{"ts":1772532672.125,"level":"info"}',
    "t=2026-03-03T10:11:12.123456789+02:00 level=info",
    "[03/Mar/2026:10:11:12 +0100] 1772532672125",
    "20260303-9:1:2:7|x",
)


@given(
    st.sampled_from(_SEEDS),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from('ſKİ٣²9f-:+.{"\x1b\u2028')), min_size=1, max_size=5),
)
def test_damaged_timestamps_do_not_make_it_raise(line: str, changes: list[tuple[int, str]]):
    for at, character in changes:
        line = line[: at % len(line)] + character + line[at % len(line) + 1 :]

    Stamper.learn([line, line]).read(line)
