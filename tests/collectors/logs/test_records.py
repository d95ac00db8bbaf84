"""A record is its timestamped line and everything that belongs to it."""

import json
from datetime import UTC, datetime

from diagpack.collectors.logs.clock import Clock
from diagpack.collectors.logs.lines import Line
from diagpack.collectors.logs.records import Record, RecordReader
from diagpack.collectors.logs.stamper import Stamper

CLOCK = Clock.of("", anchor=datetime(2026, 3, 4, tzinfo=UTC))


def _records(text: str, *, from_start: bool = True) -> list[Record]:
    lines, at = [], 0
    for number, each in enumerate(text.split("\n"), 1):
        lines.append(Line(number, at, at + len(each) + 1, each))
        at += len(each) + 1
    stamper = Stamper.learn(text.split("\n"))
    return list(RecordReader(stamper, CLOCK).read(lines, from_start=from_start))


def test_a_stack_trace_belongs_to_the_line_before_it():
    records = _records(
        "2026-03-03 10:11:12,001 ERROR [http-1] failed\n"
        "java.lang.IllegalStateException: no\n"
        "\tat com.example.A.b(A.java:1)\n"
        "Caused by: java.io.IOException: closed\n"
        "\t... 12 more\n"
        "2026-03-03 10:11:13,001 INFO next"
    )

    assert [(each.line, each.lines, each.level) for each in records] == [(1, 5, "error"), (6, 1, "info")]
    assert records[0].end == records[1].start


def test_a_python_traceback_stays_with_its_message():
    records = _records(
        "2026-03-03 10:11:12 ERROR boom\nTraceback (most recent call last):\n"
        '  File "a.py", line 3, in f\n    raise ValueError("x")\nValueError: x\n2026-03-03 10:11:13 INFO on'
    )

    assert [each.lines for each in records] == [5, 1]


def test_lines_before_the_first_timestamp_are_records_of_their_own_without_time():
    records = _records("#Version: 1.0\n#Fields: date time x\n2026-03-03 10:11:12 1\n2026-03-03 10:11:13 2")

    assert [each.time is None for each in records] == [True, True, False, False]
    assert records[2].time is not None
    assert records[2].time.zone == "assumed UTC"  # the header is given to the clock by the excerpt


def test_in_the_middle_of_a_log_the_rest_of_an_unseen_record_is_marked():
    records = _records("\tat com.example.A.b(A.java:1)\n2026-03-03 10:11:12 INFO x", from_start=False)

    assert [each.is_orphan for each in records] == [True, False]


def test_a_log_without_timestamps_gives_a_record_a_line():
    records = _records("started\nready\nTraceback (most recent call last):\n  File x\nstopped")

    assert [each.lines for each in records] == [1, 3, 1]


def test_cri_streams_that_interleave_are_put_together_each_by_itself():
    records = _records(
        "2026-03-03T10:11:12.1Z stderr F Traceback (most recent call last):\n"
        "2026-03-03T10:11:12.2Z stdout F GET /a 200\n"
        '2026-03-03T10:11:12.3Z stderr F   File "a.py", line 3, in f\n'
        "2026-03-03T10:11:12.4Z stdout P partial \n"
        "2026-03-03T10:11:12.5Z stderr F ValueError: x\n"
        "2026-03-03T10:11:12.6Z stdout F line\n"
        "2026-03-03T10:11:12.7Z stdout F last"
    )

    assert [each.text for each in records] == [
        'Traceback (most recent call last):\n  File "a.py", line 3, in f\nValueError: x',
        "GET /a 200",
        "partial line",
        "last",
    ]
    assert [each.line for each in records] == [1, 2, 4, 7]


def test_docker_json_is_unwrapped_and_its_parts_are_joined():
    def line(log: str, second: int) -> str:
        return json.dumps({"log": log, "stream": "stdout", "time": f"2026-03-03T10:11:{second:02}.5Z"})

    records = _records("\n".join([line("half ", 1), line("done\n", 2), line("  indented\n", 3), line("next\n", 4)]))

    assert [each.text for each in records] == ["half done\n  indented", "next"]
    assert records[0].time is not None
    assert records[0].time.at == datetime(2026, 3, 3, 10, 11, 1, 500_000, tzinfo=UTC)


def test_services_of_a_compose_log_do_not_swallow_each_others_lines():
    records = _records(
        "web-1  | 2026-03-03T10:11:12Z start\nredis-1  | 2026-03-03T10:11:13Z up\nweb-1  |   more of start"
    )

    assert [each.text.count("\n") for each in records] == [1, 0]


def test_a_record_without_end_is_cut_and_says_so():
    records = _records("2026-03-03T10:11:12Z dump\n" + "\n".join(f"row {n}" for n in range(2_000)))

    assert len(records) == 1
    assert records[0].lines == 2_001
    assert "1,601 lines not shown" in records[0].text


def test_a_w3c_log_that_restarts_takes_the_new_date():
    records = _records(
        "#Date: 2026-03-01 00:00:00\n#Fields: time x\n10:00:00 a\n#Date: 2026-03-02 00:00:00\n11:00:00 b"
    )

    times = [each.time.at.isoformat() for each in records if each.time]
    assert times == ["2026-03-01T10:00:00+00:00", "2026-03-02T11:00:00+00:00"]
