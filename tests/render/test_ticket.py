"""The neutral ticket: what it says, in which order, and that it always ends."""

from diagpack.model.assessment import Cited, Severity
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.render._exchanges import recorded
from diagpack.render._ticket import (
    ROOMS,
    first_failing,
    fitted,
    headline,
    sentence,
    severity_text,
    summary,
    ticket,
    trust,
)
from tests.render.escalations import REQUEST_ID, cited, escalation, ref
from tests.support import evidence as support


def test_the_first_failure_and_its_request_id_are_named() -> None:
    facts = dict(ticket(escalation()).facts)

    assert facts["First failure"] == "POST /api/v2/session answered 500 after 1.21 s [har-1 #7]"
    assert facts["Request ID"] == REQUEST_ID


def test_the_failing_call_is_shown_as_it_went_over_the_wire() -> None:
    found = ticket(escalation())

    assert found.failing.startswith("POST https://app.example.com/api/v2/session\n")
    assert "HTTP 500" in found.failing
    assert '"detail": "assertion not yet valid"' in found.failing
    assert found.failing_note == "[har-1 #7] in evidence/har/har-1.har"


def test_drafts_are_marked_as_proposed() -> None:
    found = ticket(escalation())

    assert all(each.endswith("(proposed)") for each in found.steps)
    assert dict(found.facts)["Severity"] == "S2, priority high, proposed"


def test_an_override_shows_both_levels_and_the_reason() -> None:
    severity = Severity("S1", (), "", "", "S2", "board demo on Friday", True, "A. Lead")

    assert severity_text(severity) == "S1, proposed S2, changed because board demo on Friday, confirmed by A. Lead"


def test_a_customer_configuration_is_not_called_a_defect() -> None:
    assert dict(ticket(escalation()).facts)["Kind"] == "customer configuration, proposed"


def test_trust_takes_three_lines() -> None:
    lines = trust(escalation())

    assert len(lines) == 3
    assert lines[1] == "diagpack verify CS-1042-esc1.zip --issue KEY"
    assert lines[2] == "Redacted: 34 values (secret 23, email 7, ip 3, phone 1)"
    assert not any("\n" in line for line in lines)


def test_the_summary_is_one_line_of_at_most_120_characters() -> None:
    case = support.case_content(title="It fails\n" + "very " * 100)

    found = summary(escalation(case=case))

    assert len(found) <= 120
    assert "\n" not in found
    assert found.endswith("…")


def test_a_long_list_says_how_much_is_left_out() -> None:
    tried = tuple(Cited(f"attempt {number}") for number in range(100))

    found = ticket(escalation(assessment_changes={"tried": tried})).tried

    assert len(found) == ROOMS[0].items + 1
    assert found[-1] == "… 80 more, see report.html in the package"


def test_without_a_stated_first_failure_the_most_important_call_is_taken() -> None:
    entries = [
        support.har_entry(0, "https://app.example.com/missing.png", status=404, mime="image/png"),
        support.har_entry(1, "https://app.example.com/api/x", status=503),
    ]
    found = escalation(evidence=EvidenceSet([support.har(entries)]), assessment_changes={"first_failure": None})

    call = first_failing(found, recorded(found.evidence))

    assert call is not None
    assert call.status == 503


def test_a_first_failure_outside_any_call_is_not_replaced_by_a_later_call() -> None:
    found = escalation(assessment_changes={"first_failure": cited("clock check failed [log-1 L4714]")})

    assert first_failing(found, recorded(found.evidence)) is None
    assert ticket(found).failing_note == "clock check failed [log-1 L4714]"


def test_the_tightest_room_is_used_when_nothing_fits() -> None:
    seen = []

    fitted(escalation(), lambda found: seen.append(found) or found, lambda found: False)

    assert len(seen) == len(ROOMS)


def test_an_empty_escalation_still_makes_a_ticket() -> None:
    nothing = dict.fromkeys(("items", "similar", "timeline", "request_ids", "impact", "steps", "actual", "works"), ())
    nothing |= {"tried": (), "asks": (), "first_failure": None, "symptom": None, "expected": None, "reproduced": None}

    found = ticket(escalation(case={}, evidence=EvidenceSet([]), findings=(), assessment_changes=nothing))

    assert found.problem == "No symptom was stated for this case."
    assert dict(found.facts)["Seen"] == "not stated"
    assert found.failing == ""


def test_citations_that_the_text_already_holds_are_not_repeated() -> None:
    assert (
        sentence(Cited("it failed [har-1 #1].", (ref("[har-1 #1]"), ref("[har-1 #2]"))))
        == "it failed [har-1 #1]. [har-1 #2]"
    )


def test_a_sentence_with_many_citations_names_the_first_few() -> None:
    refs = tuple(ref(f"[har-1 #{number}]") for number in range(9))

    assert sentence(Cited("all", refs)) == "all [har-1 #0] [har-1 #1] [har-1 #2] and 6 more"


def test_a_rationale_with_its_inputs_is_shown_in_short() -> None:
    long = Severity("S2", tuple(Cited(text) for text in ("S2 because a and b.", "a: yes", "b: yes")))

    assert [each.text for each in headline(long)] == ["S2 because a and b."]


def test_what_shows_the_same_failure_is_counted_and_what_stands_for_itself_is_told() -> None:
    places = ("[har-1 #7]", "[har-1 #8]")
    found = [
        Finding("sso.clock_confirmed", Level.ERROR, Certainty.PROVEN, "clocks", tuple(map(ref, places))),
        Finding("sso.acs_failed", Level.ERROR, Certainty.PROVEN, "the refusal", (ref(places[0]),)),
        Finding("saml.bad_audience", Level.ERROR, Certainty.PROVEN, "another fault", (ref(places[0]),)),
        Finding("har.slow", Level.WARNING, Certainty.PROVEN, "slow as well", (ref("[har-1 #9]"),)),
        Finding("saml.only_assertion", Level.INFO, Certainty.PROVEN, "a remark", (ref("[har-1 #9]"),)),
    ]

    shown = ticket(escalation(findings=tuple(found))).findings

    assert [each.split(" (")[0] for each in shown] == ["clocks", "another fault", "slow as well"]
    assert shown[0].endswith("(+1 on the same failure)")


def test_why_it_failed_is_told_once() -> None:
    why = Finding("saml.bad_audience", Level.ERROR, Certainty.PROVEN, "The audience is another", (ref("[har-1 #7]"),))
    seen = Finding("har.status.5xx", Level.ERROR, Certainty.PROVEN, "the server answered 500", (ref("[har-1 #7]"),))

    explained = dict(ticket(escalation(findings=(seen, why))).facts)
    plain = dict(ticket(escalation(findings=(seen,))).facts)
    same = dict(ticket(escalation(findings=(why,), assessment_changes={"first_failure": cited(why.statement)})).facts)

    assert explained["Explained by"] == "The audience is another [har-1 #7]"
    assert "Explained by" not in plain
    assert "Explained by" not in same
