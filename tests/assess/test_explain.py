import pytest

from diagpack.assess.explain import LINT


@pytest.mark.parametrize("id", LINT)
def test_each_rule_has_a_title_a_reason_and_a_fix(id: str) -> None:
    title, why, fix = LINT[id]

    assert title
    assert not title.endswith(".")
    assert why.endswith(".")
    assert fix.endswith(".")
