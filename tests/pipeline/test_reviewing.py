"""The view of a review: counts, context, free text; values behind the map only, with an audit line first."""

import shutil
from pathlib import Path

import pytest

from diagpack.case.config import update_case_yaml
from diagpack.case.layout import CaseDir
from diagpack.errors import RedactionError, UsageError
from diagpack.pipeline.cases import close, record_decisions, reveal
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.reviewing import Opened, Values, View, look, open_case
from diagpack.pipeline.run import collect
from diagpack.pipeline.settings import Settings, load_settings
from tests.support.review_case import EMAIL, SECRET, VALUES, audit, make_case, open_files


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> tuple[CaseDir, Settings]:
    return make_case(tmp_path_factory.mktemp("review"))


@pytest.fixture
def opened(collected: tuple[CaseDir, Settings], tmp_path: Path) -> Opened:
    folder, settings = collected
    shutil.copytree(folder.root, tmp_path / "cases")
    return open_case(CaseDir(tmp_path / "cases", folder.id), settings)


@pytest.fixture
def view(opened: Opened) -> View:
    return look(opened)


def test_what_was_removed_is_listed_by_file_and_class_with_redacted_context(view: View) -> None:
    log = next(each for each in view.artifacts if each.id == "log-1")
    by_class = {each.entity: each for each in log.removed}

    assert by_class["password"].replaced >= 1
    (example,) = by_class["password"].examples
    assert example.token.startswith("dp-password-")
    assert example.place == "L1"
    assert f"password={example.token}" in example.context
    assert {"email", "name"} <= {each.entity for each in next(a for a in view.artifacts if a.id == "note-1").removed}


def test_no_value_is_anywhere_in_the_view(view: View) -> None:
    assert not [value for value in VALUES if value in repr(view)]


def test_suspicious_text_comes_first_and_harmless_text_of_people_is_still_shown(view: View) -> None:
    texts = [each for each in view.free_text if each.artifact == "note-1"]

    assert texts[0].words[0] == "passwort"
    assert "blaubeerkuchen" in texts[0].text
    assert any("Nightjar" in each.text for each in texts)
    assert [each.weight for each in view.free_text] == sorted((each.weight for each in view.free_text), reverse=True)
    assert any(each.label == "title" and each.text == "The export fails" for each in view.free_text)


def test_of_a_log_only_lines_beside_a_suspicious_word_are_shown(opened: Opened, view: View) -> None:
    lines = [each for each in view.free_text if each.artifact == "log-1"]

    assert [each.place for each in lines] == ["L2"]
    assert lines[0].words == ("password",)
    assert look(opened, lines=0).omitted == 1


def test_pictures_are_listed_with_source_and_size(view: View) -> None:
    (picture,) = view.pictures

    assert (picture.id, picture.source, picture.width, picture.height) == ("image-1", "source-3", 40, 30)
    assert picture.blacked_out == 0


def test_a_value_is_given_with_its_audit_line_already_written(opened: Opened) -> None:
    password = next(each for each in look(opened).artifacts if each.id == "log-1").removed
    token = next(each for each in password if each.entity == "password").examples[0].token

    shown = Values(opened).show("log-1", "password", [token, "dp-password-unknown"])

    assert shown == {token: SECRET}
    line = audit(opened.folder)[-1]
    assert (line["event"], line["artifact"], line["entity"], line["tokens"]) == (
        "review-show",
        "log-1",
        "password",
        [token],
    )
    assert SECRET not in repr(Values(opened))
    assert not [name for name, content in open_files(opened.folder) if SECRET.encode() in content]


def test_a_revealed_value_is_recorded_by_its_token(opened: Opened) -> None:
    token = next(token for token, value in opened.tokens().items() if value == SECRET)

    assert reveal(opened.folder, token) == SECRET

    assert (audit(opened.folder)[-1]["event"], audit(opened.folder)[-1]["token"]) == ("reveal", token)


@pytest.mark.parametrize("typed", [SECRET, "dp-password-aaaaaaaaaaaa", "ghp_" + "a1B2" * 9])
def test_what_is_no_token_of_the_case_is_not_written_down(opened: Opened, typed: str) -> None:
    """Somebody who pastes the value in place of its token must not put it into the audit log, which stays."""
    with pytest.raises(UsageError, match="not in the map"):
        reveal(opened.folder, typed)

    assert audit(opened.folder)[-1]["event"] == "reveal-unknown"
    assert typed not in opened.folder.audit.read_text()


def test_nothing_is_revealed_from_a_closed_case_which_gets_no_new_key(opened: Opened) -> None:
    token = next(iter(opened.tokens()))
    close(opened.folder)

    with pytest.raises(RedactionError, match="closed"):
        reveal(opened.folder, token)

    assert not opened.folder.key.exists()


def test_decisions_are_open_until_the_next_run(opened: Opened) -> None:
    assert not look(opened).open_decisions

    record_decisions(opened.folder, withhold={"log-1": "not needed"})

    assert look(opened).open_decisions


def test_another_policy_is_an_open_decision_too(opened: Opened) -> None:
    update_case_yaml(opened.folder.yaml, {"policy": {"hosts": {"hide": ["example.org"]}}})

    assert look(opened).open_decisions


def test_a_long_line_is_shown_around_its_suspicious_word(opened: Opened, tmp_path: Path) -> None:
    tokens = " ".join(f"user{number}=person.{number}@example.com" for number in range(60))
    line = f"2026-03-03T10:19:42Z ERROR {tokens} the passphrase was blue {'x ' * 400}"
    (tmp_path / "long.log").write_text(line + "\n")
    collect(opened.folder, Inputs(paths=(tmp_path / "long.log",)), opened.settings, lambda text: None)

    texts = [each for each in look(open_case(opened.folder, opened.settings)).free_text if each.artifact == "log-2"]

    assert "passphrase was blue" in texts[0].text
    assert len(texts[0].text) < 600


def test_a_closed_case_is_not_opened_and_gets_no_new_key(opened: Opened) -> None:
    close(opened.folder)

    with pytest.raises(UsageError) as caught:
        open_case(opened.folder, opened.settings)

    assert caught.value.id == "DP693"
    assert not opened.folder.key.exists()


def test_a_case_without_evidence_says_what_to_do(tmp_path: Path) -> None:
    from tests.case.cases import new_case

    with pytest.raises(UsageError) as caught:
        open_case(new_case(tmp_path), load_settings(throwaway=True, use_keyring=False))

    assert caught.value.id == "DP693"
    assert EMAIL not in str(caught.value)
