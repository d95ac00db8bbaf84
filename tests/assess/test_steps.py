from typing import Any

from diagpack.assess.run import make_scene
from diagpack.assess.steps import MAX_STEPS, draft, steps
from diagpack.model.assessment import Cited
from tests.support.evidence import case_artifact, evidence, har, har_entry

APP = "https://app.example.com"


def made(entries: list[dict[str, Any]], case: dict[str, Any] | None = None) -> tuple[Cited, ...]:
    content = {"id": "CS-1", "environment": {"hosts": ["app.example.com"]}, **(case or {})}
    scene = make_scene(content, evidence(har(entries), case_artifact(content)), (), {})
    failing = next((each for each in scene.exchanges if each.failure), None)
    return steps(scene, failing)


def test_the_draft_follows_what_the_user_did_up_to_the_failure() -> None:
    found = made(
        [
            har_entry(0, f"{APP}/login?next=canary-1", mime="text/html", started="2026-03-03T09:00:00Z"),
            har_entry(1, f"{APP}/style.css", mime="text/css", started="2026-03-03T09:00:01Z"),
            har_entry(
                2,
                f"{APP}/login",
                method="POST",
                status=302,
                mime="text/html",
                form={"user": "dp-user", "password": "dp-secret"},
                started="2026-03-03T09:00:02Z",
            ),
            har_entry(3, f"{APP}/home", status=302, mime="text/html", started="2026-03-03T09:00:03Z"),
            har_entry(4, f"{APP}/dashboard", mime="text/html", started="2026-03-03T09:00:04Z"),
            har_entry(5, f"{APP}/api/me", started="2026-03-03T09:00:05Z"),
            har_entry(6, f"{APP}/api/items", method="POST", status=500, started="2026-03-03T09:00:06Z"),
            har_entry(7, f"{APP}/after", mime="text/html", started="2026-03-03T09:00:07Z"),
        ]
    )

    assert [each.text for each in found] == [
        "Start: a new private window at https://app.example.com/login",
        "Submit the form to https://app.example.com/login (user, password)",
        "Open https://app.example.com/dashboard",
        "The page calls POST https://app.example.com/api/items: the server answered 500",
    ]
    assert [str(each.refs[0]) for each in found] == ["[har-1 #0]", "[har-1 #2]", "[har-1 #4]", "[har-1 #6]"]
    assert all(each.is_proposed for each in found)
    assert "canary" not in "".join(each.text for each in found)


def test_what_the_analyst_wrote_replaces_the_draft_and_is_proposed_until_confirmed() -> None:
    case = {"answers": {"steps": ["Start: signed in, at /a", "Click Save"]}}
    confirmed = {"confirmed": {"steps": {"by": "A. Analyst", "at": "2026-03-03T09:00:00Z"}}}

    drafted, read = made([], case), made([], {**case, **confirmed})

    assert [str(each) for each in drafted] == [
        "Start: signed in, at /a [case-1 /answers/steps/0]",
        "Click Save [case-1 /answers/steps/1]",
    ]
    assert [each.is_proposed for each in (*drafted, *read)] == [True, True, False, False]


def test_a_long_session_is_cut_in_the_middle_and_ends_with_the_failure() -> None:
    entries = [
        har_entry(index, f"{APP}/p{index}", mime="text/html", started=f"2026-03-03T09:{index:02}:00Z")
        for index in range(40)
    ]
    entries.append(har_entry(40, f"{APP}/api/x", status=500, started="2026-03-03T09:59:00Z"))

    found = made(entries)

    assert len(found) == MAX_STEPS
    assert str(found[-1].refs[0]) == "[har-1 #40]"


def test_a_failure_that_is_the_first_call_is_start_and_step() -> None:
    found = made([har_entry(0, f"{APP}/", mime="text/html", status=503)])

    assert len(found) == 2
    assert found[1].text == "Open https://app.example.com/: the server answered 503"


def test_one_starts_where_the_user_did_even_when_that_page_only_redirected() -> None:
    found = made(
        [
            har_entry(0, f"{APP}/login", status=302, mime="text/html", started="2026-03-03T09:00:00Z"),
            har_entry(1, "https://idp.example.net/sso", mime="text/html", started="2026-03-03T09:00:01Z"),
            har_entry(
                2, f"{APP}/saml/acs", method="POST", mime="text/html", status=500, started="2026-03-03T09:00:02Z"
            ),
        ]
    )

    assert [each.text for each in found] == [
        "Start: a new private window at https://app.example.com/login",
        "Open https://idp.example.net/sso",
        "Submit the form to https://app.example.com/saml/acs: the server answered 500",
    ]


def test_without_a_capture_there_is_no_draft() -> None:
    assert draft((), None) == ()


def test_a_change_that_the_page_sends_is_a_step_and_what_it_reports_by_itself_is_none() -> None:
    found = made(
        [
            har_entry(0, f"{APP}/import", mime="text/html", started="2026-03-03T09:00:00Z"),
            har_entry(1, f"{APP}/api/imports", method="POST", status=202, started="2026-03-03T09:00:01Z"),
            har_entry(2, f"{APP}/api/client-events", method="POST", status=202, started="2026-03-03T09:00:02Z"),
            har_entry(3, f"{APP}/api/imports/7", status=500, started="2026-03-03T09:00:03Z"),
        ]
    )

    assert [each.text for each in found][1:] == [
        f"The page calls POST {APP}/api/imports",
        f"The page calls GET {APP}/api/imports/7: the server answered 500",
    ]
