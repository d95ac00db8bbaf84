"""A call is held against its OpenAPI contract; the violation is named, the value is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from diagpack.collectors.contract import violations
from diagpack.errors import UsageError
from diagpack.model.exchange import Exchange, from_entry
from tests.har_fixtures import har_entry

CONTRACT = """
openapi: 3.0.3
info: {title: Orders, version: "1"}
servers: [{url: "https://api.example.com/v1"}]
paths:
  /orders:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [amount]
              properties: {amount: {type: integer}}
      responses:
        "201": {description: made}
"""


def call(post: str, path: str = "/v1/orders") -> Exchange:
    entry = har_entry(
        f"https://test.example.org{path}",
        method="POST",
        status=201,
        body=None,
        post=post,
        request_headers={"content-type": "application/json"},
    )
    return from_entry(entry)


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.yaml"
    path.write_text(CONTRACT)
    return path


def test_a_call_that_keeps_the_contract_has_no_violation(contract: Path) -> None:
    pytest.importorskip("openapi_core")
    assert violations(contract, call('{"amount": 3}')) == ()


def test_a_wrong_type_is_named_without_the_value(contract: Path) -> None:
    pytest.importorskip("openapi_core")
    (found,) = violations(contract, call('{"amount": "canary"}'))

    assert "amount" in found
    assert "integer" in found
    assert "canary" not in found


def test_an_unknown_path_is_a_violation(contract: Path) -> None:
    pytest.importorskip("openapi_core")
    assert "request: the contract has no such path" in violations(contract, call("{}", "/v1/other"))


def test_an_answer_the_contract_does_not_have_is_named_by_its_status(contract: Path) -> None:
    pytest.importorskip("openapi_core")
    answered = replace(call('{"amount": 3}'), status=500, response_text="{}")

    assert violations(contract, answered) == ("response: the contract has no answer 500 for this call",)


@pytest.mark.parametrize("content", ["", "[", "swagger: '2.0'", "- a"])
def test_a_file_that_is_no_contract_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(content)

    with pytest.raises(UsageError) as caught:
        violations(path, call("{}"))

    assert caught.value.id == "DP528"
