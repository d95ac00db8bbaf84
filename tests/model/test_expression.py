import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.model.expression import evaluate, matches, names_in, parse

NAMES = {"answers": {"scope": "one"}, "status": 503, "failed": True, "kinds": ["har", "log"], "text": "Row 7 failed"}


@pytest.mark.parametrize(
    "text",
    [
        "status >= 500 and failed",
        "answers.scope == 'one'",
        'answers.scope in ["one", "some"]',
        "not (status < 500 or failed == false)",
        "'har' in kinds",
        "'Row' in text",
        "text like 'row * failed'",
        "missing == null",
        "status != 500",
        "failed or missing.deeply.nothing > 3 and false",
    ],
)
def test_what_holds(text: str) -> None:
    assert evaluate(parse(text), NAMES)


@pytest.mark.parametrize(
    "text",
    ["missing > 3", "missing < 3", "status < 'x'", "text > 3", "not failed", "missing like '*'", "3 in status", "null"],
)
def test_what_does_not_hold_and_raises_nothing(text: str) -> None:
    assert not evaluate(parse(text), NAMES)


@pytest.mark.parametrize(
    "text",
    [
        *("", "status >=", "(status", "a b", "[1, 2", "'open", "a == == b", "and", "x like", "__import__('os')", "a;b"),
        *("(" * 50 + "1" + ")" * 50, "not " * 50 + "a", "[" * 50, "a" * 501),
    ],
)
def test_what_is_not_an_expression_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(text)


def test_the_names_an_expression_reads_are_known() -> None:
    assert names_in(parse("a.b == 'x' and not (c in [d, 1])")) == {"a.b", "c", "d"}


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        ("saml.clock_skew", "saml.*", True),
        ("app.example.com", "*.example.com", True),
        ("example.com", "*.example.com", False),
        ("abc", "a*b*c", True),
        ("ab", "a*b*b", False),
        ("ABC", "abc", True),
        ("abcd", "abc", False),
        ("", "*", True),
    ],
)
def test_a_pattern_fits_the_whole_text(text: str, pattern: str, fits: bool) -> None:
    assert matches(text, pattern) is fits


@given(st.text(max_size=80))
def test_any_text_is_an_expression_or_a_value_error(text: str) -> None:
    try:
        tree = parse(text)
    except ValueError:
        return
    assert evaluate(tree, NAMES) in (True, False)


@given(st.lists(st.sampled_from(["a", "b", "ab", ""]), min_size=1, max_size=5), st.text("abx", max_size=4))
def test_a_text_built_from_a_pattern_fits_it(pieces: list[str], filling: str) -> None:
    assert matches(filling.join(pieces), "*".join(pieces))
