"""What a recording lacks is said with the sentence for the customer."""

from pathlib import Path

from diagpack.analyze.capture_quality import FINDINGS, RULE
from tests.har_fixtures import evidence_of, har, har_entry


def test_a_recording_of_another_tab_asks_for_the_right_one(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, har(har_entry(), har_entry(status=500)), hosts=["shop.example.org"])

    found = {each.id: each for each in RULE.check(evidence)}

    assert "shop.example.org" in found["har.has_host"].ask
    assert set(found) <= set(FINDINGS)


def test_a_good_recording_has_no_warning(tmp_path: Path) -> None:
    entry = har_entry(status=500, request_headers={"cookie": "a=b"})

    found = list(RULE.check(evidence_of(tmp_path, har(entry, entry), hosts=["example.com"])))

    assert found == []


def test_bodies_left_out_at_export_are_noticed(tmp_path: Path) -> None:
    entries = [har_entry(body=None, status=500) for _ in range(4)]
    for each in entries:
        each["response"]["content"]["size"] = 100

    found = {each.id for each in RULE.check(evidence_of(tmp_path, har(*entries)))}

    assert "har.bodies" in found
