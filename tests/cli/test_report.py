"""What collect shows ends with the next command to type."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_the_screen_ends_with_the_package_and_the_next_command(run: Callable[..., Any], demo: Path) -> None:
    result = run("collect", "DEMO-1", "--cases", demo / "cases")

    assert result.code == 0
    assert result.out.strip().splitlines()[-1].startswith("Package")
    assert result.err.strip().splitlines()[-1].startswith("Next: diagpack open ")


def test_json_has_the_documented_keys(run: Callable[..., Any], demo: Path) -> None:
    document = json.loads(run("collect", "DEMO-1", "--cases", demo / "cases", "--json").out)

    assert {"schema", "case", "package", "severity", "disposition", "collected", "missing", "findings"} <= set(document)
    assert {"item", "reason", "question"} <= set(document["missing"][0])


def test_the_message_to_the_customer_is_printed_alone(run: Callable[..., Any], demo: Path) -> None:
    result = run("status", "DEMO-1", "--cases", demo / "cases", "--message")

    assert result.code == 0
    assert result.out.startswith("Hello,\n")
    assert "severity" not in result.out
