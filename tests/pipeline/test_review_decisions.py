"""Decisions of a reviewer: recorded with a reason, in force with the next run, and asked for before filing."""

import io
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from diagpack.case.config import load_case
from diagpack.case.layout import CaseDir
from diagpack.errors import NotReady, UsageError
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.delivery import Request, submit
from diagpack.pipeline.review_decisions import accept, black_out, hide_word, keep_word
from diagpack.pipeline.reviewing import Opened, look, open_case
from diagpack.pipeline.run import collect
from diagpack.pipeline.settings import Settings
from tests.support.review_case import EMAIL, SECRET, VALUES, audit, make_case, open_files

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
FORCED = Request(target="jira", force=True, reason="test")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> tuple[CaseDir, Settings]:
    return make_case(tmp_path_factory.mktemp("decisions"))


@pytest.fixture
def opened(collected: tuple[CaseDir, Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.setenv("DIAGPACK_USER", "ann")
    folder, settings = collected
    shutil.copytree(folder.root, tmp_path / "cases")
    return open_case(CaseDir(tmp_path / "cases", folder.id), settings)


def _again(opened: Opened, *paths: Path) -> Opened:
    collect(opened.folder, Inputs(paths=paths), opened.settings, lambda text: None)
    return open_case(opened.folder, opened.settings)


def _text(opened: Opened, id: str) -> str:
    return next(each for each in opened.artifacts if each.id == id).text()


def test_a_hidden_word_goes_and_a_kept_one_comes_back_with_the_next_run(opened: Opened) -> None:
    token = next(
        each.examples[0].token
        for artifact in look(opened).artifacts
        if artifact.id == "note-1"
        for each in artifact.removed
        if each.entity == "email"
    )
    hide_word(opened, "blaubeerkuchen", "a password somebody typed")
    keep_word(opened, token, "the address of our own support team")

    after = _again(opened)

    assert "blaubeerkuchen" not in _text(after, "note-1")
    assert "dp-word-" in _text(after, "note-1")
    assert EMAIL in _text(after, "note-1")
    assert not look(after).open_decisions


def test_the_reason_is_kept_and_the_audit_log_holds_no_word(opened: Opened) -> None:
    hide_word(opened, "blaubeerkuchen", f"a password of {EMAIL}")

    (entry,) = load_case(opened.folder.yaml).words["hide"]
    assert entry == {"word": "blaubeerkuchen", "reason": f"a password of {EMAIL}", "by": "ann"}
    line = audit(opened.folder)[-1]
    assert (line["event"], line["by"]) == ("review-hide", "ann")
    assert str(line["token"]).startswith("dp-word-")
    written = [name for name, content in open_files(opened.folder) if b"blaubeerkuchen" in content]
    assert written == ["evidence/notes/note-1.txt"]  # until the next run
    assert not [name for name, content in open_files(opened.folder) if EMAIL.encode() in content]


@pytest.mark.parametrize("word", [SECRET, SECRET.upper(), f"the {SECRET} thing", SECRET.encode().hex()])
def test_a_word_that_was_a_secret_in_this_case_is_never_kept(opened: Opened, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        keep_word(opened, word, "I want it")

    assert caught.value.id == "DP650"
    assert SECRET not in str(caught.value)
    assert load_case(opened.folder.yaml).words == {}


def test_the_pseudonym_of_a_secret_is_never_kept(opened: Opened) -> None:
    token = next(token for token, value in opened.tokens().items() if value == SECRET)

    with pytest.raises(UsageError) as caught:
        keep_word(opened, token, "I want it")

    assert caught.value.id == "DP650"


def test_a_secret_is_known_by_its_pseudonym_in_the_evidence_without_the_map(opened: Opened) -> None:
    (opened.folder.raw / "map").unlink()

    with pytest.raises(UsageError) as caught:
        keep_word(opened, SECRET, "I want it")

    assert caught.value.id == "DP650"


def test_a_vendor_token_is_never_kept(opened: Opened) -> None:
    with pytest.raises(UsageError) as caught:
        keep_word(opened, "AKIA" + "Q7" * 8, "I want it")

    assert caught.value.id == "DP650"


def test_even_a_kept_word_in_case_yaml_passes_no_secret(opened: Opened) -> None:
    from diagpack.case.config import update_case_yaml

    update_case_yaml(opened.folder.yaml, {"words": {"keep": [SECRET]}})

    assert SECRET not in _text(_again(opened), "log-1")


def test_an_opaque_word_that_would_stop_the_next_run_is_refused_at_once(opened: Opened) -> None:
    with pytest.raises(UsageError) as caught:
        keep_word(opened, "x7" * 12, "an id")

    assert caught.value.id == "DP650"
    assert load_case(opened.folder.yaml).words == {}


@pytest.mark.parametrize("reason", ["", "  ", "because Nightjar is internal"])
def test_a_decision_needs_a_reason_that_does_not_repeat_the_word(opened: Opened, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        hide_word(opened, "nightjar", reason)

    assert caught.value.id == "DP653"


@pytest.mark.parametrize("word", ["", "x", " "])
def test_a_word_too_short_is_not_hidden(opened: Opened, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        hide_word(opened, word, "why not")

    assert caught.value.id == "DP655"


def test_a_blacked_out_region_is_gone_from_the_picture(opened: Opened) -> None:
    assert black_out(opened, "image-1", "5,5,10,10; 30,20,100,100", "the user's photo") == (
        (5, 5, 10, 10),
        (30, 20, 100, 100),
    )

    after = _again(opened)

    artifact = next(each for each in after.artifacts if each.kind == "image")
    with Image.open(io.BytesIO(artifact.read())) as picture:
        colors = {place: picture.getpixel(place) for place in ((4, 4), (5, 5), (14, 14), (15, 15), (39, 29))}
    assert colors == {
        (4, 4): (255, 255, 255),
        (5, 5): (0, 0, 0),
        (14, 14): (0, 0, 0),
        (15, 15): (255, 255, 255),
        (39, 29): (0, 0, 0),
    }
    assert look(after).pictures[0].blacked_out == 2
    assert audit(opened.folder)[-3]["event"] == "review-black-out"


REGIONS = [
    ("image-2", "0,0,1,1"),
    ("image-1", "0,0,0,1"),
    ("image-1", "40,0,1,1"),
    ("image-1", "1,2,3"),
    ("image-1", "-1,0,4,4"),
    ("log-1", "0,0,1,1"),
]


@pytest.mark.parametrize(("image", "region"), REGIONS)
def test_a_region_that_is_none_is_refused(opened: Opened, image: str, region: str) -> None:
    with pytest.raises(UsageError) as caught:
        black_out(opened, image, region)

    assert caught.value.id == "DP656"


def test_filing_in_jira_asks_for_a_review_and_force_does_not_help(opened: Opened) -> None:
    with pytest.raises(NotReady) as caught:
        submit(opened.folder, opened.settings, FORCED, lambda text: None)

    assert caught.value.id == "DP651"


def test_new_evidence_ends_a_review(opened: Opened, tmp_path: Path) -> None:
    review = accept(opened, at=NOW)
    (tmp_path / "more.txt").write_text("One more observation.\n")

    assert _submitted(opened) == "DP503"  # reviewed: only the missing Jira stops it now
    after = _again(opened, tmp_path / "more.txt")

    assert (review.by, len(review.files)) == ("ann", len(opened.artifacts))
    assert look(after).reviews == ()
    assert _submitted(after) == "DP652"
    accept(after, at=NOW)
    assert _submitted(after) == "DP503"


def _submitted(opened: Opened) -> str:
    """The id of the error that ends `submit` to a Jira that is not configured."""
    from diagpack.errors import DiagpackError

    with pytest.raises(DiagpackError) as caught:
        submit(opened.folder, opened.settings, FORCED, lambda text: None)
    return caught.value.id


def test_a_second_person_is_asked_for_where_the_policy_says_so(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "team.yaml").write_text("review: {second_person: true}\n")
    profile = replace(opened.settings.profile, policy=(tmp_path / "team.yaml",))
    opened = _again(replace(opened, settings=replace(opened.settings, profile=profile)))
    accept(opened, at=NOW)

    assert _submitted(opened) == "DP654"
    monkeypatch.setenv("DIAGPACK_USER", "bo")
    assert _submitted(opened) == "DP503"


def test_a_folder_needs_no_review_but_says_so(opened: Opened, tmp_path: Path) -> None:
    said: list[str] = []

    receipt = submit(opened.folder, opened.settings, Request(target="folder", to=tmp_path / "to"), said.append)

    assert receipt.target == "folder"
    assert any("before a review" in each for each in said)
    assert audit(opened.folder)[-1]["reviewed_by"] == []


def test_accepting_waits_for_decisions_to_take_effect(opened: Opened) -> None:
    hide_word(opened, "Nightjar", "a project name")

    with pytest.raises(UsageError) as caught:
        accept(opened, at=NOW)

    assert caught.value.id == "DP657"
    assert accept(_again(opened), at=NOW).by == "ann"


def test_the_audit_log_names_who_reviewed_what_and_holds_together(opened: Opened) -> None:
    from diagpack.case.audit import AuditLog

    review = accept(opened, at=NOW)

    line = audit(opened.folder)[-1]
    assert (line["event"], line["by"], line["digest"], line["files"]) == (
        "review",
        "ann",
        review.digest,
        len(review.files),
    )
    assert AuditLog(opened.folder.audit).verify().is_intact
    assert not [name for name, content in open_files(opened.folder) if any(v.encode() in content for v in VALUES)]
