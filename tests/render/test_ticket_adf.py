"""The ticket for Jira Cloud: valid, within its limits, the same every time."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagpack.model.assessment import Cited, Severity
from diagpack.model.escalation import Escalation
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry
from diagpack.render import _adf
from diagpack.render.ticket_adf import JSON_LIMIT, RENDERER, TEXT_LIMIT, body
from tests.render.escalations import escalation
from tests.render.golden import assert_golden
from tests.render.hostile import PAYLOADS, poisoned, rotation
from tests.support import evidence as support

_SCHEMA = Path(__file__).parents[3] / "shared" / "contracts" / "adf-schema.json"
needs_schema = pytest.mark.skipif(not _SCHEMA.is_file(), reason="the ADF schema is not beside the repository")


@pytest.fixture(scope="module")
def check() -> Any:
    return (
        fastjsonschema.compile(json.loads(_SCHEMA.read_text("utf-8"))) if _SCHEMA.is_file() else lambda document: None
    )


def nodes(node: Any) -> list[dict[str, Any]]:
    """Every node of a document."""
    if isinstance(node, list):
        return [each for inner in node for each in nodes(inner)]
    return [node, *nodes(node.get("content", []))] if isinstance(node, dict) else []


def assert_fits(made: dict[str, Any]) -> None:
    assert _adf.text_length(made["description"]) <= TEXT_LIMIT
    assert len(json.dumps(made["description"], separators=(",", ":"), ensure_ascii=False)) <= JSON_LIMIT
    assert 0 < len(made["summary"]) <= 255
    assert not [label for label in made["labels"] if " " in label or len(label) > 255]


@needs_schema
def test_the_ticket_is_valid(check: Any) -> None:
    check(body(escalation())["description"])


def test_the_order_is_the_one_engineers_read() -> None:
    content = body(escalation())["description"]["content"]

    assert content[0]["type"] == "panel"
    assert content[1]["type"] == "table"
    headings = [each["content"][0]["text"] for each in content if each["type"] == "heading"]
    assert headings[:4] == ["Impact", "Steps to reproduce", "Expected and actual", "Evidence"]
    expands = [each["attrs"]["title"] for each in content if each["type"] == "expand"]
    assert expands == [
        "Environment",
        "HAR summary",
        "What was not collected, and why",
        "Package, verification and redaction",
    ]
    assert content[-1]["type"] == "taskList"


def test_the_severity_is_a_coloured_lozenge() -> None:
    lozenge = next(each for each in nodes(body(escalation())["description"]) if each["type"] == "status")

    assert lozenge["attrs"]["text"] == "S2"
    assert lozenge["attrs"]["color"] == "red"


def test_trust_is_three_paragraphs() -> None:
    expand = [each for each in nodes(body(escalation())["description"]) if each["type"] == "expand"][-1]

    assert len(expand["content"]) == 3


def test_local_ids_are_unique_and_the_same_every_time() -> None:
    first, second = (body(escalation())["description"] for _ in range(2))
    ids = [each["attrs"]["localId"] for each in nodes(first) if "localId" in each.get("attrs", {})]

    assert first == second
    assert len(ids) == len(set(ids)) >= 3


@needs_schema
@pytest.mark.parametrize("start", range(len(PAYLOADS) // 6))
def test_hostile_evidence_makes_a_valid_ticket(check: Any, start: int) -> None:
    made = body(poisoned(rotation(start)))

    check(made["description"])
    assert_fits(made)
    for node in nodes(made["description"]):
        assert not [mark for mark in node.get("marks", []) if mark["type"] == "link"]
        assert node["type"] not in ("mention", "inlineCard", "blockCard", "embedCard", "media", "extension")


@needs_schema
def test_a_description_of_five_megabytes_stays_within_the_limit(check: Any) -> None:
    huge = "word " * 1_000_000
    changes = {"symptom": Cited(huge), "expected": Cited(huge), "actual": (Cited(huge),), "impact": (Cited(huge),) * 40}

    made = body(escalation(case=support.case_content(title=huge), assessment_changes=changes))

    check(made["description"])
    assert_fits(made)
    assert "more characters" in json.dumps(made["description"])


@needs_schema
def test_ten_thousand_findings_stay_within_the_limit(check: Any) -> None:
    ref = EvidenceRef(ArtifactId("har-1"), HarEntry(7))
    many = tuple(
        Finding(f"rule-{number}", Level.ERROR, Certainty.PROVEN, f"statement {number} " * 10, (ref,))
        for number in range(10_000)
    )

    made = body(escalation(findings=many))

    check(made["description"])
    assert_fits(made)
    assert "more, see report.html in the package" in json.dumps(made["description"])


_TEXT = st.one_of(st.text(st.characters(), max_size=60), st.sampled_from(PAYLOADS), st.just("x" * 30_000))
_REFS = st.lists(
    st.builds(lambda index: EvidenceRef(ArtifactId("har-1"), HarEntry(index)), st.integers(0, 9)), max_size=3
)
_CITED = st.builds(Cited, _TEXT, _REFS.map(tuple), st.booleans())
_MANY = st.one_of(st.lists(_CITED, max_size=4), st.lists(_CITED, min_size=1, max_size=1).map(lambda one: one * 60)).map(
    tuple
)


class Drawn:
    """A drawn escalation; its repr is short, because hypothesis prints it."""

    def __init__(self, escalation: Escalation) -> None:
        self.escalation = escalation


_BASE = escalation()
_FINDING = st.builds(Finding, _TEXT, st.sampled_from(Level), st.just(Certainty.HINT), _TEXT)


@st.composite
def escalations(draw: st.DrawFn) -> Drawn:
    """Escalations whose every statement is drawn."""
    changes: dict[str, Any] = {name: draw(_MANY) for name in ("impact", "steps", "actual", "works", "tried", "asks")}
    for name in ("expected", "symptom", "reproduced", "first_failure"):
        changes[name] = draw(st.none() | _CITED)
    changes["severity"] = Severity(draw(st.sampled_from(["S1", "S2", "S3", "S4", ""]) | _TEXT), draw(_MANY))
    changes["environment"] = draw(st.dictionaries(_TEXT, _CITED, max_size=5))
    case = support.case_content(title=draw(_TEXT), answers={"ask": draw(_TEXT), "needed_by": draw(_TEXT)})
    findings = tuple(draw(st.lists(_FINDING, max_size=5)))
    return Drawn(replace(_BASE, case=case, findings=findings, assessment=replace(_BASE.assessment, **changes)))


def _assert_valid_and_fits(check: Any, drawn: Drawn) -> None:
    files = dict(RENDERER.render(drawn.escalation))
    ticket = json.loads(files["ticket.adf.json"])

    check(ticket["description"])
    assert_fits(ticket)
    shown = "".join(node.get("text", "") for node in nodes(ticket["description"]))
    assert not [each for each in shown if (ord(each) < 32 and each not in "\n\t") or 127 <= ord(each) < 160]


_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@needs_schema
@settings(max_examples=40, deadline=None, suppress_health_check=_SLOW)
@given(drawn=escalations())
def test_any_escalation_is_valid_and_fits(check: Any, drawn: Drawn) -> None:
    _assert_valid_and_fits(check, drawn)


@pytest.mark.deep
@needs_schema
@settings(max_examples=500, deadline=None, suppress_health_check=_SLOW)
@given(drawn=escalations())
def test_five_hundred_escalations_are_valid_and_fit(check: Any, drawn: Drawn) -> None:
    _assert_valid_and_fits(check, drawn)


def test_an_assessment_without_anything_makes_a_ticket() -> None:
    made = body(escalation(assessment_changes={"asks": (), "similar": (), "works": (), "tried": ()}))

    assert_fits(made)


def test_the_realistic_case_reads_as_kept() -> None:
    assert_golden("ticket.adf.json", dict(RENDERER.render(escalation()))["ticket.adf.json"])
