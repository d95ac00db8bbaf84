"""Captures know their citations, hosts and chains of causes."""

from pathlib import Path

from diagpack.model.capture import captures, hosts_in, stated_hosts
from tests.har_fixtures import evidence_of, har, har_entry


def test_the_chain_leads_over_redirect_and_page(tmp_path: Path) -> None:
    page = har_entry("https://app.example.com/orders", kind="document")
    redirect = har_entry(
        "https://app.example.com/api/old", status=302, headers={"location": "/api/new"}, _initiator={
            "type": "script", "url": "https://app.example.com/orders"}
    )  # fmt: skip
    failing = har_entry("https://app.example.com/api/new", status=500)
    (capture,) = captures(evidence_of(tmp_path, har(page, redirect, failing)))

    chain = capture.causes(capture.exchanges[2])

    assert [str(capture.ref(each)) for each in chain] == ["[har-1 #1]", "[har-1 #0]"]


def test_offsets_count_from_the_first_exchange(tmp_path: Path) -> None:
    (capture,) = captures(evidence_of(tmp_path, har(har_entry(), har_entry(seconds=2.5))))

    assert capture.offset_seconds(capture.exchanges[1]) == 2.5


def test_hosts_come_from_the_case(tmp_path: Path) -> None:
    assert hosts_in({"environment": {"hosts": ["A.example.com"], "production": "b.example.com"}}) == (
        "a.example.com",
        "b.example.com",
    )
    assert stated_hosts(evidence_of(tmp_path, har(har_entry()), hosts=["a.example.com"])) == ("a.example.com",)
