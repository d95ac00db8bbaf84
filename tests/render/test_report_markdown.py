"""report.md."""

from dataclasses import replace

from diagpack.model.assessment import TimelineEvent
from diagpack.model.evidence import EvidenceSet
from diagpack.render.report_markdown import RENDERER
from tests.render.escalations import REQUEST_ID, escalation, timeline


def report(**changes: object) -> str:
    return dict(RENDERER.render(escalation(**changes)))["report.md"].decode()


def test_the_first_table_answers_the_first_questions() -> None:
    first = report().split("\n## ", 1)[0]

    for words in ("When", "Impact", "First failure", REQUEST_ID, "S2", "Reproduced", "CS-812", "diagpack verify"):
        assert words in first


def test_every_finding_and_event_is_listed() -> None:
    text = report()

    for name in ("sso-clock-skew", "api-5xx", "har-no-preserve-log", "api-404"):
        assert f"`{name}`" in text
    assert text.count("recorded +420 s") == 5


def test_what_is_missing_is_named_with_its_reason() -> None:
    assert "source-4: not a HAR file: the file ends in the middle of entry 212" in report()


def test_a_long_timeline_has_a_stated_end() -> None:
    event = timeline()[0]
    many: tuple[TimelineEvent, ...] = tuple(replace(event, text=f"event {number}") for number in range(1000))

    assert "… 600 more, see the package" in report(assessment_changes={"timeline": many})


def test_a_case_without_evidence_says_so() -> None:
    text = report(evidence=EvidenceSet([]), findings=(), assessment_changes={"timeline": (), "first_failure": None})

    for words in ("No rule found anything.", "No events.", "None in the evidence.", "Nothing is missing."):
        assert words in text
