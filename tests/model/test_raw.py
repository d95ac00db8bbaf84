"""Raw evidence never shows its content and cannot be copied out of the type."""

import copy
import dataclasses
import json
import logging
import pickle
import traceback
from pathlib import Path

import pytest

from diagpack.model.raw import RawArtifact, Source
from diagpack.model.ref import ArtifactId

CANARY = "canary-raw-4711"


@pytest.fixture
def artifact(tmp_path: Path) -> RawArtifact:
    path = tmp_path / "content"
    path.write_text(CANARY)
    return RawArtifact(
        id=ArtifactId("note-1"),
        kind="note",
        media_type="text/plain",
        folder="notes",
        suffix=".txt",
        path=path,
        sha256="0" * 64,
        size_bytes=len(CANARY),
        source="source-1",
        facts={"fact": CANARY},
    )


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "source"
    path.write_text(CANARY)
    return Source("source-1", f"{CANARY}.har", path, "0" * 64, 16, "file")


def test_content_is_read_only_through_open_raw(artifact: RawArtifact) -> None:
    with artifact.open_raw() as stream:
        assert stream.read().decode() == CANARY


@pytest.mark.parametrize("form", ["{0}", "{0!s}", "{0!r}", "{0:>40}"])
def test_no_text_form_shows_content(form: str, artifact: RawArtifact, source: Source) -> None:
    assert CANARY not in form.format(artifact)
    assert CANARY not in form.format(source)


def test_logging_shows_no_content(artifact: RawArtifact, source: Source, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("t").debug("%s %r %s", artifact, source, [artifact, {"k": source}])

    assert "note-1" in caplog.text
    assert CANARY not in caplog.text


def test_a_traceback_with_locals_shows_no_content(artifact: RawArtifact) -> None:
    try:
        raise ValueError(artifact)
    except ValueError as error:
        text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    assert "RawArtifact(note-1" in text
    assert CANARY not in text


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(protocol: int, artifact: RawArtifact, source: Source) -> None:
    for each in (artifact, source):
        with pytest.raises(TypeError):
            pickle.dumps(each, protocol)


@pytest.mark.parametrize("operation", [copy.copy, copy.deepcopy, vars, dataclasses.asdict, json.dumps])
def test_it_cannot_be_copied_or_dumped(operation: object, artifact: RawArtifact, source: Source) -> None:
    for each in (artifact, source):
        with pytest.raises(TypeError):
            operation(each)  # type: ignore[operator]


def test_it_is_immutable(artifact: RawArtifact) -> None:
    with pytest.raises(AttributeError):
        artifact.kind = "har"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del artifact.kind


def test_it_cannot_be_subclassed_by_accident() -> None:
    assert RawArtifact.__final__  # type: ignore[attr-defined]
