"""Discovery finds every plug-in, and every plug-in keeps the contract of its room."""

import re
import sys
import types
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from diagpack.errors import CollectError, DiagpackError
from diagpack.model.raw import RawArtifact, Source
from diagpack.plugins import discover, plugin_id

KEBAB = re.compile(r"[a-z][a-z0-9]*([-_.][a-z0-9]+)*")
CANARY = "canary-contract-9931"

COLLECTORS = discover("diagpack.collectors", "COLLECTOR")
RULES = discover("diagpack.analyze", "RULE")
RENDERERS = discover("diagpack.render", "RENDERER")
PUBLISHERS = discover("diagpack.publish", "PUBLISHER")
DETECTORS = discover("diagpack.redact.detectors", "DETECTOR")
ALL = (*COLLECTORS, *RULES, *RENDERERS, *PUBLISHERS, *DETECTORS)


def name(found: Any) -> str:
    return f"{found.module}:{plugin_id(found.plugin)}"


@pytest.mark.parametrize(
    ("found", "least"), [(COLLECTORS, 6), (RULES, 5), (RENDERERS, 8), (PUBLISHERS, 2), (DETECTORS, 8)]
)
def test_each_room_has_its_plug_ins(found: tuple[Any, ...], least: int) -> None:
    assert len(found) >= least


@pytest.mark.parametrize("found", ALL, ids=name)
def test_every_plug_in_has_a_plain_id_and_a_docstring(found: Any) -> None:
    assert KEBAB.fullmatch(plugin_id(found.plugin))
    assert type(found.plugin).__doc__ or sys.modules[type(found.plugin).__module__].__doc__


def test_two_plug_ins_with_one_id_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Twin:
        """A plug-in that takes another's id."""

        id = plugin_id(COLLECTORS[0].plugin)

    module = types.ModuleType("twin")
    module.COLLECTOR = Twin()  # type: ignore[attr-defined]
    import diagpack.plugins as plugins

    real = plugins._entry_points
    monkeypatch.setattr(
        plugins, "_entry_points", lambda room, allowed: [*real(room, allowed), plugins.Found(Twin(), "twin")]
    )
    with pytest.raises(DiagpackError, match="share the id"):
        discover("diagpack.collectors", "COLLECTOR")


def test_entry_points_load_only_when_listed() -> None:
    assert all(found.distribution == "diagpack" for found in discover("diagpack.collectors", "COLLECTOR"))


@pytest.mark.parametrize("found", RULES, ids=name)
def test_every_rule_explains_itself_and_its_findings(found: Any) -> None:
    info = found.plugin.info

    assert info.title
    assert info.explanation
    assert info.findings
    assert all(sentence.strip() for sentence in info.findings.values())


class Context:
    """The least context that a collector can run with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stored: list[RawArtifact] = []
        self.gaps: list[str] = []
        self.now = datetime(2026, 3, 3, tzinfo=UTC)
        self.window = None

    def section(self, name: str) -> dict[str, Any]:
        return {}

    def artifacts(self, kind: str) -> list[RawArtifact]:
        return [each for each in self.stored if each.kind == kind]

    def request_ids(self) -> tuple[str, ...]:
        return ()

    def store(self, source: Source, *, content: Any = None, **fields: Any) -> Any:
        for _ in content or ():
            pass
        self.stored.append(fields)  # type: ignore[arg-type]
        return fields

    def missing(self, source: Source, id: str, reason: str, *, question: str = "") -> None:
        self.gaps.append(reason + question)


def a_source(folder: Path, content: bytes) -> Source:
    path = folder / "content"
    path.write_bytes(content)
    return Source("source-1", f"{CANARY}.bin", path, "0" * 64, len(content), "file")


BROKEN = {
    "empty": b"",
    "truncated json": b'{"log": {"version": "1.2", "entries": [{"request": {"url": "https://' + CANARY.encode(),
    "not utf-8": b"\xff\xfe\x00\xd8" + CANARY.encode("utf-16-le"),
    "binary": bytes(range(256)) * 8 + CANARY.encode(),
    "xml cut off": b"<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'><a>" + CANARY.encode(),
    "gzip cut off": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\x4b\x4c",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("found", COLLECTORS, ids=name)
def test_a_collector_says_what_is_wrong_with_a_broken_input_and_shows_nothing_of_it(
    found: Any, content: bytes, tmp_path: Path, no_sockets: None
) -> None:
    context = Context(tmp_path)
    said: list[str] = context.gaps
    try:
        for _ in found.plugin.collect(a_source(tmp_path, content), context):
            pass
    except CollectError as problem:
        said.append(str(problem))

    assert context.stored or said or not content or found.plugin.recognise(content, "x") == 0
    assert all(CANARY not in each for each in said)


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("found", COLLECTORS, ids=name)
def test_recognising_never_raises(found: Any, content: bytes) -> None:
    assert 0.0 <= found.plugin.recognise(content, f"{CANARY}.har") <= 1.0


def test_every_kind_a_collector_needs_is_provided_by_one() -> None:
    provided = {kind for found in COLLECTORS for kind in found.plugin.provides}

    for found in COLLECTORS:
        assert set(found.plugin.needs) <= provided, name(found)
        assert set(found.plugin.derives_from) <= provided, name(found)
