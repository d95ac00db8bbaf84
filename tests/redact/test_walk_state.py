"""State and plans of Terraform: what they call sensitive goes, wherever it stands."""

import json
from typing import Any

import pytest

from diagpack.redact.walk_json import redact_json_text
from diagpack.redact.walk_state import joined, masks, part
from tests.redact.planting import engine

_HOST = "db-1.internal.example.com"
_DOCUMENTS: dict[str, Any] = {
    "a generated password, without a mark": {
        "type": "random_password",
        "instances": [{"attributes": {"length": 16, "result": "canaryword", "keepers": _HOST}}],
    },
    "an attribute with a mark": {
        "instances": [
            {
                "attributes": {"note": "canaryword", "endpoint": _HOST},
                "sensitive_attributes": [[{"type": "get_attr", "value": "note"}]],
            }
        ]
    },
    "an item behind an index": {
        "attributes": {"rules": [{"a": "canaryword", "n": 7}], "endpoint": _HOST},
        "sensitive_attributes": [
            [{"type": "get_attr", "value": "rules"}, {"type": "index", "value": {"value": 0, "type": "number"}}]
        ],
    },
    "values of a shown state": {
        "values": {"list": ["open", "canaryword"], "endpoint": _HOST},
        "sensitive_values": {"list": [False, True]},
    },
    "a change": {
        "change": {
            "before": {"note": "canaryword", "host": _HOST},
            "before_sensitive": {"note": True},
            "after": {"note": "canaryother", "host": _HOST},
            "after_sensitive": {"note": True},
        }
    },
    "an output": {"outputs": {"x": {"sensitive": True, "value": "canaryword"}, "y": {"value": _HOST}}},
    "a masked variable": [{"variable_type": "env_var", "masked": True, "value": "canaryword"}, {"value": _HOST}],
    "a host under a name of a street": {"address": _HOST, "password": "canaryword"},
}


@pytest.mark.parametrize("name", _DOCUMENTS)
def test_what_is_called_sensitive_goes_and_its_neighbours_stay(name: str) -> None:
    text = json.dumps(_DOCUMENTS[name])

    shown = redact_json_text(engine(), text)

    assert "canary" not in shown
    assert shown.count(_HOST) == text.count(_HOST)


def test_what_two_neighbours_hide_is_hidden() -> None:
    assert joined({"a": True}, {"b": {"c": True}}) == {"a": True, "b": {"c": True}}
    assert joined({"a": {"b": True}}, True) is True


def test_a_mask_says_nothing_about_what_it_does_not_name() -> None:
    assert not part([True], 3)
    assert not part({"a": True}, "b")
    assert part(True, "anything") is True
    assert masks({"type": "random_password", "name": "db"}) == {}
