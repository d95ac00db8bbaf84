"""The probe of the terminal collector becomes findings: who inspects TLS, which host does not answer."""

from typing import Any

from diagpack.analyze.customer_network import RULE
from diagpack.model.finding import Finding
from tests.support.evidence import evidence, make_artifact


def found(*hosts: dict[str, Any]) -> list[Finding]:
    return list(RULE.check(evidence(make_artifact("guided", {"network": {"hosts": list(hosts)}, "steps": []}))))


def test_an_inspected_connection_names_its_issuer_and_cites_the_host() -> None:
    (finding,) = found(
        {"host": "ok.example.com", "issuer": "Example Public CA", "is_trusted": True},
        {"host": "app.example.com", "issuer": "Example Corp", "inspected_by": "Example Corp, Example Inspection CA"},
    )

    assert finding.id == "network.tls_inspected"
    assert "app.example.com is issued by Example Corp, Example Inspection CA" in finding.statement
    assert [str(each) for each in finding.refs] == ["[guided-1 /network/hosts/1]"]


def test_a_host_that_does_not_answer_is_told() -> None:
    (finding,) = found({"host": "app.example.com", "error": "ConnectionRefusedError"})

    assert (finding.id, finding.data["error"]) == ("network.unreachable", "ConnectionRefusedError")


def test_odd_answers_and_pages_without_a_probe_say_nothing() -> None:
    assert found() == []
    assert list(RULE.check(evidence(make_artifact("guided", {"network": None, "steps": []})))) == []
    assert found({"host": 3}) == []
