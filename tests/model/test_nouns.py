"""The nouns refuse what would make no sense."""

from datetime import UTC, datetime

import pytest

from diagpack.model.assessment import Cited, LintResult, Readiness
from diagpack.model.case import Window, case_id
from diagpack.model.collector import MARK, sensitive
from diagpack.model.finding import Certainty, Finding, Level, sort_key
from diagpack.model.missing import DELIBERATE, Missing
from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry

REF = EvidenceRef(ArtifactId("har-1"), HarEntry(5))


@pytest.mark.parametrize("text", ["CS-1042", "a", "0" * 40])
def test_case_ids_are_plain(text: str) -> None:
    assert case_id(text) == text


@pytest.mark.parametrize("text", ["", "-x", "a/b", "..", "a b", "é", "0" * 41, "a\n"])
def test_anything_that_could_be_a_path_is_no_case_id(text: str) -> None:
    with pytest.raises(ValueError, match="case id"):
        case_id(text)


def test_a_window_has_a_zone_and_a_direction() -> None:
    early, late = datetime(2026, 3, 3, 10, tzinfo=UTC), datetime(2026, 3, 3, 11, tzinfo=UTC)
    assert Window(early, late).start == early
    with pytest.raises(ValueError, match="ends after"):
        Window(late, early)
    with pytest.raises(ValueError, match="zone"):
        Window(early.replace(tzinfo=None), late)


def test_a_proven_finding_needs_a_citation() -> None:
    with pytest.raises(ValueError, match="citation"):
        Finding("x", Level.ERROR, Certainty.PROVEN, "It failed.")

    assert Finding("x", Level.ERROR, Certainty.HINT, "It may have failed.").refs == ()


def test_findings_have_one_order() -> None:
    info = Finding("a", Level.INFO, Certainty.HINT, "s", rank=1)
    late = Finding("b", Level.ERROR, Certainty.HINT, "s", rank=9)
    first = Finding("c", Level.ERROR, Certainty.HINT, "s", rank=1)

    assert sorted([info, late, first], key=sort_key) == [first, late, info]


def test_a_cited_sentence_prints_its_citations() -> None:
    assert str(Cited("It answered 500.", (REF,))) == "It answered 500. [har-1 #5]"


def test_deferred_blockers_do_not_block() -> None:
    blocker = LintResult("E07", "no number", "add one", is_blocking=True)
    deferred = LintResult("E07", "no number", "add one", is_blocking=True, is_deferred=True)

    assert not Readiness((blocker,)).is_ready
    assert Readiness((deferred, LintResult("W01", "m", "f", is_blocking=False))).is_ready


def test_a_mark_names_its_class_and_holds_the_value() -> None:
    assert sensitive("v", "email") == {MARK: "email", "value": "v"}


def test_a_gap_is_a_fault_unless_it_was_decided() -> None:
    assert Missing("source-1", "it is empty").is_fault
    assert "DP138" in DELIBERATE
