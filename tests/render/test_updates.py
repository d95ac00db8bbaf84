"""updates/: two drafts."""

from diagpack.render.updates import RENDERER
from tests.render.escalations import REQUEST_ID, cited, escalation


def drafts(**changes: object) -> tuple[str, str]:
    files = dict(RENDERER.render(escalation(**changes)))
    return files["updates/customer.md"].decode(), files["updates/internal.md"].decode()


def test_the_customer_s_draft_holds_nothing_internal() -> None:
    customer, _ = drafts()

    for inner in (REQUEST_ID, "har-1", "log-1", "S2", "severity", "/api/v2", "CS-812", "SessionService", "defect"):
        assert inner not in customer


def test_the_customer_is_asked_each_open_question_once() -> None:
    customer, _ = drafts()

    assert customer.count("- Please export the recording again.") == 1
    assert customer.count("- Which time server does your sign-in server use?") == 1


def test_a_message_drafted_by_the_assessment_replaces_the_questions() -> None:
    customer, _ = drafts(assessment_changes={"customer_message": "Bitte senden Sie uns:\n- die Metadaten"})

    assert "Bitte senden Sie uns:\n- die Metadaten" in customer
    assert "Which time server" not in customer


def test_the_internal_draft_names_failure_severity_and_package() -> None:
    _, internal = drafts()

    for words in ("S2", "customer configuration", REQUEST_ID, "diagpack verify CS-1042-esc1.zip", "Metadata of the"):
        assert words in internal


def test_whole_drafts_can_come_from_the_assessment() -> None:
    extra = {"customer_update": "Guten Tag, <b>Sie</b>", "internal_update": "kurz"}

    assert drafts(assessment_changes={"extra": extra}) == ("Guten Tag, &lt;b&gt;Sie&lt;/b&gt;\n", "kurz\n")


def test_nothing_open_asks_for_nothing() -> None:
    made = escalation(assessment_changes={"items": (), "symptom": cited("It fails")})
    made.evidence.missing = ()

    customer = dict(RENDERER.render(made))["updates/customer.md"].decode()

    assert "need from you" not in customer


def test_the_request_for_what_is_missing_is_a_file_of_its_own() -> None:
    made = dict(RENDERER.render(escalation(assessment_changes={"customer_message": "Hello,\n\n1. <b>When</b>?\n"})))

    assert made["updates/request.md"].decode() == "Hello,\n\n1. &lt;b&gt;When&lt;/b&gt;?\n"
    assert "updates/request.md" not in dict(RENDERER.render(escalation(assessment_changes={"customer_message": ""})))
