import pytest

from diagpack.assess.lint_view import normal
from tests.support.views import ready_case, view


@pytest.mark.parametrize(
    "window",
    [None, {}, {"start": "2026-03-03T09:00:00", "end": "2026-03-03T10:00:00"}, {"start": "x+01:00", "end": "yZ"}],
)
def test_a_window_without_a_zone_is_no_window(window: dict[str, str] | None) -> None:
    assert view(ready_case(window=window)).window() is None


def test_a_window_with_a_zone_is_in_utc() -> None:
    window = view(ready_case(window={"start": "2026-03-03T10:00:00+01:00", "end": "2026-03-03T10:00:00Z"})).window()

    assert window is not None
    assert [each.hour for each in window] == [9, 10]


def test_all_that_the_analyst_wrote_is_read() -> None:
    case = ready_case(
        title="the title", answers={"tried": [{"what": "one", "result": "two"}, "three"], "steps": ["four"]}
    )

    text = " ".join(view(case).written())

    assert all(word in text for word in ("the title", "one two", "three", "four"))


def test_an_empty_answer_is_no_answer() -> None:
    given = view(ready_case(answers={"a": [], "b": None, "c": "  ", "d": 0}))

    assert [given.answer(each) for each in "abcd"] == ["", "", "", "0"]
    assert given.section("nothing") == {}
    assert given.stated("function") == "lost"


def test_texts_are_compared_by_their_words() -> None:
    assert normal("It  fails, (again)!") == normal("it fails again")
