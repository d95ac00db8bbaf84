"""A majority of independent parties decides whose clock is wrong; one against one decides nothing."""

from pathlib import Path
from typing import Any

import pytest

from diagpack.model.capture import captures
from diagpack.model.clocks import CUSTOMER, PRODUCT, Witness, browser_ahead, is_fresh, judge, witnesses
from diagpack.model.exchange import from_entry
from tests.har_fixtures import evidence_of, har, har_entry


def clock(name: str, party: str, ahead: float) -> Witness:
    return Witness(name, party, ahead, 3, ())


def test_clocks_within_a_minute_agree() -> None:
    verdict = judge([clock("the browser", CUSTOMER, 0), clock("app", PRODUCT, 59), clock("cdn", "example.net", -30)])

    assert (verdict.wrong, verdict.apart) == ((), ())


def test_two_parties_outvote_one_however_many_clocks_it_has() -> None:
    many = [clock(f"app-{number}", PRODUCT, 300) for number in range(5)]

    verdict = judge([clock("the browser", CUSTOMER, 0), clock("cdn", "example.net", 2), *many])

    assert verdict.parties == (PRODUCT,)
    assert len(verdict.wrong) == 5


def test_a_tie_is_left_open() -> None:
    verdict = judge([clock("the browser", CUSTOMER, 0), clock("app", PRODUCT, 300)])

    assert verdict.wrong == ()
    assert len(verdict.apart) == 2


def test_three_clocks_that_all_differ_are_left_open() -> None:
    verdict = judge([clock("the browser", CUSTOMER, 0), clock("app", PRODUCT, 300), clock("cdn", "example.net", 900)])

    assert (verdict.wrong, len(verdict.apart)) == ((), 3)


@pytest.mark.parametrize(
    ("headers", "fresh"), [({}, True), ({"age": "0"}, True), ({"age": "300"}, False), ({"age": "x"}, False)]
)
def test_an_answer_from_a_cache_is_no_witness(headers: dict[str, str], fresh: bool) -> None:
    assert is_fresh(from_entry(har_entry(headers=headers))) is fresh


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 99 Xyz 2026 10:00:00 GMT"])
def test_an_unreadable_date_is_no_witness(date: str) -> None:
    assert browser_ahead(from_entry(har_entry(headers={"date": date}))) is None


def test_a_recording_without_dates_has_no_witnesses(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, har(har_entry(headers={"date": ""})))

    assert [witnesses(each, evidence) for each in captures(evidence)] == [()]


def test_hosts_of_the_product_are_one_party_and_other_sites_their_own(tmp_path: Path) -> None:
    def at(host: str) -> Any:
        return har_entry(f"https://{host}/")

    entries = (at("app.example.com"), at("api.example.com"), at("a.cdn.example.net"), at("b.cdn.example.net"))
    evidence = evidence_of(tmp_path, har(*entries), hosts=["example.com"])

    (found,) = [witnesses(each, evidence) for each in captures(evidence)]

    assert [each.party for each in found] == [CUSTOMER, PRODUCT, PRODUCT, "example.net", "example.net"]
