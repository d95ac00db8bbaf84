"""The logs section."""

from diagpack.model.evidence import EvidenceSet
from diagpack.render._citations import Citations
from diagpack.render._page_logs import id_pattern, log_views, pieces, query_words
from tests.render.escalations import REQUEST_ID, ref
from tests.support import evidence as support


def test_ids_are_cut_out_of_the_text_and_nothing_is_lost() -> None:
    found = pieces(f"a {REQUEST_ID} b", id_pattern([REQUEST_ID]))

    assert [(each.text, each.is_id) for each in found] == [("a ", False), (REQUEST_ID, True), (" b", False)]


def test_an_id_with_regular_expression_characters_is_literal() -> None:
    assert [each.is_id for each in pieces("x a.*b+c x axxb", id_pattern(["a.*b+c"]))] == [False, True, False]


def test_short_ids_mark_nothing() -> None:
    assert id_pattern(["1", "abc"]) is None


def test_cited_lines_lines_with_an_id_and_errors_are_shown_with_context() -> None:
    records = [support.log_record(number, "quiet") for number in range(1, 101)]
    records[49] = support.log_record(50, f"here {REQUEST_ID}")
    records[79] = support.log_record(80, "bad", level="error")
    evidence = EvidenceSet([support.log(records)])
    citations = Citations(evidence)
    citations.link(ref("[log-1 L10]"))

    (view,) = log_views(evidence, citations, [REQUEST_ID])

    assert [int(line.number) for line in view.lines] == [8, 9, 10, 11, 12, 48, 49, 50, 51, 52, 78, 79, 80, 81, 82]
    assert [line.number for line in view.lines if line.is_cited] == ["10"]
    assert view.lines[5].gap == "35 lines of the excerpt not shown"
    assert view.rest == 18


def test_a_gap_record_is_a_note_not_a_line() -> None:
    evidence = EvidenceSet([support.log([support.log_record(1, "a"), {"gap": True, "text": "12 lines left out"}])])

    (view,) = log_views(evidence, Citations(evidence), [])

    assert [(line.number, line.level) for line in view.lines] == [("1", "info"), ("", "gap")]


def test_an_empty_log_is_not_shown() -> None:
    evidence = EvidenceSet([support.log([])])

    assert log_views(evidence, Citations(evidence), []) == ()


def test_each_line_names_its_byte_range_in_the_original() -> None:
    evidence = EvidenceSet(
        [support.log([support.log_record(1, "abc", bytes=[40, 43]), support.log_record(2, "x", bytes=None)])]
    )

    (view,) = log_views(evidence, Citations(evidence), [])

    assert [line.place for line in view.lines] == ["bytes 40 to 43 of source-1", "source-1"]


def test_two_records_on_one_line_share_a_number_and_only_one_anchor() -> None:
    evidence = EvidenceSet([support.log([support.log_record(1, "a"), support.log_record(1, "b", lines=0)])])

    (view,) = log_views(evidence, Citations(evidence), [])

    assert [(line.number, line.anchor) for line in view.lines] == [("1", "e-log-1-L1"), ("1", "")]


def test_how_the_excerpt_was_cut_is_told_in_words() -> None:
    query = {"ids": ["a-1"], "hops": {"t-2": "trace_id"}, "window": ("09:00", "09:10"), "slack_seconds": 300}

    assert query_words(query) == "a-1; then t-2, found beside them; from 09:00 to 09:10, 300 s around it"
    assert query_words(None) == ""
    assert query_words("fields @message") == "fields @message"
