"""Five whole cases: from the customer's files through the real pipeline to a signed package that an engineer reads."""

import json
import re
from pathlib import Path

import fastjsonschema
import pytest

from diagpack.model.assessment import ItemStatus
from diagpack.model.ref import Whole, find_refs
from diagpack.sign.trust import Trust
from diagpack.sign.verify import Verdict, verify
from tests.cases.golden import assert_golden
from tests.cases.reading import first_screens, sentences, views
from tests.cases.running import Ran, again
from tests.support_pipeline import leaks

_SCHEMA = Path(__file__).parents[3] / "shared" / "contracts" / "adf-schema.json"
_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b")
_ANSWERED = re.compile(r"answered (\d{3})")
_CALLED = re.compile(r"\b(?:GET|POST) (/[\w/.-]+)")
PARTS = ("steps", "expected", "actual", "severity", "disposition")


def test_the_package_is_signed_and_verifies(ran: Ran) -> None:
    signer = ran.settings.signer

    outcome = verify(ran.outcome.package.read_bytes(), Trust.from_lines([(signer.principal, signer.public_line)]))

    assert outcome.verdict is Verdict.PROVEN
    assert not ran.outcome.missing


@pytest.mark.parametrize("view", ["report.html", "report.md", "ticket.md", "ticket.adf.json"])
def test_the_first_screen_names_the_first_failing_event_and_its_request_id(ran: Ran, view: str) -> None:
    screen = first_screens(dict(ran.files))[view]

    assert ran.story.first in screen
    assert ran.story.request_id in screen
    for fact in ran.story.key_facts:
        assert fact in screen, fact


def test_the_first_failure_is_the_true_one(ran: Ran) -> None:
    found = ran.outcome.assessment

    assert found.first_failure is not None
    assert str(found.first_failure.refs[0]) == ran.story.first
    assert ran.story.request_id in found.first_failure_request_ids


def test_every_sentence_of_facts_can_be_checked_where_it_says(ran: Ran) -> None:
    evidence = ran.evidence
    checked = 0
    for cited in sentences(ran.outcome.escalation):
        assert cited.refs, cited.text
        places = [evidence.resolve(ref) for ref in cited.refs]
        assert None not in places, str(cited)
        if any(isinstance(ref.place, Whole) for ref in cited.refs):
            continue
        told = "\n".join(each or "" for each in places)
        figures = (*_ID.findall(cited.text), *_ANSWERED.findall(cited.text), *_CALLED.findall(cited.text))
        for figure in figures:
            assert figure in told, str(cited)
            checked += 1

    assert checked >= 3


def test_every_citation_that_a_view_prints_leads_somewhere(ran: Ran) -> None:
    evidence = ran.evidence
    kinds = {each.kind for each in evidence}
    for view, text in views(dict(ran.files)).items():
        # A log may write its host in the same form, `[web-2]`.
        refs = [each for each in find_refs(text) if each.artifact.rpartition("-")[0] in kinds]
        assert refs, view
        assert [str(each) for each in refs if evidence.resolve(each) is None] == [], view


def test_the_outcome_is_what_a_person_would_say(ran: Ran) -> None:
    found = ran.outcome.assessment

    assert found.disposition.outcome.value == ran.story.outcome
    assert (found.severity.level, found.checklist) == (ran.story.severity, ran.story.checklist)
    assert found.disposition.reasons


def test_readiness_gives_no_false_alarm(ran: Ran) -> None:
    found = ran.outcome.assessment
    open_rules = {each.id for each in found.readiness.results}

    assert open_rules == ({"E17", "E18"} if ran.story.escalate_reason else {"E17"})
    assert not [each for each in found.items if each.is_required and each.status is not ItemStatus.OK]
    assert found.readiness.score >= 90


def test_nothing_secret_or_personal_is_in_the_package(ran: Ran) -> None:
    for canary in ran.story.canaries:
        assert leaks(canary, ran.outcome.package) == []


def test_the_ticket_is_valid_for_jira(ran: Ran) -> None:
    if not _SCHEMA.is_file():
        pytest.skip("the ADF schema is not beside the repository")
    check = fastjsonschema.compile(json.loads(_SCHEMA.read_text("utf-8")))

    check(json.loads(ran.files["ticket.adf.json"])["description"])


@pytest.mark.parametrize("name", ["ticket.md", "ticket.adf.json", "ticket.wiki.txt"])
def test_the_ticket_reads_as_kept(ran: Ran, name: str) -> None:
    assert_golden(f"{ran.story.id}.{name}", ran.files[name])


def test_the_customers_draft_holds_no_internals(ran: Ran) -> None:
    draft = ran.text("updates/customer.md")

    assert ran.story.id in draft
    for internal in (ran.story.request_id, "har-1", "log-1", "proposed", "S1", "Traceback"):
        assert internal not in draft
    if ran.story.outcome != "defect":
        assert "\n- " in draft, "a problem that is no defect ends in what to check"


def test_the_handoff_fits_in_twenty_lines_and_names_the_failure(ran: Ran) -> None:
    lines = ran.outcome.assessment.extra["status"]

    assert len(lines) <= 20
    assert ran.story.request_id in "\n".join(lines)


def test_what_a_named_person_confirmed_is_ready(ran: Ran) -> None:
    at = {"by": "analyst", "at": "2026-03-06T09:00:00+00:00"}
    changes: dict[str, object] = {"confirmed": dict.fromkeys(PARTS, at)}
    if ran.story.escalate_reason:
        changes["disposition"] = {"escalate_reason": ran.story.escalate_reason}

    confirmed = again(ran, changes)

    found = confirmed.outcome.assessment
    assert found.readiness.results == ()
    assert (found.readiness.is_ready, found.readiness.score) == (True, 100)
    assert "proposed" not in first_screens(dict(confirmed.files))["ticket.md"]
    assert found.disposition.outcome.value == ran.story.outcome


def test_the_identity_providers_message_stands_where_it_was_sent_on_the_corrected_clock(ran: Ran) -> None:
    if ran.story.id != "SAML-1":
        return
    events = ran.outcome.assessment.timeline
    issued = next(at for at, each in enumerate(events) if "SAML response issued" in each.text)
    refused = next(at for at, each in enumerate(events) if "/saml/acs" in each.text and each.source == "har")

    assert "corrected" in events[issued].text
    assert events[issued].skew_seconds == pytest.approx(-420, abs=2)
    assert 0 < issued < refused
