"""Citations inside the page."""

from diagpack.model.evidence import EvidenceSet
from diagpack.model.ref import EvidenceRef
from diagpack.render._citations import LIMIT, Citations, anchor
from tests.render.escalations import ref
from tests.support import evidence as support


def evidence() -> EvidenceSet:
    records = [
        support.log_record(10, "one"),
        support.log_record(11, "trace\n a\n b", lines=3),
        support.log_record(20, "x"),
    ]
    return EvidenceSet(
        [
            support.har([support.har_entry(5, "https://a.test/")]),
            support.log(records),
            support.sso([{"kind": "Response"}]),
            support.note("a\nb"),
        ]
    )


def href(text: str) -> str:
    return Citations(evidence()).link(ref(text)).href


def test_each_kind_of_place_has_its_anchor() -> None:
    assert href("[har-1]") == "#e-har-1"
    assert href("[har-1 #5]") == "#e-har-1-5"
    assert href("[note-1 L2]") == "#e-note-1-L2"
    assert href("[saml-1 /messages/0/kind]").startswith("#e-saml-1-p")


def test_a_line_inside_a_longer_record_leads_to_the_record() -> None:
    assert href("[log-1 L12]") == "#e-log-1-L11"
    assert href("[log-1 L13-30]") == "#e-log-1-L11"
    assert href("[log-1 L14-30]") == "#e-log-1-L20"


def test_places_that_are_not_there_have_no_link() -> None:
    for text in (
        "[har-1 #6]",
        "[har-2 #1]",
        "[log-1 L15]",
        "[note-1 L9]",
        "[saml-1 /messages/7]",
        "[log-1 #1]",
        "[har-1 L1]",
    ):
        assert href(text) == "", text


def test_citations_inside_a_sentence_become_links_once() -> None:
    sentence = Citations(evidence()).statement("it failed [har-1 #5] again [har-1 #5]", (ref("[har-1 #5]"),))

    assert sentence.text == "it failed again"
    assert [each.label for each in sentence.links] == ["[har-1 #5]"]


def test_cited_places_are_remembered_for_the_sections_that_show_them() -> None:
    citations = Citations(evidence())
    citations.link(ref("[log-1 L12]"))

    assert citations.cited("log-1") == (ref("[log-1 L11]"),)
    assert citations.cited("har-1") == ()


def test_beyond_the_limit_a_citation_names_the_file() -> None:
    records = [support.log_record(number, "x") for number in range(1, LIMIT + 10)]
    citations = Citations(EvidenceSet([support.log(records)]))

    links = [citations.link(ref(f"[log-1 L{number}]")) for number in range(1, LIMIT + 5)]

    assert links[LIMIT - 1].href
    assert links[LIMIT].href == ""
    assert links[LIMIT].note == "see evidence/logs/log-1.jsonl"


def test_anchors_hold_letters_digits_and_dashes_only() -> None:
    place = EvidenceRef.parse('[saml-1 /a"<b>~1c]')

    assert anchor(place).replace("-", "").isalnum()


def test_a_host_in_the_form_of_a_citation_stays_in_the_text() -> None:
    made = Citations(EvidenceSet([])).statement("[web-2] it failed [web-2]", ())

    assert (made.text, made.links) == ("[web-2] it failed [web-2]", ())
