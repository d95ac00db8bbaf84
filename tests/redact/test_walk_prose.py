"""Names of people in titles, names of files and comments go; the words around them stay."""

import pytest

from diagpack.redact.walk_prose import redact_prose
from tests.redact.planting import engine


@pytest.mark.parametrize(
    ("text", "before", "behind"),
    [
        ("Inbox - Anna Johnson - Mail", "Inbox - ", " - Mail"),
        ("CV_Anna_Johnson.pdf", "CV_", ".pdf"),
        ("Report%20Anna%20Johnson.pdf", "Report%20", ".pdf"),
    ],
)
def test_a_name_goes_and_its_surroundings_stay(text: str, before: str, behind: str) -> None:
    shown = redact_prose(engine(), text)

    assert "Johnson" not in shown
    assert shown.startswith(before)
    assert shown.endswith(behind)


@pytest.mark.parametrize("text", ["error_log_2026.txt", "Order Overview", "", "no names here", "A" * 70_000])
def test_a_text_without_names_stays(text: str) -> None:
    assert redact_prose(engine(), text) == text


def test_what_else_is_in_the_text_goes_as_in_any_other() -> None:
    assert "canary" not in redact_prose(engine(), "Anna Johnson wrote from canary@example.com, password=canary1")
