"""A checklist becomes at most five questions: files first, then what is required."""

from diagpack.assess.checklists import load_checklists
from diagpack.guide.build import LANGUAGES
from diagpack.guide.steps import MOST_STEPS, choose_steps


def test_there_are_never_more_steps_than_fit_and_the_rest_is_named() -> None:
    for checklist in load_checklists().values():
        steps = choose_steps(checklist, "en")

        assert 1 <= len(steps.chosen) <= MOST_STEPS
        assert all(each["can_skip"] and each["skip_reasons"] for each in steps.chosen)


def test_the_file_comes_first_and_what_is_known_is_not_asked() -> None:
    checklist = load_checklists()["sso-saml"]

    assert choose_steps(checklist, "en").chosen[0]["id"] == "har"
    assert "window" not in {each["id"] for each in choose_steps(checklist, "en", known=["window"]).chosen}


def test_facts_that_are_read_from_the_recording_are_never_asked() -> None:
    for checklist in load_checklists().values():
        asked = {each["id"] for each in choose_steps(checklist, "en", most=50).chosen}

        assert asked.isdisjoint({"browser", "request-id", "saml-message"})


def test_every_recording_step_has_instructions_for_four_browsers_in_its_language() -> None:
    german = choose_steps(load_checklists()["sso-saml"], "de").chosen[0]

    assert set(german["how"]) == {"chrome", "edge", "firefox", "safari"}
    assert "Inkognito" in german["how"]["chrome"][0]
    assert german["title_en"] == "Browser recording"


def test_no_step_tells_the_customer_to_send_a_raw_file() -> None:
    sending = ("Send us", "Senden Sie uns", "Envoyez-nous", "Envíenos", "お送りください")
    for checklist in load_checklists().values():
        for language in LANGUAGES:
            steps = choose_steps(checklist, language, most=50).chosen
            lines = [line for step in steps for listed in step.get("how", {}).values() for line in listed]
            assert not [line for line in lines if any(each in line for each in sending)], (checklist.id, language)


def test_the_steps_of_a_recording_are_in_every_language() -> None:
    for language in LANGUAGES[1:]:
        (ours, english) = (choose_steps(load_checklists()["sso-saml"], each).chosen[0] for each in (language, "en"))
        for browser, lines in ours["how"].items():
            assert not set(lines) & set(english["how"][browser]), (language, browser)
