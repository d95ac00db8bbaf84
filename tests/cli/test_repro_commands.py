"""repro and validate, as they are typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_a_dry_run_shows_the_call_and_what_it_needs(run: Run, demo: Path, no_sockets: None) -> None:
    result = run("repro", "DEMO-1", "--cases", demo / "cases")

    assert result.code == 0
    assert "GET https://app.example.com/sso/session" in result.out
    assert "sent to https://app.example.com only" in result.out


def test_production_is_not_called_without_a_change(run: Run, demo: Path, no_sockets: None) -> None:
    result = run("repro", "DEMO-1", "--run", "--cases", demo / "cases")

    assert result.code == 2
    assert "DP523" in result.err


def test_validate_with_the_same_capture_says_reproduced(run: Run, demo: Path) -> None:
    result = run(
        "validate", "DEMO-1", demo / "input" / "login.har", "--on", "4.2.1", "--cases", demo / "cases", "--json"
    )

    assert result.code == 0
    document = json.loads(result.out)
    assert document["verdict"] == "reproduced"
    assert "4.2.1" in document["result"]


def test_validate_needs_one_of_both(run: Run, demo: Path) -> None:
    assert run("validate", "DEMO-1", "--cases", demo / "cases").code == 2


def test_a_contract_names_what_the_call_breaks(run: Run, demo: Path, tmp_path: Path) -> None:
    contract = {
        "openapi": "3.0.3",
        "info": {"title": "sessions", "version": "1"},
        "paths": {"/sso/session": {"get": {"responses": {"200": {"description": "a session"}}}}},
    }
    (tmp_path / "api.json").write_text(json.dumps(contract))

    result = run("repro", "DEMO-1", "--openapi", tmp_path / "api.json", "--cases", demo / "cases", "--json")

    assert result.code == 0, result.err
    assert any("500" in each or "response" in each.lower() for each in json.loads(result.out)["contract"])
