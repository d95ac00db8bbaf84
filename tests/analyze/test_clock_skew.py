"""Whose clock is wrong is said where independent clocks show it, and left open where they do not."""

from pathlib import Path
from typing import Any

from diagpack.analyze.clock_skew import RULE
from diagpack.model.finding import Finding, Level
from tests.har_fixtures import evidence_of, har, har_entry

HOST = "app.example.com"


def found(folder: Path, *entries: Any) -> list[Finding]:
    folder.mkdir(exist_ok=True)
    evidence = evidence_of(folder, har(*entries), hosts=[HOST])
    findings = list(RULE.check(evidence))
    assert all(evidence.resolve(ref) is not None for each in findings for ref in each.refs)
    assert {each.id for each in findings} <= set(RULE.info.findings)
    return findings


def call(seconds: int, skew: float, host: str = HOST, path: str = "/api") -> Any:
    return har_entry(seconds=seconds, skew=skew, url=f"https://{host}{path}")


def test_two_independent_servers_against_the_browser_show_that_it_is_wrong(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, *(call(each, 420) for each in range(5)), call(6, 420, "cdn.example.net"))

    assert (finding.id, finding.level) == ("har.clock_skew", Level.WARNING)
    assert finding.statement == (
        "The browser is 7 min ahead of app.example.com (5 Date headers) and cdn.example.net (1 Date header), "
        "which agree."
    )
    assert "the computer used" in finding.ask


def test_one_server_against_the_browser_decides_nothing(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, *(call(each, 420) for each in range(5)))

    assert finding.id == "clock.undecided"
    assert "7 min" in finding.statement
    assert "cannot be told" in finding.statement
    assert "app.example.com" in finding.ask
    assert "the computer used" in finding.ask


def test_the_product_is_named_when_browser_and_others_agree_against_it(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, *(call(each, -300) for each in range(5)), call(6, 0, "cdn.example.net"))

    assert finding.id == "clock.product_off"
    assert finding.statement.startswith("app.example.com (5 Date headers) is 5 min ahead of the browser and")
    assert finding.ask.startswith("Operations:")


def test_an_identity_provider_of_the_customer_is_no_second_witness_for_the_browser(tmp_path: Path) -> None:
    sent = "/sso?SAMLRequest=abc"
    product = [call(each, -420) for each in range(1, 5)]

    own = found(tmp_path / "own", call(0, 0, "idp.customer.test", sent), *product)
    public = found(tmp_path / "public", call(0, 0, "tenant.okta.com", sent), *product)

    assert [each.id for each in own] == ["clock.undecided"]
    assert [each.id for each in public] == ["clock.product_off"]


def test_a_third_party_alone_is_only_noted(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, call(0, 0), call(1, 0), call(2, 0, "cdn.example.net"), call(3, 900, "odd.example.org"))

    assert (finding.id, finding.level) == ("clock.other_off", Level.INFO)


def test_clocks_that_agree_and_cached_answers_say_nothing(tmp_path: Path) -> None:
    right = [har_entry(seconds=each) for each in range(5)]
    cached = [har_entry(seconds=each, skew=86_400, headers={"age": "86400"}) for each in range(9)]

    assert list(RULE.check(evidence_of(tmp_path, har(*right, *cached)))) == []
