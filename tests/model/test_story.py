"""Findings that show one failure from several sides are one chapter; independent ones stay apart."""

from typing import Any

from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.ref import EvidenceRef
from diagpack.model.story import chapters, explains


def finding(id: str, *refs: str, level: Level = Level.ERROR, **data: Any) -> Finding:
    return Finding(id, level, Certainty.HINT, id, tuple(map(EvidenceRef.parse, refs)), data=data)


def ids(*findings: Finding) -> list[list[str]]:
    return [[each.primary.id, *(one.id for one in each.others)] for each in chapters(findings)]


def test_a_wrong_clock_with_its_consequences_is_one_chapter() -> None:
    found = ids(
        finding("sso.clock_confirmed", "[har-1 #3]", "[saml-1 /conditions]"),
        finding("sso.acs_failed", "[har-1 #3]"),
        finding("har.status.403", "[har-1 #3]"),
        finding("saml.sc_expired", "[saml-1 /subject]"),
        finding("ids.joined", "[har-1 #3]", "[log-1 L9]", level=Level.WARNING, is_failing=True),
        finding("har.clock_skew", "[har-1]", level=Level.WARNING),
    )

    assert len(found) == 1
    assert found[0][0] == "sso.clock_confirmed"


def test_another_fault_of_the_same_message_stands_for_itself() -> None:
    found = ids(
        finding("sso.clock_confirmed", "[har-1 #3]", "[saml-1 /conditions]"),
        finding("saml.bad_audience", "[har-1 #3]", "[saml-1 /conditions]"),
        finding("saml.weak_alg", "[har-1 #3]", level=Level.WARNING),
    )

    assert found == [["sso.clock_confirmed"], ["saml.bad_audience"], ["saml.weak_alg"]]


def test_a_failure_elsewhere_is_a_chapter_of_its_own() -> None:
    found = ids(finding("har.status.5xx", "[har-1 #3]"), finding("har.status.5xx", "[har-1 #9]"))

    assert found == [["har.status.5xx"], ["har.status.5xx"]]


def test_a_whole_artifact_is_no_common_place() -> None:
    assert len(ids(finding("har.tls_inspected", "[har-1]"), finding("har.status.5xx", "[har-1]"))) == 2


def test_a_log_error_that_a_joined_id_ties_to_the_call_belongs_to_it() -> None:
    found = ids(
        finding("har.status.5xx", "[har-1 #3]"),
        finding("log.error-joined", "[log-1 L7]"),
        finding("ids.joined", "[har-1 #3]", "[log-1 L7]", level=Level.WARNING, is_failing=True),
    )

    assert found == [["har.status.5xx", "ids.joined", "log.error-joined"]]


def test_requests_that_went_well_are_no_part_of_a_failure() -> None:
    well = finding("ids.joined", "[har-1 #3]", level=Level.INFO, is_failing=False)

    assert len(ids(finding("har.status.5xx", "[har-1 #3]"), well)) == 2


def test_nothing_is_lost() -> None:
    every = [finding(f"saml.x{number}", "[har-1 #1]") for number in range(50)]

    assert [each for chapter in chapters(every) for each in (chapter.primary, *chapter.others)] == every


def test_what_explains_is_a_cause_and_not_what_only_shows_the_failure() -> None:
    shows, why = finding("har.status.5xx", "[har-1 #3]"), finding("saml.bad_audience", "[har-1 #3]")

    assert explains([shows, why]) is why
    assert explains([shows]) is None
    assert explains([finding("saml.only_assertion", "[har-1 #3]", level=Level.INFO)]) is None
