"""Which readiness rules block is policy by severity; what keeps customers safe is not."""

import pytest

from diagpack.assess.strictness import NEVER_RELAXED, Strictness, parse_strictness

LEVELS = ("S1", "S2", "S3", "S4")


def test_a_level_can_turn_a_rule_into_a_warning() -> None:
    strictness = parse_strictness({"only_warn": {"S4": ["E07"]}}, LEVELS)

    assert strictness.blocks("E07", "S3")
    assert not strictness.blocks("E07", "S4")
    assert not strictness.blocks("W01", "S1")


def test_urgency_puts_off_what_is_not_needed_at_its_levels_only() -> None:
    strictness = parse_strictness({"urgent": {"levels": ["S1"], "needs": ["E01"]}}, LEVELS)

    assert strictness.may_wait("E03", "S1")
    assert not strictness.may_wait("E01", "S1")
    assert not strictness.may_wait("E03", "S2")


@pytest.mark.parametrize("rule", sorted(NEVER_RELAXED))
def test_redaction_and_package_are_never_put_off(rule: str) -> None:
    strictness = parse_strictness({"urgent": {"levels": list(LEVELS), "needs": []}}, LEVELS)

    assert not any(strictness.may_wait(rule, level) for level in LEVELS)
    assert not any(Strictness().may_wait(rule, level) for level in LEVELS)


@pytest.mark.parametrize(
    "document",
    [
        {"only_warn": {"S4": ["E12"]}},
        {"only_warn": {"S4": ["E17"]}},
        {"only_warn": {"S9": ["E07"]}},
        {"only_warn": {"S4": ["E7"]}},
        {"urgent": {"levels": ["S0"]}},
        {"lenient": True},
        [],
    ],
)
def test_what_would_relax_too_much_or_is_misspelt_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match=r"level|rule|readiness"):
        parse_strictness(document, LEVELS)
