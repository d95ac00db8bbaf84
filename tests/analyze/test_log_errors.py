"""Errors of the case's requests are told from those that only lie nearby."""

from pathlib import Path

from diagpack.analyze.log_errors import RULE
from diagpack.model.finding import Certainty, Level
from tests.analyze._log_evidence import evidence, log, record

TRACE = "ERROR x\njava.lang.IllegalStateException: no\n\tat com.example.A.b(A.java:1)"


def test_an_error_with_a_request_id_is_proven_and_cites_its_lines(tmp_path: Path):
    given = log(tmp_path, [record(7, TRACE, ids=["req-1"], lines=3), record(20, TRACE, ids=["req-1"], lines=3)])

    joined, first = sorted(RULE.check(evidence(given)), key=lambda each: each.id)

    assert (joined.id, joined.level, joined.certainty) == ("log.error-joined", Level.ERROR, Certainty.PROVEN)
    assert joined.statement == (
        "java.lang.IllegalStateException in 2 log records of request req-1, thrown in com.example.A.b."
    )
    assert [str(each) for each in joined.refs] == ["[log-1 L7-9]", "[log-1 L20-22]"]
    assert joined.data["frames"] == ["com.example.A.b"]
    assert first.id == "log.first-error"
    assert [str(each) for each in first.refs] == ["[log-1 L7-9]"]


def test_the_first_failing_record_is_the_earliest_of_all_logs(tmp_path: Path):
    late = log(tmp_path, [record(30, "ERROR a", ids=["req-1"])], id="log-1")
    early = log(tmp_path, [record(5, "ERROR b", ids=["req-1"])], id="log-2")

    (first,) = [each for each in RULE.check(evidence(late, early)) if each.id == "log.first-error"]

    assert [str(each) for each in first.refs] == ["[log-2 L5]"]


def test_an_error_without_an_id_is_only_a_hint(tmp_path: Path):
    (finding,) = RULE.check(evidence(log(tmp_path, [record(7, "ERROR connection refused")])))

    assert (finding.id, finding.certainty) == ("log.error-nearby", Certainty.HINT)
    assert finding.statement.startswith("An error without an exception class in 1 log record without a request ID")
    assert finding.data["message"] == "ERROR connection refused"


def test_gaps_and_other_levels_are_no_errors(tmp_path: Path):
    given = log(tmp_path, [{"gap": 5, "text": "... 5 lines not shown ..."}, record(7, TRACE, level="info", ids=["r"])])

    assert list(RULE.check(evidence(given))) == []


def test_many_kinds_of_error_are_cut_to_the_most_frequent(tmp_path: Path):
    records = [record(n, f"ERROR\nx.Kind{'ABCDEFGHIJKLMNOPQRST'[n % 20]}Exception: {n}", lines=2) for n in range(1, 60)]

    assert len(list(RULE.check(evidence(log(tmp_path, records))))) == 10


def test_every_finding_is_one_the_rule_announces(tmp_path: Path):
    given = log(tmp_path, [record(7, TRACE, ids=["a", "b"]), record(9, TRACE)])

    assert {each.id for each in RULE.check(evidence(given))} == set(RULE.info.findings)
