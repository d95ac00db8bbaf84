"""The excerpt shows every record of a request, its surroundings, and says what is not shown."""

import gzip
import json
import lzma
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.logs.cut import Caps
from diagpack.collectors.logs.excerpt import excerpt
from diagpack.errors import CollectError
from diagpack.model.case import Window

ID = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"
TRACE = "0af7651916cd43dd8448eb211c80319c"
START = datetime(2026, 3, 3, 10, tzinfo=UTC)


def _lines(count: int, *, zone: str = "Z", special: dict[int, str] | None = None) -> str:
    """One line a second; `special` replaces the message of some."""
    made = []
    for n in range(count):
        at = (START + timedelta(seconds=n)).strftime("%Y-%m-%dT%H:%M:%S")
        level, message = "INFO", (special or {}).get(n, f"tick {n}")
        if message.startswith("ERROR "):
            level, _, message = message.partition(" ")
        made.append(f"{at}.250{zone} {level} [req={n:08x}-aaaa-4aaa-8aaa-{n:012x}] {message}")
    return "\n".join(made) + "\n"


def _write(folder: Path, text: str | bytes, name: str = "app.log") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _excerpt(path: Path, *ids: str, **options: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    *records, summary = excerpt([path], ids, **options)
    assert summary["summary"] is True
    return records, summary


def _hits(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in records if each.get("ids")]


def test_a_hit_is_shown_with_its_line_its_bytes_and_its_neighbours(tmp_path: Path):
    path = _write(tmp_path, _lines(20_000, special={15_000: f"ERROR failed req={ID} status=500"}))

    records, summary = _excerpt(path, ID)

    (hit,) = _hits(records)
    assert (hit["line"], hit["lines"], hit["source"], hit["ids"]) == (15_001, 1, "app.log", [ID])
    assert path.read_bytes()[slice(*hit["bytes"])].decode().rstrip("\n") == hit["text"]
    assert hit["time"] == "2026-03-03T14:10:00.250000+00:00"
    assert hit["zone"] == "Z"
    shown = [each["line"] for each in records if "line" in each]
    assert shown == list(range(15_001 - 8, 15_001 + 9))
    assert [each["gap"] for each in records if "gap" in each] == [14_992, 4_991]
    assert summary["hits"] == 1


def test_all_lines_are_either_shown_or_counted_in_a_gap(tmp_path: Path):
    special = dict.fromkeys((3, 4, 500, 999), f"req={ID}")
    records, _ = _excerpt(_write(tmp_path, _lines(1_000, special=special)), ID)

    assert sum(each.get("gap", 0) + each.get("lines", 0) for each in records) == 1_000


@pytest.mark.parametrize(
    "spelling",
    [
        ID.upper(),
        ID.replace("-", ""),
        str(int(ID.replace("-", "")[16:], 16)),
        f"00-{ID.replace('-', '')}-b7ad6b7169203331-01",
    ],
)
def test_other_spellings_of_an_id_are_the_same_id(tmp_path: Path, spelling: str):
    path = _write(tmp_path, _lines(50, special={25: f"trace={spelling} x"}))

    records, _ = _excerpt(path, ID)

    assert [each["ids"] for each in _hits(records)] == [[ID]]


def test_the_second_hop_shows_records_of_the_trace_that_do_not_name_the_request(tmp_path: Path):
    special = {100: f"in req={ID} trace_id={TRACE}", 3_000: f"worker trace_id={TRACE} ERROR boom"}
    records, summary = _excerpt(_write(tmp_path, _lines(5_000, special=special)), ID)

    assert [each["ids"] for each in _hits(records)] == [[ID, TRACE], [TRACE]]
    assert summary["files"][0]["query"]["hops"] == {TRACE: "trace_id"}


def test_a_second_id_that_is_on_every_line_is_no_hop(tmp_path: Path):
    special = dict.fromkeys(range(1000), f"trace_id={TRACE} tick") | {500: f"req={ID} trace_id={TRACE}"}
    records, summary = _excerpt(_write(tmp_path, _lines(1_000, special=special)), ID)

    assert len(_hits(records)) == 1
    assert summary["files"][0]["query"]["hops"] == {}


def test_a_window_shows_what_is_inside_it_and_its_slack(tmp_path: Path):
    path = _write(tmp_path, _lines(30_000))
    window = Window(START + timedelta(hours=2), START + timedelta(hours=2, minutes=1))

    records, _ = _excerpt(path, window=window, slack=timedelta(seconds=30))

    times = [each["time"] for each in records if "line" in each]
    assert times[0] == "2026-03-03T11:59:30.250000+00:00"
    assert times[-1] == "2026-03-03T12:01:29.250000+00:00"
    assert len(times) == 120


def test_a_log_that_is_not_sorted_is_still_searched_for_the_window(tmp_path: Path):
    later, earlier = _lines(3_000).splitlines(), _lines(6_000).splitlines()[3_000:]
    path = _write(tmp_path, "\n".join([*earlier, *later]) * 1 + "\n")
    window = Window(START, START + timedelta(seconds=10))

    records, _ = _excerpt(path, window=window, slack=timedelta(0))

    assert [each["line"] for each in records if "line" in each] == list(range(3_001, 3_011))


def test_with_hits_only_the_errors_of_the_window_are_shown_beside_them(tmp_path: Path):
    path = _write(tmp_path, _lines(10_000, special={9_000: f"req={ID}", 100: "ERROR boom", 5_000: "ERROR later"}))
    records, _ = _excerpt(path, ID, window=Window(START, START + timedelta(minutes=5)), slack=timedelta(0))

    assert [each["line"] for each in _hits(records)] == [9_001]
    assert [each["line"] for each in records if each.get("level") == "error"] == [101]
    assert len([each for each in records if "line" in each]) == 1 + 17


def test_a_window_without_hit_is_shown_whole_and_says_that_there_was_none(tmp_path: Path):
    window = Window(START, START + timedelta(seconds=9))
    records, _ = _excerpt(_write(tmp_path, _lines(1_000)), ID, window=window, slack=timedelta(0))

    assert records[0]["text"].startswith("no hit")
    assert "the nearest line whose time was read is of 2026-03-03T10:00:00.250000+00:00" in records[0]["text"]
    assert [each["line"] for each in records if "line" in each] == list(range(1, 10))


def test_no_hit_is_a_result_with_the_range_that_was_searched(tmp_path: Path):
    records, summary = _excerpt(_write(tmp_path, _lines(100)), "no-such-request-id")

    assert records[0]["text"].startswith(
        "no hit: 1 ID searched in 100 lines, covering 2026-03-03T10:00:00.250000+00:00"
    )
    assert "another region" in records[0]["text"]
    assert summary["hits"] == 0


def test_with_neither_ids_nor_window_errors_start_and_end_are_shown(tmp_path: Path):
    path = _write(
        tmp_path, _lines(20_000, special={10_000: "ERROR boom\ncom.example.XException: no\n\tat a.b(C.java:1)"})
    )

    records, _ = _excerpt(path)

    errors = [each for each in records if each.get("level") == "error"]
    assert [(each["line"], each["lines"]) for each in errors] == [(10_001, 3)]
    assert records[0]["line"] == 1
    assert records[-1]["line"] == 20_002


def test_over_the_cap_the_first_the_last_and_errors_with_a_hit_stay(tmp_path: Path):
    special = dict.fromkeys(range(500), f"req={ID}") | {250: f"ERROR boom req={ID}"}
    path = _write(tmp_path, _lines(500, special=special))

    records, summary = _excerpt(path, ID, caps=Caps(records=21))

    shown = [each["line"] for each in records if "line" in each]
    assert len(shown) <= 21
    assert {1, 251, 500} <= set(shown)
    assert summary["files"][0]["truncated"] > 400


def test_a_stack_trace_around_a_hit_is_whole(tmp_path: Path):
    trace = "".join(f"\n\tat com.example.A.m{n}(A.java:{n})" for n in range(50))
    path = _write(
        tmp_path, _lines(100, special={50: f"ERROR x{trace}\nCaused by: java.io.IOException: req={ID}{trace}"})
    )

    (hit,) = _hits(_excerpt(path, ID)[0])

    assert (hit["line"], hit["lines"]) == (51, 102)
    assert hit["text"].endswith("m49(A.java:49)")


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_compressed_log_gives_the_same_records_as_a_plain_one(tmp_path: Path, pack: Any):
    text = _lines(30_000, special=dict.fromkeys((10, 11, 15000, 29999), f"req={ID} x")).encode()
    plain, _ = _excerpt(_write(tmp_path, text), ID)

    packed, summary = _excerpt(_write(tmp_path, pack(text), "app.log.z"), ID)

    assert [each | {"source": ""} for each in packed] == [each | {"source": ""} for each in plain]
    assert summary["files"][0]["is_cut_off"] is False


def test_a_cut_off_gzip_gives_what_was_readable(tmp_path: Path):
    data = gzip.compress(_lines(30_000, special={10: f"req={ID} x"}).encode())
    path = _write(tmp_path, data[: len(data) // 2], "app.log.gz")

    records, summary = _excerpt(path, ID)

    assert len(_hits(records)) == 1
    assert summary["files"][0]["is_cut_off"] is True
    assert 10_000 < summary["files"][0]["lines_total"] < 20_000


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-8-sig", "cp1252"])
def test_other_encodings_are_read_and_named(tmp_path: Path, codec: str):
    text = "äöü " * 50 + "\n" + _lines(200, special={99: f"Übertragung req={ID}"})
    path = _write(tmp_path, text.encode(codec))

    (hit,) = _hits(_excerpt(path, ID)[0])

    assert hit["line"] == 101
    assert "Übertragung" in hit["text"]


def test_an_assumed_zone_is_on_every_record_and_in_the_summary(tmp_path: Path):
    records, summary = _excerpt(_write(tmp_path, _lines(50, zone="", special={5: f"req={ID}"})), ID)

    assert {each["zone"] for each in records if "line" in each} == {"assumed UTC"}
    assert summary["files"][0]["zone_source"] == "assumed"


def test_a_configured_zone_moves_the_times(tmp_path: Path):
    path = _write(tmp_path, _lines(50, zone="", special={5: f"req={ID}"}))

    (hit,) = _hits(_excerpt(path, ID, zone="Europe/Berlin")[0])

    assert hit["time"] == "2026-03-03T09:00:05.250000+00:00"


def test_a_hit_in_an_endless_line_does_not_show_the_line(tmp_path: Path):
    path = _write(tmp_path, b"2026-03-03T10:00:00Z " + b"x" * 5_000_000 + f" req={ID} ".encode() + b"y" * 5_000_000)

    (hit,) = _hits(_excerpt(path, ID)[0])

    assert ID in hit["text"]
    assert len(hit["text"]) < 9_000
    assert hit["bytes"] == [0, path.stat().st_size]


def test_everything_shows_all_records_of_a_small_log(tmp_path: Path):
    records, _ = _excerpt(_write(tmp_path, _lines(300)), everything=True)

    assert [each["line"] for each in records] == list(range(1, 301))


def test_an_empty_log_is_an_error(tmp_path: Path):
    with pytest.raises(CollectError) as caught:
        list(excerpt([_write(tmp_path, b"\n\n")], [ID]))

    assert caught.value.id == "DP130"


def test_a_log_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path):
    good, empty, gone = _write(tmp_path, _lines(20, special={5: f"req={ID}"})), tmp_path / "empty", tmp_path / "gone"
    empty.write_bytes(b"")

    *records, summary = excerpt([empty, gone, good, tmp_path], [ID])

    assert len(_hits(records)) == 1
    assert summary["hits"] == 1
    assert [each.get("missing", {}).get("id") for each in summary["files"]] == ["DP130", "DP130", None, "DP130"]


def test_parts_of_a_composite_id_are_searched_too(tmp_path: Path):
    path = _write(tmp_path, _lines(50, special={5: f"correlation={TRACE}"}))

    records, _ = _excerpt(path, f"{TRACE}#109#{ID}#102")

    assert [each["line"] for each in _hits(records)] == [6]


def test_an_id_inside_a_longer_one_is_not_a_hit(tmp_path: Path):
    path = _write(tmp_path, _lines(50, special={5: "span=00f067aa0ba902b7ff", 9: "span=00f067aa0ba902b7"}))

    records, _ = _excerpt(path, "00f067aa0ba902b7")

    assert [each["line"] for each in _hits(records)] == [10]


def test_records_are_plain_json(tmp_path: Path):
    records, summary = _excerpt(_write(tmp_path, b"2026-03-03T10:00:00Z \xff\x00 \xed\xa0\x80\n" * 20), "x" * 8)

    assert json.loads(json.dumps([*records, summary]))


@pytest.mark.parametrize(
    "unit", ["(", "a.", "A", " ", "\n", "t=xxxxxxxx ", "[[", "\x1b]", '{"a":', "2026-03-03 ", "a: "]
)
def test_hostile_text_is_read_in_linear_time(tmp_path: Path, unit: str):
    line = "2026-03-03T10:00:00Z ERROR " + unit * (7_000 // len(unit))
    text = "".join(f"{line}\n{unit * (7_000 // len(unit))}\n" for _ in range(10))
    path = _write(tmp_path, text.replace("ERROR", f"ERROR req={ID}", 3))

    started = time.process_time()
    list(excerpt([path], [ID], everything=True))

    assert time.process_time() - started < 4
