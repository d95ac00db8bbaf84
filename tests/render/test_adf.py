"""The ADF builders."""

from diagpack.render import _adf
from diagpack.render._adf import LocalIds


def test_empty_text_has_no_node() -> None:
    assert _adf.paragraph(_adf.text(""), _adf.text(" \n ")) == {"type": "paragraph", "content": []}


def test_a_link_with_another_scheme_is_plain_text() -> None:
    assert _adf.link("click", "javascript:alert(1)") == [{"type": "text", "text": "click"}]
    assert _adf.link("click", "https://example.com/")[0]["marks"] == [
        {"type": "link", "attrs": {"href": "https://example.com/"}}
    ]


def test_the_header_is_the_first_row_or_the_first_column() -> None:
    rows = [[[], []], [[], []]]

    by_row = _adf.table(rows, header="row")["content"]
    by_column = _adf.table(rows, header="column")["content"]

    assert [[cell["type"] for cell in row["content"]] for row in by_row] == [["tableHeader"] * 2, ["tableCell"] * 2]
    assert [[cell["type"] for cell in row["content"]] for row in by_column] == [["tableHeader", "tableCell"]] * 2


def test_length_counts_what_a_reader_sees() -> None:
    ids = LocalIds("x")
    document = _adf.document(
        [
            _adf.expand("four", [_adf.paragraph(_adf.text("five5"), _adf.status("S1", "red", ids))]),
            _adf.tasks(["abc"], ids),
        ]
    )

    assert _adf.text_length(document) == 4 + 5 + 2 + 3


def test_ids_depend_on_the_seed_and_the_order_only() -> None:
    one, same, other = LocalIds("a"), LocalIds("a"), LocalIds("b")

    assert [one.next(), one.next()] == [same.next(), same.next()]
    assert other.next() != LocalIds("a").next()
