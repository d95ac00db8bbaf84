from typing import Any

from diagpack.assess import facts
from diagpack.assess.conditions import Scene
from diagpack.assess.run import make_scene
from diagpack.assess.timeline import first_failure
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef
from tests.support.evidence import api, case_artifact, evidence, har, har_entry

URL = "https://app.example.com/api/x"


def scene(case: dict[str, Any], *artifacts: RedactedArtifact, findings: tuple[Finding, ...] = ()) -> Scene:
    case = {"id": "CS-1", "environment": {"hosts": ["app.example.com"]}, **case}
    return make_scene(case, evidence(*artifacts, case_artifact(case)), findings, {})


def failing() -> RedactedArtifact:
    return har([har_entry(0, URL, status=500)])


def replay(status: int, run: int) -> dict[str, Any]:
    return {"request": {"method": "GET", "url": URL}, "response": {"status": status}, "run": run}


def test_the_symptom_is_the_title_with_the_failure_behind_it() -> None:
    given = scene({"title": "Orders fail with 500"}, failing())

    assert str(facts.symptom(given, first_failure(given))) == "Orders fail with 500 [har-1 #0] [case-1 /title]"


def test_without_a_title_the_first_failure_is_the_symptom() -> None:
    given = scene({}, failing())

    found = facts.symptom(given, first_failure(given))

    assert found is not None
    assert found.text == "GET /api/x on app.example.com: the server answered 500"
    assert facts.symptom(scene({}), None) is None


def test_expected_and_actual_are_proposed_until_each_is_confirmed() -> None:
    answers = {"answers": {"expected": "It opens.", "actual": "It fails."}}
    confirmed = {"confirmed": {"actual": {"by": "A. Analyst", "at": "x"}}}
    given = scene({**answers, **confirmed}, failing())

    expected, actual = facts.expected(given), facts.actual(given, first_failure(given))

    assert expected is not None
    assert expected.is_proposed
    assert [each.is_proposed for each in actual] == [False, False]
    assert facts.expected(scene({})) is None


def test_a_citation_in_the_analysts_words_counts_only_when_it_resolves() -> None:
    given = scene({"answers": {"actual": "It fails [har-1 #0] [har-1 #99]."}}, failing())

    found = facts.actual(given, None)[0]

    assert [str(each) for each in found.refs] == ["[har-1 #0]", "[case-1 /answers/actual]"]


def test_a_few_error_findings_join_the_actual_behaviour_unless_they_repeat_it() -> None:
    ref, other = EvidenceRef.parse("[har-1 #0]"), EvidenceRef.parse("[har-1]")
    findings = tuple(Finding(f"x.{each}", Level.ERROR, Certainty.PROVEN, f"fact {each}", (other,)) for each in range(6))
    same = Finding("har.status.5xx", Level.ERROR, Certainty.PROVEN, "the server answered 500", (ref,))
    given = scene({}, failing(), findings=(same, *findings))

    texts = [each.text for each in facts.actual(given, first_failure(given))]

    assert texts[0].endswith("the server answered 500")
    assert texts[1:] == ["fact 0", "fact 1", "fact 2"]


def test_replays_say_how_often_it_was_reproduced() -> None:
    given = scene(
        {"answers": {"reproducibility": "1 of 9"}}, failing(), api([replay(500, 1), replay(500, 2), replay(200, 3)])
    )

    found = facts.reproduced(given, first_failure(given))

    assert found is not None
    assert found.text == "Reproduced: 2 of 3 replays of GET /api/x failed."
    assert [str(each) for each in found.refs] == [f"[api-1 /exchanges/{each}]" for each in range(3)]


def test_without_replays_the_stated_figure_is_marked_as_stated() -> None:
    stated = facts.reproduced(scene({"answers": {"reproducibility": "3 of 5"}}, failing()), None)
    passing = facts.reproduced(scene({}, api([replay(200, 1)])), None)

    assert stated is not None
    assert stated.text.endswith("3 of 5")
    assert passing is not None
    assert passing.text.startswith("Not reproduced: 0 of 1")
    assert facts.reproduced(scene({}), None) is None


def test_what_was_tried_stands_with_its_result() -> None:
    given = scene({"answers": {"tried": [{"what": "Other browser", "result": "same"}, "Cleared the cache: same"]}})

    assert [str(each) for each in facts.tried(given)] == [
        "Other browser: same [case-1 /answers/tried/0]",
        "Cleared the cache: same [case-1 /answers/tried/1]",
    ]
    assert facts.tried(scene({"answers": {"tried": "one thing"}}))[0].text == "one thing"
    assert facts.tried(scene({})) == ()


def test_the_ask_has_its_date() -> None:
    given = scene({"answers": {"ask": "fix", "needed_by": "2026-03-05"}})

    assert [str(each) for each in facts.asks(given)] == ["fix (needed by 2026-03-05) [case-1 /answers/ask]"]
    assert facts.asks(scene({})) == ()


def test_two_findings_about_the_same_places_are_told_once() -> None:
    refs = (EvidenceRef.parse("[har-1 #0]"), EvidenceRef.parse("[saml-1 /messages/0]"))
    findings = tuple(Finding(f"x.{each}", Level.ERROR, Certainty.PROVEN, f"fact {each}", refs) for each in range(2))
    given = scene({}, failing(), findings=findings)

    assert [each.text for each in facts.actual(given, first_failure(given))][1:] == ["fact 0"]


def test_the_time_an_answer_is_needed_by_is_given_in_utc() -> None:
    given = scene({"answers": {"ask": "fix", "needed_by": "2026-03-05T13:00:00+01:00"}}, failing())

    assert facts.asks(given)[0].text == "fix (needed by 2026-03-05 12:00 UTC)"


def test_the_last_validation_is_told_with_the_version_that_was_tested() -> None:
    checked = {"answers": {"validated": {"result": "not reproduced, 3 of 3, on 4.2.1", "version": "4.2.1"}}}

    alone = facts.reproduced(scene(checked, failing()), None)
    beside = facts.reproduced(scene(checked, api([replay(200, 1)])), None)

    assert alone is not None
    assert alone.text == "Last check: not reproduced, 3 of 3, on 4.2.1."
    assert beside is not None
    assert beside.text.startswith("Not reproduced: 0 of 1")
    assert beside.text.endswith("Last check: not reproduced, 3 of 3, on 4.2.1.")
