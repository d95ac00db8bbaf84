"""Is the spaCy model here? Told without importing spaCy, and never by a download."""

from pathlib import Path

import pytest

from diagpack.errors import UsageError
from diagpack.redact.ner_model import check_model


def test_a_folder_with_a_pipeline_is_a_model(tmp_path: Path) -> None:
    (tmp_path / "config.cfg").write_text("[nlp]\n")

    check_model(str(tmp_path))


@pytest.mark.parametrize("name", ["canary_core_web_sm", "no/such/folder", "a b", "-"])
def test_what_is_not_here_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_model(name)

    assert caught.value.id == "DP252"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        check_model(str(tmp_path))
