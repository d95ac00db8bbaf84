"""Answers are compared by status, kind, shape and steering headers."""

from typing import Any

import pytest

from diagpack.model.compare import differences, is_same_failure, shape
from diagpack.model.exchange import Exchange, from_entry
from tests.har_fixtures import har_entry


def one(**values: Any) -> Exchange:
    return from_entry(har_entry(**values))


@pytest.mark.parametrize(
    ("captured", "answered", "same"),
    [
        ({"status": 500}, {"status": 500, "body": "{}"}, True),
        ({"status": 500}, {"status": 502}, False),
        ({"status": 500}, {"status": 200}, False),
        ({"body": '{"success":false}'}, {"body": '{"success":false}'}, True),
        ({"body": '{"success":false}'}, {"body": '{"success":true}'}, False),
    ],
)
def test_same_failure(captured: dict[str, Any], answered: dict[str, Any], same: bool) -> None:
    assert is_same_failure(one(**captured), one(**answered)) is same


def test_shapes_are_compared_and_values_are_not() -> None:
    old, new = one(body='{"a":[{"b":1}],"c":"canary"}'), one(body='{"a":[{"b":"x"}],"d":1}', status=201)

    found = " ".join(differences(old, new))

    assert "status 201 in place of 200" in found
    assert "lacks /c" in found
    assert "/a/*/b" in found
    assert "canary" not in found


def test_shape_of_what_is_no_json_is_none() -> None:
    assert shape("<html>") is None
    assert shape("{") is None
    assert shape('{"a":null}') == {"/": "object", "/a": "null"}
