"""report.html without a browser: policy, links, size."""

import base64
import hashlib
import re
import time
from dataclasses import replace

import lxml.html
import pytest

from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.missing import Missing
from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry, Lines
from diagpack.render.report_html import RENDERER, policy
from tests.render.escalations import REQUEST_ID, escalation, findings, timeline
from tests.support import evidence as support


def html(**changes: object) -> bytes:
    return dict(RENDERER.render(escalation(**changes)))["report.html"]


@pytest.fixture(scope="module")
def page() -> lxml.html.HtmlElement:
    return lxml.html.fromstring(html())


def test_the_policy_names_exactly_our_style_and_script(page: lxml.html.HtmlElement) -> None:
    stated = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    style, script = page.xpath("//style/text()")[0], page.xpath("//script/text()")[0]

    assert stated == policy(style, script)
    for text in (style, script):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in stated
    assert "default-src 'none'" in stated
    assert "unsafe" not in stated


def test_the_policy_comes_before_everything_it_governs(page: lxml.html.HtmlElement) -> None:
    head = [each.tag for each in page.head]

    assert head[:2] == ["meta", "meta"]
    assert page.head[1].get("http-equiv") == "Content-Security-Policy"


def test_nothing_in_our_script_makes_html_from_text(page: lxml.html.HtmlElement) -> None:
    script = page.xpath("//script/text()")[0]

    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch("):
        assert word not in script


def test_the_first_screen_answers_the_first_questions(page: lxml.html.HtmlElement) -> None:
    first = " ".join(page.xpath("//section[contains(@class,'first')]")[0].text_content().split())

    for words in ("500 after the ACS", "2026-03-03 09:00:00 to 10:00:00 UTC", "10:00:00 to 11:00:00 Europe/Berlin"):
        assert words in first
    for words in ("40 users of one tenant", "POST", REQUEST_ID, "S2, priority high", "no workaround", "3 of 3 runs"):
        assert words in first
    assert "CS-812 strong same exception, same frames" in first
    assert "diagpack verify CS-1042-esc1.zip" in first


def test_the_page_has_no_verdict_of_its_own(page: lxml.html.HtmlElement) -> None:
    text = page.text_content().lower()

    assert "verified" not in text
    assert "trusted" not in text


def test_every_link_has_a_target_and_every_id_is_unique(page: lxml.html.HtmlElement) -> None:
    ids = page.xpath("//@id")

    assert len(ids) == len(set(ids))
    assert {each[1:] for each in page.xpath("//a/@href")} <= set(ids)


def test_every_citation_of_the_case_is_a_link_to_the_right_place(page: lxml.html.HtmlElement) -> None:
    by_label = {each.text: each.get("href") for each in page.xpath("//a[@class='cite']")}

    assert by_label["[har-1 #7]"] == "#e-har-1-7"
    assert by_label["[log-1 L4715-4718]"] == "#e-log-1-L4715"
    assert not page.xpath("//span[@class='cite lost']")
    assert "unhandled AssertionNotYetValid" in page.get_element_by_id("e-log-1-L4715").text_content()
    not_before = by_label["[saml-1 /messages/1/conditions/NotBefore]"]
    assert "2026-03-03T09:21:15Z" in page.get_element_by_id(not_before[1:]).text_content()


def test_a_citation_of_nothing_is_not_a_link() -> None:
    lost = Finding("x", Level.ERROR, Certainty.HINT, "s", (EvidenceRef(ArtifactId("har-9"), HarEntry(1)),))

    page = lxml.html.fromstring(html(findings=(lost,)))

    assert set(page.xpath("//span[@class='cite lost']/@title")) == {"not in this package"}


def test_request_ids_are_marked_in_the_log(page: lxml.html.HtmlElement) -> None:
    assert page.xpath("//mark/text()").count(REQUEST_ID) == 4


def test_bodies_are_decoded_and_indented(page: lxml.html.HtmlElement) -> None:
    call = page.get_element_by_id("e-har-1-7")

    assert '\n  "detail": "assertion not yet valid",' in call.text_content()
    assert call.get("open") is not None


def test_a_string_of_a_megabyte_is_cut_with_a_pointer_to_its_file() -> None:
    entry = support.har_entry(1, "https://app.example.com/api", status=500, body="x" * 1_000_000, mime="text/plain")

    text = html(evidence=EvidenceSet([support.har([entry])]), assessment_changes={"first_failure": None}).decode()

    assert "… 994000 more characters, see evidence/har/har-1.har" in text
    assert len(text) < 300_000


def test_the_clock_correction_is_stated(page: lxml.html.HtmlElement) -> None:
    words = "har-1: its clock was 420 s ahead of the servers'; its times are the servers' here."

    assert words in page.text_content()


def test_a_normal_case_is_small(page: lxml.html.HtmlElement) -> None:
    assert len(html()) < 120_000


def test_a_case_without_anything_still_makes_a_page() -> None:
    nothing = dict.fromkeys(("items", "similar", "timeline", "request_ids", "impact", "steps", "actual", "works"), ())
    nothing |= {"tried": (), "asks": (), "first_failure": None, "symptom": None, "expected": None, "reproduced": None}

    page = lxml.html.fromstring(html(case={}, evidence=EvidenceSet([]), findings=(), assessment_changes=nothing))

    assert "No symptom was stated for this case." in page.text_content()
    assert "No recorded calls." in page.text_content()
    assert page.find(".//svg[@class='flow']") is None


def test_an_approved_picture_is_shown_and_a_big_one_is_not() -> None:
    small = support.make_artifact("image", b"\x89PNG small")
    big = support.make_artifact("image", b"\x89PNG" + b"x" * 400_000, number=2)

    page = lxml.html.fromstring(html(evidence=EvidenceSet([small, big])))

    assert page.xpath("//img/@src") == ["data:image/png;base64," + base64.b64encode(b"\x89PNG small").decode()]


def _two_refs(number: int) -> tuple[EvidenceRef, ...]:
    call = EvidenceRef(ArtifactId("har-1"), HarEntry(number % 5_000))
    return call, EvidenceRef(ArtifactId("log-1"), Lines(number + 1, number + 3))


def test_a_huge_case_stays_a_page() -> None:
    entries = [
        support.har_entry(
            number, f"https://app.example.com/api/items/{number}?page=1", status=500 if number % 50 == 0 else 200
        )
        for number in range(5_000)
    ]
    records = [support.log_record(number, f"line {number} request_id={REQUEST_ID}") for number in range(1, 20_001)]
    many = tuple(replace(findings()[1], refs=_two_refs(number)) for number in range(10_000))
    missing = [Missing(f"source-{number}", "broken") for number in range(1_000)]
    evidence = EvidenceSet([support.har(entries), support.log(records)], missing)
    events = tuple(replace(timeline()[0], text=f"event {number}") for number in range(5_000))
    made = escalation(evidence=evidence, findings=many, assessment_changes={"timeline": events})

    started = time.process_time()
    content = dict(RENDERER.render(made))["report.html"]
    spent = time.process_time() - started

    page = lxml.html.fromstring(content)
    assert len(content) < 1_500_000
    assert spent < 10
    assert "9800 more findings are in manifest.json." in page.text_content()
    assert {each[1:] for each in page.xpath("//a/@href")} <= set(page.xpath("//@id"))
    assert re.search(r"\d+ calls not shown", page.text_content())
