"""The surest collector reads a source; what nobody knows is named without its content."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from diagpack.collectors import config_states, console, images, logs, notes
from diagpack.collectors.recognise import choose, unknown
from diagpack.model.collector import CollectContext
from diagpack.model.raw import RawArtifact, Source
from tests.collectors._lent import source

OURS = [each.COLLECTOR for each in (notes, logs, images, console, config_states)]


@dataclass
class _Fixed:
    """A collector that is always equally sure."""

    id: str
    score: float
    needs: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    derives_from: tuple[str, ...] = ()

    def recognise(self, head: bytes, name: str) -> float:
        return self.score

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        return iter(())


def _chosen(tmp_path: Path, data: bytes, name: str = "given", origin: str = "file") -> str | None:
    found = choose(source(tmp_path, data, name, origin), OURS)
    return found.id if found else None


def test_the_surest_wins_and_between_equals_the_first_by_name(tmp_path: Path):
    given = source(tmp_path, b"x")

    assert choose(given, [_Fixed("low", 0.3), _Fixed("high", 0.9)]) == _Fixed("high", 0.9)
    assert choose(given, [_Fixed("b", 0.5), _Fixed("a", 0.5)]) == _Fixed("a", 0.5)


def test_nobody_wins_with_a_score_of_nothing(tmp_path: Path):
    assert choose(source(tmp_path, b"x"), [_Fixed("none", 0.0), _Fixed("hardly", 0.1)]) is None


def test_what_was_typed_as_a_note_is_one_even_if_it_looks_like_a_log(tmp_path: Path):
    log = b"2026-03-03T10:11:12Z INFO x\n" * 20

    assert _chosen(tmp_path, log) == "logs"
    assert _chosen(tmp_path, log, origin="note") == "notes"


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"2026-03-03T10:11:12Z INFO x\n" * 20, "export.txt", "logs"),
        (b'{"time":1772532672125,"level":30,"msg":"x"}\n' * 20, "x", "logs"),
        (b"Dear team,\nthe customer rang at 10:42.\nThey cannot sign in.\n", "mail.txt", "notes"),
        (b"10:42 customer rang\nwe looked at the log of 2026-03-03\nnothing found\nasked again\n", "n.txt", "notes"),
        (b"\x89PNG\r\n\x1a\n1234", "x.log", "images"),
        (b"app.js:12 Uncaught TypeError: x\napp.js:13 ready\n", "console.log", "console"),
        (b"settings:\n  sso: true\n", "config.yaml", "config-states"),
        (bytes(range(256)) * 4, "x.log", None),
        (b"", "x.log", None),
    ],
)
def test_content_decides(tmp_path: Path, data: bytes, name: str, expected: str | None):
    assert _chosen(tmp_path, data, name) == expected


@pytest.mark.parametrize(
    "data", [b'{"log": {"version": "1.2", "entries": []}}', b'{\n "log": {\n  "entries": []}}', b"<samlp:Response>"]
)
def test_a_har_or_saml_message_is_left_to_its_collector(tmp_path: Path, data: bytes):
    given = source(tmp_path, data, "x.log")

    assert logs.COLLECTOR.recognise(data, "x.log") <= 0.35
    assert choose(given, [*OURS, _Fixed("specific", 0.7)]) == _Fixed("specific", 0.7)


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"", "empty"),
        (b"\0\0\n", "empty"),
        (b"%PDF-1.7 canary", "PDF"),
        (b"\x7fELFcanary", "program"),
        (b"\x00\x01canary\x02\x03" * 9, "binary file of unknown kind"),
        (b"canary", "recognised"),
    ],
)
def test_what_is_unknown_is_said_in_one_sentence_without_content(head: bytes, word: str):
    error = unknown(head)

    assert error.id == "DP149"
    assert word in error.message
    assert error.hint
    assert "canary" not in str(error)
