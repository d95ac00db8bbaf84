"""The evidence section."""

from diagpack.model.evidence import EvidenceSet
from diagpack.render._citations import Citations
from diagpack.render._page_evidence import artifact_views, size_text
from tests.render.escalations import ref
from tests.support import evidence as support


def test_sizes_are_in_the_unit_people_use() -> None:
    assert [size_text(each) for each in (512, 6_800, 3_100_000)] == ["512 B", "6.8 kB", "3.1 MB"]


def test_cited_pointers_show_what_stands_there() -> None:
    evidence = EvidenceSet([support.sso([{"conditions": {"NotBefore": "2026-03-03T09:21:15Z"}}])])
    citations = Citations(evidence)
    link = citations.link(ref("[saml-1 /messages/0/conditions/NotBefore]"))

    (view,) = artifact_views(evidence, citations)

    assert [(each.label, each.text) for each in view.places] == [
        ("[saml-1 /messages/0/conditions/NotBefore]", "2026-03-03T09:21:15Z")
    ]
    assert link.href == f"#{view.places[0].anchor}"


def test_a_long_note_shows_its_cited_line_too() -> None:
    evidence = EvidenceSet([support.note("\n".join(f"line {number}" for number in range(1, 1001)))])
    citations = Citations(evidence)
    citations.link(ref("[note-1 L900]"))

    (view,) = artifact_views(evidence, citations)

    assert view.lines[-1].text == "line 900"
    assert len(view.lines) == 201


def test_an_exchange_of_an_api_artifact_is_shown_with_the_calls_not_here() -> None:
    evidence = EvidenceSet([support.api([{"request": {}, "response": {"status": 401}}])])
    citations = Citations(evidence)
    citations.link(ref("[api-1 /exchanges/0]"))
    citations.link(ref("[api-1 /exchanges/0/response/status]"))

    (view,) = artifact_views(evidence, citations)

    assert [each.label for each in view.places] == ["[api-1 /exchanges/0/response/status]"]
