"""Names and values that stand beside each other belong together."""

import json

import pytest

from diagpack.redact.walk_json import JsonWalker, redact_json_text
from diagpack.redact.walk_pairs import class_of_pair, class_of_second, is_in_turn, is_listed
from tests.redact.planting import engine


@pytest.mark.parametrize(
    ("record", "entity"),
    [
        ({"name": "Authorization", "value": "x"}, "token"),
        ({"value": "x", "key": "client_secret"}, "secret"),
        ({"name": "colour", "value": "red"}, ""),
        ({"name": "password"}, ""),
        ({"name": 7, "value": "x"}, ""),
    ],
)
def test_a_name_gives_its_class_to_the_value_beside_it(record: dict[str, object], entity: str) -> None:
    assert class_of_pair(JsonWalker(engine()), record) == entity


def test_a_list_of_two_is_a_pair_when_its_first_names_a_secret() -> None:
    walker = JsonWalker(engine())

    assert class_of_second(walker, ["password", "canary-77"]) == "password"
    assert class_of_second(walker, ["red", "canary-77"]) == ""
    assert class_of_second(walker, ["password", "canary-77", "x"]) == ""


def test_only_lists_of_names_with_values_are_pairs() -> None:
    assert is_listed([["a", 1], ["b", None]])
    assert not is_listed([["a", 1], ["b"]])
    assert not is_listed([[1, 1]])
    assert not is_listed([])


def test_headers_in_turn_need_their_name_and_an_even_number() -> None:
    assert is_in_turn("rawHeaders", ["Cookie", "a=b"])
    assert not is_in_turn("rawHeaders", ["Cookie"])
    assert not is_in_turn("headers", ["Cookie", "a=b"])
    assert not is_in_turn("rawHeaders", ["Cookie", 7])


def test_pairs_in_lists_are_redacted_and_fields_are_not() -> None:
    shown = json.loads(
        redact_json_text(
            engine(), '{"headers":[["Cookie","sid=canary1"],["Accept","*/*"]],"fields":[["email","name"]]}'
        )
    )

    assert shown["headers"][0][1].startswith("sid=dp-cookie-")
    assert shown["headers"][1] == ["Accept", "*/*"]
    assert shown["fields"] == [["email", "name"]]
