"""Every id a user can meet has a text."""

import re
from pathlib import Path

import pytest

from diagpack.errors import UsageError
from diagpack.pipeline.explain import catalogue, explain
from diagpack.plugins import discover

SOURCE = Path(__file__).parents[2] / "src" / "diagpack"


def test_every_finding_of_every_rule_is_known() -> None:
    known = catalogue()

    for found in discover("diagpack.analyze", "RULE"):
        assert found.plugin.info.id in known
        assert set(found.plugin.info.findings) <= set(known)


def test_every_error_id_in_the_source_is_known() -> None:
    used = {id for path in SOURCE.rglob("*.py") for id in re.findall(r'"(DP\d{3})"', path.read_text())}

    assert used - set(catalogue()) == set()


@pytest.mark.parametrize("id", ["dp210", "DP210", "e05", "SAML.expired"])
def test_case_does_not_matter(id: str) -> None:
    assert explain(id).why


def test_an_unknown_id_gets_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        explain("saml.expird")

    assert "saml.expired" in caught.value.hint
