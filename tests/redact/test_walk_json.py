"""JSON: keys decide, everything else stays as it was written."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.redact.json_text import TooDeep
from diagpack.redact.walk_json import JsonWalker, redact_json_text
from tests.redact.planting import engine

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return [_shape(each) for each in value.values()]
    if isinstance(value, list):
        return [_shape(each) for each in value]
    return "leaf"


@given(_JSON)
@settings(max_examples=80, deadline=None)
def test_any_document_keeps_its_shape(value: Any) -> None:
    shown = json.loads(redact_json_text(engine(), json.dumps(value)))

    assert _shape(shown) == _shape(value)


def test_a_secret_under_a_repeated_key_goes_in_every_copy() -> None:
    shown = redact_json_text(engine(), '{"password":"canary-1","password":"canary-2"}')

    assert "canary" not in shown
    assert shown.count("password") == 4


def test_name_and_value_in_two_members_belong_together() -> None:
    shown = redact_json_text(
        engine(), '[{"name":"client_secret","value":"canary-1"},{"value":"canary-2","name":"api_key"}]'
    )

    assert "canary" not in shown


def test_json_inside_json_strings_stays_json() -> None:
    inner = json.dumps({"b": json.dumps({"password": "canary-1", "n": 1.50})})

    shown = json.loads(redact_json_text(engine(), json.dumps({"a": inner})))

    assert json.loads(json.loads(shown["a"])["b"])["password"].startswith("dp-password-")


@pytest.mark.parametrize(
    ("document", "kept"),
    [
        ({"code": "invalid_grant"}, "invalid_grant"),
        ({"state": "running"}, "running"),
        ({"token_type": "Bearer"}, "Bearer"),
        ({"error": {"code": 40301}}, 40301),
        ({"request_id": "4bf92f3577b34da6a3ce929d0e0e4736"}, "4bf92f3577b34da6a3ce929d0e0e4736"),
        ({"pass": True}, True),
        ({"version": "2.14.1"}, "2.14.1"),
    ],
)
def test_diagnostic_values_stay(document: dict[str, Any], kept: object) -> None:
    text = json.dumps(document)

    assert json.loads(redact_json_text(engine(), text)) == document, kept


@pytest.mark.parametrize(
    "document",
    [
        {"code": "canary4x7y2z9w1"},
        {"pin": 123456},
        {"user": {"password": "canary-1"}},
        {"tokens": ["canary-1a2b3c"], "api_keys": ["canary-1a2b3c"]},
        {"variables": {"input": {"ssn": "536-90-4399", "newPassword": "canary-1"}}},
        {"$sensitive": "name", "value": "canary Person"},
        {"credentials": {"x": {"$sensitive": "no-such-class", "value": "canary"}}},
        {"ann.canary@example.com": 1},
    ],
)
def test_sensitive_values_go(document: dict[str, Any]) -> None:
    shown = redact_json_text(engine(), json.dumps(document))

    assert "canary" not in shown
    assert "123456" not in shown
    assert "536-90" not in shown


def test_a_marked_value_becomes_a_string() -> None:
    shown = json.loads(redact_json_text(engine(), '{"a":{"$sensitive":"email","value":"a@b.test"}}'))

    assert shown["a"].endswith("@dp.invalid")


def test_numbers_become_numbers() -> None:
    shown = json.loads(redact_json_text(engine(), '{"pin":123456,"lat":52.52}'))

    assert isinstance(shown["pin"], int)
    assert shown["pin"] != 123456
    assert shown["lat"] != 52.52


def test_keys_that_become_one_token_are_both_kept() -> None:
    shown = json.loads(redact_json_text(engine(), '{"a@b.test":1,"a%40b.test":2}'))

    assert sorted(shown.values()) == [1, 2]


def test_a_document_that_is_too_deep_is_refused() -> None:
    with pytest.raises(TooDeep):
        redact_json_text(engine(), "[" * 500 + "]" * 500)
    with pytest.raises(TooDeep):
        redact_json_text(engine(), "[" * 100_000 + "]" * 100_000)


def test_what_is_no_json_is_an_error() -> None:
    for text in ("{", "NaN", '{"a":Infinity}', ""):
        with pytest.raises(ValueError):
            redact_json_text(engine(), text)


def test_a_record_of_secrets_and_a_pair_in_a_list_are_named_by_their_key() -> None:
    import json

    from tests.redact.planting import engine

    document = {
        "passwords": {"db": "canary-1x", "policy": "strong", "since": "2026-03-03T10:12:41Z"},
        "cookies": {"theme": "dark", "sid": "canary-2x"},
        "pairs": [["password", "canary-3x"], ["status", "canary-4x"], ["email", "name"]],
        "credentials": {"type": "oauth2-client", "url": "https://idp.example.com/x1"},
    }

    out = json.loads(engine().value(json.dumps(document)))

    assert out["passwords"]["db"].startswith("dp-password-")
    assert out["passwords"]["policy"] == "strong"
    assert out["passwords"]["since"] == "2026-03-03T10:12:41Z"
    assert out["cookies"]["sid"].startswith("dp-cookie-")
    assert out["cookies"]["theme"] == "dark"
    assert out["pairs"][0][1].startswith("dp-password-")
    assert out["pairs"][1:] == document["pairs"][1:]
    assert out["credentials"] == document["credentials"]


def test_records_with_the_same_names_are_decided_by_their_own_values() -> None:
    plain = [{"id": 1, "note": "all is well", "token": None}] * 3
    told = {"id": 2, "note": "mail canary@example.com", "token": "canary0123456789"}

    shown = json.loads(redact_json_text(engine(), json.dumps([*plain, told, *plain])))

    assert shown[:3] == shown[4:] == plain
    assert "canary" not in json.dumps(shown)
    assert list(shown[3]) == list(told)


def test_a_document_without_a_finding_is_passed_on_as_it_is() -> None:
    value = {"rows": [{"id": 7, "tags": ["a", "b"]}], "next": None}

    assert JsonWalker(engine()).walk(value) is value


def test_a_key_that_is_an_address_or_a_token_is_replaced_even_when_it_holds_the_letters_of_a_class() -> None:
    import json

    from tests.redact.planting import engine

    document = {"users": {"mbfcsrfjj@mail.example.com": {"role": "admin"}, "token-AKIAIOSFODNN7EXAMPLE": 1}}
    plain = '{"access_token":null,"csrf-header":true}'

    shown = engine().value(json.dumps(document))

    assert "mbfcsrfjj" not in shown
    assert "AKIAIOSFODNN7EXAMPLE" not in shown
    assert engine().value(plain) == plain
