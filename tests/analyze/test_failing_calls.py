"""Failing calls are found, ranked, folded and cited."""

from pathlib import Path

from diagpack.analyze.failing_calls import RULE
from diagpack.model.finding import Certainty, Level, sort_key
from tests.har_fixtures import evidence_of, har, har_entry


def test_a_server_error_is_cited_with_its_request_id(tmp_path: Path) -> None:
    failing = har_entry(status=503, headers={"X-Request-Id": "req-4711-abc"})
    evidence = evidence_of(tmp_path, har(har_entry(), failing))

    (finding,) = RULE.check(evidence)

    assert finding.id == "har.status.5xx"
    assert finding.level is Level.ERROR
    assert finding.certainty is Certainty.PROVEN
    assert [str(each) for each in finding.refs] == ["[har-1 #1]"]
    assert finding.data["request_ids"] == ["req-4711-abc"]
    assert "503" in finding.statement


def test_repeats_of_one_call_are_one_finding_with_a_count(tmp_path: Path) -> None:
    calls = [har_entry(f"https://app.example.com/api/orders/{number}", status=500) for number in range(7)]

    (finding,) = RULE.check(evidence_of(tmp_path, har(*calls)))

    assert finding.data["count"] == 7
    assert finding.data["template"] == "/api/orders/{id}"


def test_third_parties_come_last_and_are_no_errors(tmp_path: Path) -> None:
    tracker = har_entry("https://ads.example.net/pixel", status=500)
    ours = har_entry(status=403)
    evidence = evidence_of(tmp_path, har(tracker, ours), hosts=["example.com"])

    first, second = sorted(RULE.check(evidence), key=sort_key)

    assert first.id == "har.status.403"
    assert second.level is Level.INFO
    assert second.data["is_first_party"] is False


def test_errors_inside_a_200_are_failures(tmp_path: Path) -> None:
    graphql = har_entry("https://app.example.com/graphql", body='{"data":null,"errors":[{"message":"boom"}]}')
    said_no = har_entry("https://app.example.com/a", body='{"success":false}')

    found = {each.id for each in RULE.check(evidence_of(tmp_path, har(graphql, said_no)))}

    assert found == {"har.graphql.errors", "har.body.error"}


def test_every_finding_id_is_explained() -> None:
    from diagpack.model.failure import Kind

    assert set(RULE.info.findings) == {str(kind) for kind in Kind}
