"""The file `diagpack new` writes."""

import pytest

from diagpack.case.config import parse_case
from diagpack.case.template import new_case_yaml


def test_a_new_file_is_read_without_complaint() -> None:
    case = parse_case(new_case_yaml("CS-1042", "sso-saml", title="Login fails", language="de").encode())

    assert (case.id, case.checklist, case.title, case.language) == ("CS-1042", "sso-saml", "Login fails", "de")
    assert case.window is None
    assert dict(case.severity) == {}


@pytest.mark.parametrize("title", ['a: "b" # c', "{id}", "&x *y !z", "- a", "line\nbreak", "ü\u2028\x85", "%s \\", ""])
def test_a_title_is_text_whatever_it_holds(title: str) -> None:
    assert parse_case(new_case_yaml("CS-1", "sso-saml", title=title).encode()).title == title


def test_every_part_has_a_comment() -> None:
    blocks = new_case_yaml("CS-1", "x").split("\n\n")

    assert all(block.lstrip().startswith("#") for block in blocks)
