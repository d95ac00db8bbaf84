from dataclasses import replace
from typing import Any

import pytest

from diagpack.assess.drafts import customer_update, internal_update
from diagpack.assess.run import make_scene
from diagpack.assess.timeline import FirstFailure, first_failure
from diagpack.model.assessment import Outcome
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.ref import EvidenceRef
from tests.support.evidence import evidence, har, har_entry, log, log_record
from tests.support.views import view

CASE: dict[str, Any] = {"id": "CS-1042", "language": "en", "answers": {"next_update": "2026-03-04 09:00 UTC"}}
ASKS = Finding(
    "saml.bad_audience",
    Level.ERROR,
    Certainty.PROVEN,
    "The audience is another one.",
    (EvidenceRef.parse("[har-1 #0]"),),
    ask="Please compare the entity ID with ours.",
)


def failed(status: int = 500) -> FirstFailure | None:
    capture = har([har_entry(0, "https://canary-host.example.com/canary-path", status=status)])
    return first_failure(make_scene({"environment": {"hosts": ["example.com"]}}, evidence(capture), (), {}))


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja"])
def test_each_outcome_has_its_reply_without_internals(outcome: Outcome, language: str) -> None:
    text = customer_update({**CASE, "language": language}, outcome, failed(), [ASKS], workaround="use the other page")

    assert "CS-1042" in text
    assert "500" in text
    assert "2026-03-04 09:00 UTC" in text
    assert "canary" not in text
    assert "saml.bad_audience" not in text
    assert "{" not in text


def test_a_configuration_case_says_what_to_check() -> None:
    assert "- Is the audience (SP entity ID) entered for our application" in customer_update(
        CASE, Outcome.CUSTOMER_CONFIGURATION, failed(), [ASKS]
    )
    german = customer_update({**CASE, "language": "de"}, Outcome.CUSTOMER_CONFIGURATION, failed(), [ASKS])
    assert "compare" not in german
    assert "- Stimmt die bei Ihrem Anmeldedienst" in german
    # A finding that nobody has worded for customers: another language gets the general line, not our English.
    unknown = replace(ASKS, id="nothing.known")
    german = customer_update({**CASE, "language": "de"}, Outcome.CUSTOMER_CONFIGURATION, failed(), [unknown])
    assert "- Uhrzeit, Zertifikate" in german


def test_a_known_issue_names_its_workaround() -> None:
    assert "use the other page" in customer_update(CASE, Outcome.KNOWN_ISSUE, None, [], workaround="use the other page")


def test_what_is_not_known_is_not_claimed() -> None:
    text = customer_update(CASE, Outcome.UNCLEAR, None, [])

    assert "does not yet show the problem" in text
    assert "do not know the cause yet" in text


def test_no_answer_and_a_log_record_are_told_in_plain_words() -> None:
    record = first_failure(make_scene({}, evidence(log([log_record(1, "canary", level="error")])), (), {}))

    assert "got no answer" in customer_update(CASE, Outcome.UNCLEAR, failed(0), [])
    assert "an error was recorded" in customer_update(CASE, Outcome.UNCLEAR, record, [])


def test_the_internal_update_states_facts_with_citations_and_what_is_open() -> None:
    given = view()

    text = internal_update(given.case, given.assessment)

    assert "[har-1 #1]" in text
    assert "Severity S2, priority P2" in text
    assert "req-7f3a9c21" in text
    assert "Readiness 100 of 100" in text


def test_a_success_that_reports_an_error_and_something_slow_are_not_called_an_error_answer() -> None:
    inside = har([har_entry(0, "https://app.example.com/api", body='{"error": {"message": "canary"}}')])
    slow = har([har_entry(0, "https://app.example.com/page", time=10_200)])
    ref = EvidenceRef.parse("[har-1 #0]")
    finding = Finding("har.slow", Level.WARNING, Certainty.PROVEN, "took long", (ref,), ask="Please try a hotspot.")

    told = customer_update(CASE, Outcome.DEFECT, first_failure(make_scene({}, evidence(inside), (), {})), ())
    late = first_failure(make_scene({}, evidence(slow), (finding,), {}))

    assert "the answer reports an error" in told
    assert "canary" not in told
    assert "a request took 10.2 seconds" in customer_update(CASE, Outcome.DEFECT, late, ())
    assert "- Please try a hotspot." in customer_update(CASE, Outcome.THIRD_PARTY, late, (finding,))
