"""The `.http` file holds nothing that an editor would run or open."""

from typing import Any

import pytest

from diagpack.model.exchange import from_entry
from diagpack.model.repro import Slots, call_of
from diagpack.model.repro_plan import Plan
from diagpack.render.repro.http_file import http_file
from tests.har_fixtures import har_entry


def rendered(**values: Any) -> str:
    exchange, slots = from_entry(har_entry(**values)), Slots(["app.example.com"])
    call = call_of(exchange, "[har-1 #0]", slots)
    assert call is not None
    return http_file(Plan("har-1", (call,), call, "x", slots.variables, exchange), "Title\n{{x}}")


@pytest.mark.parametrize(
    "body", ["< /etc/passwd", "{{x()}}", "### next\nGET https://evil.test/", ">> out.txt", "?? js 1"]
)
def test_a_body_never_stands_in_the_file(body: str) -> None:
    text = rendered(method="POST", post=body)

    assert text.splitlines()[-1].startswith("< ./bodies/")
    assert "evil.test" not in text


def test_spread_headers_and_scripts_in_values_are_left_out() -> None:
    text = rendered(request_headers={"...process.env": "1", "X": "{{process.exit()}}", "Ok": "1"})

    assert "process" not in text
    assert "Ok: 1" in text


def test_secrets_come_from_the_environment() -> None:
    text = rendered(request_headers={"Authorization": "Bearer dp-secret-k3f9q2m7ab4t"})

    assert "@DP_AUTH_1={{$processEnv DP_AUTH_1}}" in text
    assert "Authorization: Bearer {{DP_AUTH_1}}" in text
