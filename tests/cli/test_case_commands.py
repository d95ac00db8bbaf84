"""Commands on a case, as they are typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_new_writes_a_case_file_and_names_the_next_step(run: Run, tmp_path: Path) -> None:
    result = run("new", "CS-1042", "--checklist", "sso-saml", "--cases", tmp_path)

    assert result.code == 0
    assert "checklist: sso-saml" in Path(result.out.strip()).read_text()
    assert "diagpack collect CS-1042" in result.err


def test_new_refuses_a_second_time_and_an_unknown_checklist(run: Run, tmp_path: Path) -> None:
    run("new", "CS-1", "--cases", tmp_path)

    again = run("new", "CS-1", "--cases", tmp_path)
    unknown = run("new", "CS-2", "--checklist", "sso-samml", "--cases", tmp_path)

    assert (again.code, unknown.code) == (2, 2)
    assert "error[DP692]" in again.err
    assert "sso-saml" in unknown.err


def test_a_typo_in_case_yaml_names_the_nearest_key_and_no_value(run: Run, tmp_path: Path) -> None:
    run("new", "CS-1", "--cases", tmp_path)
    yaml = tmp_path / "CS-1" / "case.yaml"
    yaml.write_text(yaml.read_text() + "\nseverty: {function: canary-value}\n")

    result = run("collect", "CS-1", "--note", "x", "--cases", tmp_path)

    assert result.code == 2
    assert "severity" in result.err
    assert "canary" not in result.err


def test_status_is_at_most_twenty_lines(run: Run, demo: Path) -> None:
    result = run("status", "DEMO-1", "--cases", demo / "cases")

    assert result.code == 0
    assert 5 <= len(result.out.splitlines()) <= 20
    assert "severity" in result.out


def test_status_json_lists_the_lint(run: Run, demo: Path) -> None:
    document = json.loads(run("status", "DEMO-1", "--cases", demo / "cases", "--json").out)

    assert document["schema"] == "diagpack.status/1"
    assert any(each["blocking"] for each in document["lint"])
    assert document["customer_message"]


def test_status_of_a_case_without_evidence_says_what_to_do(run: Run, tmp_path: Path) -> None:
    run("new", "CS-1", "--cases", tmp_path)

    result = run("status", "CS-1", "--cases", tmp_path)

    assert result.code == 2
    assert "diagpack collect CS-1" in result.err


def test_only_a_person_at_a_terminal_confirms(run: Run, demo: Path) -> None:
    result = run("confirm", "DEMO-1", "severity", "--cases", demo / "cases")

    assert result.code == 2
    assert "DP913" in result.err


def test_submit_to_a_folder_as_json(run: Run, demo: Path, tmp_path: Path) -> None:
    # The package was signed with a key that is gone: it is not this user's.
    result = run("submit", "DEMO-1", "--to", tmp_path / "to", "--cases", demo / "cases", "--json")

    assert result.code == 11
    assert "DP432" in result.err
    assert not (tmp_path / "to").exists()


def test_close_asks_and_keeps_the_package(run: Run, demo: Path) -> None:
    asked = run("close", "DEMO-1", "--cases", demo / "cases", "--no-input")
    closed = run("close", "DEMO-1", "--cases", demo / "cases", "--yes", "--json")

    assert asked.code == 2
    assert closed.code == 0
    assert json.loads(closed.out)["files"] > 0
    case = demo / "cases" / "DEMO-1"
    assert list((case / "out").glob("*.zip"))
    assert not list((case / "raw").rglob("*.har"))


def test_withholding_needs_a_reason_and_is_remembered(run: Run, demo: Path) -> None:
    refused = run("collect", "DEMO-1", "--withhold", "note-1", "--cases", demo / "cases")
    done = run("collect", "DEMO-1", "--withhold", "note-1", "--reason", "private", "--cases", demo / "cases", "--json")

    assert refused.code == 2
    assert done.code == 0  # left out on purpose: listed, and no fault
    document = json.loads(done.out)
    assert "note-1" not in [each["id"] for each in document["collected"]]
    assert any("note-1" in each["item"] for each in document["missing"])
