"""The text engine: the same findings by way of Presidio, and nothing of Presidio's own."""

import logging
import pickle
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

pytest.importorskip("presidio_analyzer")

import spacy

from diagpack.errors import RedactionError, UsageError
from diagpack.redact import presidio
from diagpack.redact.detect import TextDetectors
from diagpack.redact.presidio import PresidioText
from diagpack.redact.spans import Span
from tests.redact.generated import log_lines
from tests.redact.recipes import seeded


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> NoReturn:
        raise AssertionError("something tried to open a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def engine() -> PresidioText:
    return PresidioText.load()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pipeline made here: two names it knows, no download."""
    folder = tmp_path_factory.mktemp("model") / "tiny"
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([  # type: ignore[attr-defined]
        {"label": "PERSON", "pattern": "Qwertz Canaryová"},
        {"label": "GPE", "pattern": "Canaryville"},
        {"label": "DATE", "pattern": "today"},
    ])  # fmt: skip
    nlp.to_disk(folder)
    return folder


def test_logs_give_the_same_findings_as_without_presidio(engine: PresidioText) -> None:
    text = "\n".join("".join(part for part, _kind in line) for line in log_lines(400, seeded("presidio"))).encode()

    assert engine.scan(text) == TextDetectors.load().scan(text)


def test_a_secret_on_the_cut_of_a_long_line_is_found(engine: PresidioText) -> None:
    secret = b"password=canary-on-the-cut-0123456789"
    for shift in range(-40, 10, 7):
        data = b"y" * (presidio.CHUNK + shift) + b" " + secret + b" " + b"z" * presidio.CHUNK

        found = [data[span.start : span.end] for span in engine.scan(data)]

        assert found == [b"canary-on-the-cut-0123456789"]


def test_findings_that_touch_the_ends_of_chunks_are_whole_and_no_chunk_is_read_again() -> None:
    bytes_read = _CountsBytes()
    engine = PresidioText.load(extra=[bytes_read])
    number = "4111111111111111"
    for gap in (b" ", b"\n", b";;\n", b" - "):
        record = number.encode() + gap
        data = record * (5 * presidio.CHUNK // len(record))
        bytes_read.total = 0

        starts = [span.start for span in engine.scan(data) if data[span.start : span.end] == number.encode()]

        assert starts == list(range(0, len(data), len(record)))
        assert len(data) <= bytes_read.total < 1.15 * len(data)


def test_a_key_block_longer_than_a_chunk_is_one_finding(engine: PresidioText) -> None:
    block = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + ("Q0FO" * 16 + "\n") * 700 + "-----END RSA " + "PRIVATE KEY-----"
    data = (("filler line\n" * 900) + block + "\nafter\n").encode()

    spans = engine.scan(data)

    assert [(span.entity, span.end - span.start) for span in spans] == [("key", len(block))]


def test_only_our_recognisers_are_registered(engine: PresidioText) -> None:
    registered = engine._engine.registry.recognizers

    assert all(type(each).__module__ == "diagpack.redact.presidio" for each in registered)
    assert len(registered) == len(engine.recognizers) == len(TextDetectors.load().detectors)
    assert engine._engine.nlp_engine.engine_name == "no_op"
    assert engine._engine.log_decision_process is False


def test_an_added_recogniser_stops_the_scan() -> None:
    engine = PresidioText.load()
    engine._engine.registry.recognizers.append(engine._families[0])

    with pytest.raises(RedactionError) as caught:
        engine.scan(b"x")

    assert caught.value.id == "DP253"


def test_a_finding_that_presidio_drops_stops_the_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = PresidioText.load()
    monkeypatch.setattr(engine._engine, "analyze", lambda **_arguments: [])
    for family in engine._families:
        family.returned = [Span(0, 3, "email", "email")]

    with pytest.raises(RedactionError) as caught:
        engine.scan(b"a@b")

    assert caught.value.id == "DP253"


class _Broken:
    id = "broken"
    entities = ("word",)

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        raise RuntimeError(f"canary-{data!r}")


def test_a_failing_detector_is_named_and_the_text_is_not() -> None:
    with pytest.raises(RedactionError) as caught:
        PresidioText.load(extra=[_Broken()]).scan(b"canary")

    assert caught.value.id == "DP251"
    assert "broken" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_the_engine_survives_pickling(engine: PresidioText) -> None:
    copied = pickle.loads(pickle.dumps(engine))  # noqa: S301 - our own bytes

    assert copied.scan(b"password=canary-1") == engine.scan(b"password=canary-1")


def test_a_model_adds_names_in_prose_at_byte_offsets(model: Path) -> None:
    engine = PresidioText.load(ner=str(model))
    data = "Grüße: Qwertz Canaryová lives in Canaryville today.".encode()

    found = [(data[span.start : span.end].decode(), span.entity) for span in engine.names_in_prose(data)]

    assert ("Qwertz Canaryová", "name") in found
    assert ("Canaryville", "address") in found
    assert all(text != "today" for text, _entity in found)


def test_without_a_model_prose_uses_the_word_list(engine: PresidioText) -> None:
    data = b"I spoke with Hannah Wagner yesterday."

    assert [data[span.start : span.end] for span in engine.names_in_prose(data)] == [b"Hannah Wagner"]


def test_a_model_that_is_not_here_is_refused_and_never_downloaded() -> None:
    with pytest.raises(UsageError) as caught:
        PresidioText.load(ner="canary_core_web_sm")

    assert caught.value.id == "DP252"
    assert "canary" not in str(caught.value)


def test_nothing_of_the_text_is_logged(engine: PresidioText, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        engine.scan(b"password=canary-logged a@canary.example")

    assert "canary" not in caplog.text


class _CountsBytes:
    """A detector that finds nothing and knows how much it was shown."""

    id = "counts-bytes"
    entities = ("word",)
    total = 0

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        self.total += len(data)
        return iter(())


@pytest.mark.parametrize("name", ["config.cfg", "pytest"])
def test_a_model_that_cannot_be_loaded_is_told_as_such(tmp_path: Path, name: str) -> None:
    """A damaged folder, and a package that is no model."""
    (tmp_path / "config.cfg").write_text("[nlp]\nlang = canary\n")

    with pytest.raises(UsageError, match="cannot be loaded") as caught:
        PresidioText.load(ner=str(tmp_path) if name == "config.cfg" else name)

    assert caught.value.id == "DP252"
