"""The five cases of `tests.support.cases`: what an engineer sees first, and tickets as kept.

When the assessment changes on purpose, write the kept tickets again (see `golden.py`) and read the difference.
"""

from collections.abc import Callable
from functools import lru_cache

import lxml.html
import pytest

from diagpack.assess.checklists import load_checklists
from diagpack.assess.run import assess
from diagpack.assess.severity import load_matrix
from diagpack.model.escalation import Escalation
from diagpack.model.redacted import RedactionReport
from diagpack.plugins import discover
from diagpack.render.run import render
from tests.render.golden import assert_golden
from tests.support.cases import FIVE, KnownCase
from tests.support.evidence import POLICY_SHA256

Make = Callable[[], KnownCase]
each_case = pytest.mark.parametrize("make", FIVE, ids=lambda make: make.__name__)


@lru_cache(maxsize=5)
def package(make: Make) -> tuple[KnownCase, dict[str, bytes]]:
    """The case and its rendered files."""
    known = make()
    found = assess(
        case=known.case,
        evidence=known.evidence,
        findings=known.findings,
        checklists=load_checklists(),
        matrix=load_matrix(),
    )
    escalation = Escalation(
        case_id=str(known.case["id"]),
        package_id=f"{known.case['id']}-esc1",
        case=known.case,
        evidence=known.evidence,
        findings=tuple(known.findings),
        assessment=found,
        redaction=RedactionReport(POLICY_SHA256, {"secret/keyed-value": 3}, {}),
        versions={"diagpack": "0.1.0"},
    )
    return known, render(escalation, [each.plugin for each in discover("diagpack.render", "RENDERER")])


@each_case
def test_the_first_screen_names_the_true_first_failure_and_its_request_id(make: Make) -> None:
    known, files = package(make)
    first = lxml.html.fromstring(files["report.html"]).xpath("//section[contains(@class,'first')]")[0]

    assert known.request_id in first.text_content()
    assert first.xpath(".//div[@class='failcard']//a[@class='cite']/text()")[0] == known.first_ref


@each_case
def test_every_citation_on_the_page_leads_to_its_place(make: Make) -> None:
    _, files = package(make)
    page = lxml.html.fromstring(files["report.html"])

    assert not page.xpath("//span[contains(@class,'lost') and starts-with(text(),'[')]/text()")
    assert {each[1:] for each in page.xpath("//a/@href")} <= set(page.xpath("//@id"))


@each_case
def test_the_ticket_names_the_kind_of_problem(make: Make) -> None:
    known, files = package(make)

    assert f"| Kind | {known.outcome.value}," in files["ticket.md"].decode()


@each_case
@pytest.mark.parametrize("name", ["ticket.md", "ticket.wiki.txt", "ticket.adf.json"])
def test_the_ticket_reads_as_kept(make: Make, name: str) -> None:
    _, files = package(make)

    assert_golden(f"{make.__name__}.{name}", files[name])
