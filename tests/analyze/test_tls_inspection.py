"""A certificate that a gateway issued is named, with the calls that met it."""

from pathlib import Path

from diagpack.analyze.tls_inspection import RULE
from tests.har_fixtures import evidence_of, har, har_entry

GATEWAY = {"issuer": "Gateway TLS Inspection CA", "protocol": "TLS 1.2"}


def test_a_product_host_behind_an_inspecting_gateway_is_one_finding(tmp_path: Path) -> None:
    entries = [
        har_entry(kind="document", _securityDetails=GATEWAY),
        har_entry(_securityDetails=GATEWAY),
        har_entry(_securityDetails={"issuer": "Example Public CA 3"}),
    ]

    (finding,) = RULE.check(evidence_of(tmp_path, har(*entries)))

    assert "issued by Gateway TLS Inspection CA in 2 of 3 calls" in finding.statement
    assert [str(each) for each in finding.refs] == ["[har-1 #0]", "[har-1 #1]"]


def test_a_public_issuer_or_none_says_nothing(tmp_path: Path) -> None:
    entries = [har_entry(kind="document"), har_entry(_securityDetails={"issuer": "Example Public CA 3"})]

    assert list(RULE.check(evidence_of(tmp_path, har(*entries)))) == []
