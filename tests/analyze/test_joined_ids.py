"""A request seen on both sides is one statement with both citations."""

from pathlib import Path

from diagpack.analyze.joined_ids import RULE
from diagpack.model.finding import Level
from diagpack.model.request_ids import spellings
from tests.analyze._log_evidence import evidence, log, record, request_ids

ID = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"
USE = {"id": ID, "spellings": [ID.upper()], "refs": ["[har-1 #3]"], "statuses": [500], "is_failing": True}


def test_a_failing_request_found_in_a_log_cites_both(tmp_path: Path):
    given = log(tmp_path, [record(7, "x", ids=[ID]), record(9, "y", ids=[ID], lines=3)])

    (finding,) = RULE.check(evidence(request_ids(tmp_path, [USE]), given))

    assert finding.statement == f"Request {ID} (status 500) is in the client's evidence and in 2 log records."
    assert [str(each) for each in finding.refs] == ["[har-1 #3]", "[log-1 L7]", "[log-1 L9-11]"]
    assert finding.level is Level.WARNING


def test_spellings_meet(tmp_path: Path):
    given = log(tmp_path, [record(7, "x", ids=[ID.replace("-", "").upper()])])

    assert len(list(RULE.check(evidence(request_ids(tmp_path, [USE]), given)))) == 1


def test_an_id_seen_on_one_side_only_is_no_join(tmp_path: Path):
    other = log(tmp_path, [record(7, "x", ids=["other-id"])])

    assert list(RULE.check(evidence(request_ids(tmp_path, [USE]), other))) == []
    assert list(RULE.check(evidence(request_ids(tmp_path, [USE])))) == []
    assert (
        list(
            RULE.check(evidence(request_ids(tmp_path, [USE | {"refs": []}]), log(tmp_path, [record(7, "x", ids=[ID])])))
        )
        == []
    )


def test_a_request_that_went_well_is_only_information(tmp_path: Path):
    given = log(tmp_path, [record(7, "x", ids=[ID])])

    (finding,) = RULE.check(evidence(request_ids(tmp_path, [USE | {"is_failing": False, "statuses": []}]), given))

    assert finding.level is Level.INFO
    assert finding.statement == "1 other request of the client's evidence is in the logs too."


def test_the_ids_of_one_call_are_one_statement_and_calls_that_went_well_are_counted(tmp_path: Path):
    trace = {**USE, "id": "0af7651916cd43dd8448eb211c80319c", "spellings": []}
    fine = [{**USE, "id": f"fine-{n}", "spellings": [], "refs": [f"[har-1 #{n}]"], "is_failing": False} for n in (7, 8)]
    given = log(tmp_path, [record(7, "x", ids=[ID, trace["id"], "fine-7", "fine-8"])])

    failing, others = RULE.check(evidence(request_ids(tmp_path, [USE, trace, *fine]), given))

    assert failing.statement.startswith(f"Request {ID} / {trace['id']} (status 500) is in")
    assert (others.statement, others.level) == (
        "2 other requests of the client's evidence are in the logs too.",
        Level.INFO,
    )


def test_datadogs_decimal_header_meets_the_128_bit_trace_id_of_a_log(tmp_path: Path):
    decimal = str(0xA3CE929D0E0E4736)
    use = {**USE, "id": decimal, "spellings": list(spellings(decimal))}
    given = log(tmp_path, [record(7, "x", ids=["4bf92f3577b34da6a3ce929d0e0e4736"])])

    (finding,) = RULE.check(evidence(request_ids(tmp_path, [use]), given))

    assert [str(each) for each in finding.refs] == ["[har-1 #3]", "[log-1 L7]"]
