"""Failing exchanges and their neighbours stay whole; static bodies go, with counts."""

import json
from typing import Any

from diagpack.collectors.har import slim
from diagpack.collectors.har.repair import repair
from diagpack.collectors.har.slim import Slimmer, document, dumped
from diagpack.model.exchange import from_entry
from diagpack.model.party import Party
from tests.har_fixtures import har_entry


def slimmed(*entries: Any) -> tuple[list[Any], Slimmer]:
    made = Slimmer(Party(["example.com"]))
    for index, each in enumerate(entries):
        repaired = repair(each, index)
        made.add(repaired, from_entry(repaired))
    made.close()
    return [json.loads(each) for each in made.entries], made


def has_body(entry: Any) -> bool:
    return "text" in entry["response"]["content"]


def test_three_before_and_two_after_a_failure_keep_their_bodies() -> None:
    entries = [har_entry() for _ in range(12)]
    entries[6] = har_entry(status=500)

    kept, made = slimmed(*entries)

    assert [index for index, each in enumerate(kept) if has_body(each)] == [3, 4, 5, 6, 7, 8]
    assert made.dropped == {"body of a successful exchange": 6}


def test_static_and_binary_bodies_go_and_the_sign_in_stays() -> None:
    kept, made = slimmed(
        har_entry("https://app.example.com/x.png", mime="image/png", body="canary", kind="image"),
        har_entry("https://idp.example.net/saml/sso", mime="text/html", body="<html>", kind="document"),
        *[har_entry() for _ in range(4)],
    )

    assert not has_body(kept[0])
    assert has_body(kept[1])
    assert made.dropped["body of a static file"] == 1


def test_a_very_long_capture_keeps_failures_and_counts_the_rest(monkeypatch: Any) -> None:
    monkeypatch.setattr(slim, "MAX_PLAIN", 10)

    kept, made = slimmed(*[har_entry() for _ in range(50)], har_entry(status=500))

    assert kept[-1]["_dpEntry"] == 50
    assert made.dropped["successful entries of a very long capture"] == 37


def test_a_body_over_the_limit_goes_and_is_counted(monkeypatch: Any) -> None:
    monkeypatch.setattr(slim, "MAX_BODY", 10)

    kept, made = slimmed(har_entry(status=500, body="x" * 50, mime="text/plain", post="y" * 50))

    assert not has_body(kept[0])
    assert kept[0]["request"]["postData"]["text"] == ""
    assert made.dropped == {"body over the size limit": 1, "request body over the size limit": 1}


def test_numbers_and_letters_that_json_lacks_are_replaced() -> None:
    assert dumped({"a": float("inf"), "b": "\ud800"}) == b'{"a":null,"b":"?"}'


def test_the_document_is_json_also_without_entries() -> None:
    assert json.loads(b"".join(document({"version": "1.2"}, []))) == {"log": {"version": "1.2", "entries": []}}
