"""The whole package stays inert when every field of the evidence is hostile."""

import json
import re

import lxml.html
import pytest

from diagpack.model.escalation import Renderer
from diagpack.plugins import discover
from diagpack.render.run import render
from tests.render.escalations import escalation
from tests.render.hostile import PAYLOADS, poisoned, rotation

ROTATIONS = len(PAYLOADS) // 6
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def all_renderers() -> list[Renderer]:
    return [each.plugin for each in discover("diagpack.render", "RENDERER")]


@pytest.fixture(scope="module")
def packages() -> list[dict[str, bytes]]:
    return [render(poisoned(rotation(start)), all_renderers()) for start in range(ROTATIONS)]


def test_there_are_at_least_fifty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 50


def test_every_payload_reaches_the_page(packages: list[dict[str, bytes]]) -> None:
    text = "".join(lxml.html.fromstring(files["report.html"]).text_content() for files in packages)

    for payload in PAYLOADS:
        if _ACTING.search(payload) is None and "\ud800" not in payload:
            assert " ".join(payload.split()) in " ".join(text.split())


def test_no_payload_becomes_an_element_or_an_attribute(packages: list[dict[str, bytes]]) -> None:
    calm = lxml.html.fromstring(render(escalation(), all_renderers())["report.html"])
    known = {each.tag for each in calm.iter() if isinstance(each.tag, str)}

    for files in packages:
        page = lxml.html.fromstring(files["report.html"])
        assert len(page.findall(".//script")) == 1
        assert len(page.findall(".//style")) == 1
        assert {each.tag for each in page.iter() if isinstance(each.tag, str)} <= known
        for element in page.iter():
            for name, value in element.attrib.items():
                assert not name.lower().startswith("on")
                assert name not in ("style", "srcdoc", "formaction", "action")
                if name in ("href", "xlink:href"):
                    assert re.fullmatch(r"#[A-Za-z0-9-]+", value)
                if name == "src":
                    assert value.startswith("data:image/png;base64,")


def test_no_text_file_holds_a_character_that_acts_on_a_terminal(packages: list[dict[str, bytes]]) -> None:
    for files in packages:
        for path, content in files.items():
            if not path.startswith("evidence/"):
                assert _ACTING.search(content.decode("utf-8")) is None, path


def test_json_files_parse(packages: list[dict[str, bytes]]) -> None:
    for files in packages:
        for path in ("manifest.json", "ticket.adf.json", "redaction/report.json"):
            json.loads(files[path])
        for line in files["timeline.jsonl"].splitlines():
            json.loads(line)
