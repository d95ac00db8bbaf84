"""The log collector finds the case's requests in a log and names what it could not read."""

import gzip
import json
from pathlib import Path

import pytest

from diagpack.collectors.logs import COLLECTOR
from diagpack.errors import CollectError
from diagpack.model.request_ids import spellings
from tests.collectors._lent import Lent, content, source

ID = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"
LOG = "".join(f"2026-03-03 10:{n // 60:02}:{n % 60:02} INFO tick {n}\n" for n in range(600)).encode()
HIT = LOG.replace(b"tick 300\n", b"failed req=" + ID.encode() + b"\n")


def test_a_log_becomes_one_artifact_with_records_and_facts(tmp_path: Path):
    ctx = Lent(tmp_path, ids=(ID, ID.upper(), ID.replace("-", "")))

    (artifact,) = COLLECTOR.collect(source(tmp_path, HIT, "canary-host.log"), ctx)

    records = [json.loads(each) for each in content(artifact).splitlines()]
    assert (artifact.kind, artifact.media_type, artifact.folder, artifact.suffix) == (
        "log",
        "application/jsonl",
        "logs",
        ".jsonl",
    )
    assert [each["line"] for each in records if each.get("ids") == [ID]] == [301]
    assert {each["source"] for each in records} == {"source-1"}
    facts = artifact.raw_facts
    assert (facts["lines_total"], facts["encoding"], facts["zone"]) == (600, "utf-8", "assumed UTC")
    assert (facts["first"], facts["last"]) == ("2026-03-03T10:00:00+00:00", "2026-03-03T10:09:59+00:00")
    assert facts["hits"] == {ID: 1}
    assert ctx.gaps == []


def test_ids_are_named_as_the_request_id_artifact_names_them(tmp_path: Path):
    ctx = Lent(tmp_path, ids=(ID.upper(), ID))
    ids = json.dumps({"ids": [{"id": ID.upper(), "spellings": [ID, ID.upper()]}]}).encode()
    ctx.store(source(tmp_path, b"x"), kind="request-ids", media_type="application/json", suffix=".json", content=[ids])

    (artifact,) = COLLECTOR.collect(source(tmp_path, HIT), ctx)

    assert artifact.raw_facts["hits"] == {ID.upper(): 1}


def test_every_spelling_of_a_pasted_id_stands_for_the_id_as_it_was_pasted(tmp_path: Path):
    decimal = str(int(ID.replace("-", "")[16:], 16))
    ctx = Lent(tmp_path, ids=spellings(ID))

    (artifact,) = COLLECTOR.collect(source(tmp_path, HIT.replace(ID.encode(), decimal.encode())), ctx)

    assert artifact.raw_facts["hits"] == {ID: 1}
    assert artifact.raw_facts["query"]["ids"] == [ID]


def test_of_very_many_ids_the_first_are_searched_and_the_others_counted(tmp_path: Path):
    ctx = Lent(tmp_path, ids=(ID, *(f"request-{n:06}" for n in range(500))))

    (artifact,) = COLLECTOR.collect(source(tmp_path, HIT), ctx)

    assert artifact.raw_facts["hits"] == {ID: 1}
    assert artifact.raw_facts["ids_left_out"] == 101
    assert len(artifact.raw_facts["query"]["ids"]) == 400


def test_zones_are_configured_for_all_logs_or_by_file_name(tmp_path: Path):
    sections = {"logs": {"zone": "+01:00", "zones": {"a.log": "-05:00"}}}
    ctx = Lent(tmp_path, sections=sections)

    (one,) = COLLECTOR.collect(source(tmp_path, LOG, "a.log"), ctx)
    (two,) = COLLECTOR.collect(source(tmp_path, LOG, "b.log", label="source-2"), ctx)

    assert one.raw_facts["first"] == "2026-03-03T15:00:00+00:00"
    assert two.raw_facts["first"] == "2026-03-03T09:00:00+00:00"
    assert one.raw_facts["zone_source"] == "configured"


def test_a_cut_off_gzip_gives_what_was_readable_and_names_the_gap(tmp_path: Path):
    data = gzip.compress(HIT)
    ctx = Lent(tmp_path, ids=(ID,))

    (artifact,) = COLLECTOR.collect(source(tmp_path, data[:-9]), ctx)

    assert [id for id, _ in ctx.gaps] == ["DP131"]
    assert artifact.raw_facts["hits"] == {ID: 1}


def test_invalid_utf_8_is_shown_and_named(tmp_path: Path):
    ctx = Lent(tmp_path, ids=(ID,))
    data = HIT.replace(b"failed", "fäil".encode() * 9 + b"\xff\xfe canary")

    (artifact,) = COLLECTOR.collect(source(tmp_path, data), ctx)

    assert [id for id, _ in ctx.gaps] == ["DP132"]
    assert "canary" not in ctx.gaps[0][1]
    assert b"\\\\xff\\\\xfe" in content(artifact)


def test_the_year_of_a_gzipped_syslog_comes_from_its_header(tmp_path: Path):
    data = gzip.compress(b"Mar  3 10:00:00 host app: x\n" * 3, mtime=1_500_000_000)

    (artifact,) = COLLECTOR.collect(source(tmp_path, data), Lent(tmp_path))

    assert artifact.raw_facts["first"] == "2017-03-03T10:00:00+00:00"


@pytest.mark.parametrize("data", [b"", b"\n \n", gzip.compress(b""), b"\0\0\0"])
def test_an_empty_log_is_one_clear_error(tmp_path: Path, data: bytes):
    with pytest.raises(CollectError) as caught:
        list(COLLECTOR.collect(source(tmp_path, data), Lent(tmp_path)))

    assert caught.value.id == "DP130"


def test_two_runs_write_the_same_bytes(tmp_path: Path):
    one, two = (
        content(next(iter(COLLECTOR.collect(source(tmp_path, HIT), Lent(tmp_path, ids=(ID,)))))) for _ in range(2)
    )

    assert one == two


def test_the_trace_of_one_log_leads_on_into_the_others_in_any_order(tmp_path: Path):
    trace = "0af7651916cd43dd8448eb211c80319c"
    service = f'{{"ts":"2026-03-03T10:00:00Z","level":"ERROR","trace_id":"{trace}","msg":"no price"}}\n'.encode()
    gateway = f"2026-03-03T10:00:00Z WARN req={ID} trace_id={trace} failed\n".encode()
    ctx = Lent(tmp_path, ids=(ID,))
    sources = [source(tmp_path, service, label="source-1"), source(tmp_path, gateway, label="source-2")]

    first = [list(COLLECTOR.collect(each, ctx)) for each in sources]
    again = [list(COLLECTOR.collect(each, ctx)) for each in sources]

    assert [len(each) for each in first] == [1, 1]
    assert [len(each) for each in again] == [1, 0], "only the log that others led to is read again"
    assert again[0][0].raw_facts["hits"] == {trace: 1}
