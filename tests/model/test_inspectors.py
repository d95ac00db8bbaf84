"""Issuers that re-sign connections are known by name."""

import pytest

from diagpack.model.inspectors import is_inspector


@pytest.mark.parametrize(
    ("issuer", "is_one"),
    [
        ("Zscaler Intermediate Root CA", True),
        ("Example Corp SSL Inspection CA", True),
        ("Example Public CA 3", False),
        ("Example Reset Authority", False),
        ("", False),
    ],
)
def test_only_inspectors_are_inspectors(issuer: str, is_one: bool) -> None:
    assert is_inspector(issuer) is is_one
