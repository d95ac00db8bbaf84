"""What a case keeps for its later runs."""

import os
from pathlib import Path

import pytest
import spacy

from diagpack.case.config import load_case
from diagpack.case.layout import CaseDir
from diagpack.errors import UsageError
from diagpack.model.case import case_id
from diagpack.pipeline.cases import ensure_case, use_model
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.review_decisions import hide_word
from diagpack.pipeline.reviewing import open_case
from diagpack.pipeline.run import collect
from diagpack.pipeline.settings import Settings, load_settings

NAME = "quillon drakeworth"


@pytest.fixture
def folder(tmp_path: Path) -> CaseDir:
    """A case with a note that holds a name no list knows, and a model beside it that does."""
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": NAME}])  # type: ignore[attr-defined]
    nlp.to_disk(tmp_path / "model")
    (tmp_path / "note.txt").write_text(f"we asked {NAME} about the export\n")
    case = CaseDir(tmp_path / "cases", case_id("CS-9"))
    ensure_case(case)
    return case


@pytest.fixture
def settings() -> Settings:
    return load_settings(throwaway=True, use_keyring=False)


def run(folder: CaseDir, settings: Settings, *paths: Path) -> str:
    collect(folder, Inputs(paths=paths), settings, lambda text: None)
    return (folder.evidence / "notes" / "note-1.txt").read_text()


def test_a_model_is_used_by_every_later_run_of_the_case(
    folder: CaseDir, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`review --apply` collects again and names no model: the names it found must not come back."""
    monkeypatch.chdir(tmp_path)
    use_model(folder, "model")
    monkeypatch.chdir("/")

    assert NAME not in run(folder, settings, tmp_path / "note.txt")
    hide_word(open_case(folder, settings), "export", "a test")
    assert NAME not in run(folder, settings)
    assert str(tmp_path).encode() not in (folder.evidence / "case" / "case-1.json").read_bytes()


def test_off_ends_the_use_of_a_model(folder: CaseDir, settings: Settings, tmp_path: Path) -> None:
    use_model(folder, str(tmp_path / "model"))
    use_model(folder, "off")

    assert load_case(folder.yaml).ner == ""
    assert NAME in run(folder, settings, tmp_path / "note.txt")


def test_the_same_model_again_is_no_new_decision(folder: CaseDir, tmp_path: Path) -> None:
    use_model(folder, str(tmp_path / "model"))
    before = folder.audit.read_text()

    use_model(folder, str(tmp_path / "model") + os.sep)

    assert folder.audit.read_text() == before


@pytest.mark.parametrize("name", ["canary_core_web_sm", "", "../none"])
def test_a_model_that_is_not_here_is_not_kept(folder: CaseDir, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        use_model(folder, name or str(tmp_path))

    assert caught.value.id == "DP252"
    assert load_case(folder.yaml).ner == ""
