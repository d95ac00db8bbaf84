"""demo, doctor, explain, setup, keys, checklist, handoff, audit."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_doctor_is_one_line_each_with_the_fix(run: Run, no_sockets: None) -> None:
    result = run("doctor")

    assert result.code == 0
    assert all(line.startswith("[") for line in result.out.splitlines())
    assert "diagpack setup" in result.out


def test_doctor_names_a_broken_profile(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("schema: diagpack.profile/1\nhots: []\n")

    result = run("doctor", "--profile", tmp_path / "p.yaml", "--json")

    assert result.code == 1
    assert any("hosts" in check["fix"] for check in json.loads(result.out)["checks"])


def test_setup_writes_a_profile_that_is_valid_and_never_overwrites(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "team.yaml"
    made = run("setup", "--out", target, "--jira-site", "https://example.atlassian.net", "--host", "app.example.com")

    assert made.code == 0
    assert run("profile", target).code == 0
    assert run("setup", "--out", target).code == 2


def test_the_key_that_is_shown_is_one_that_ssh_keygen_can_trust(run: Run) -> None:
    line = run("keys", "show").out.strip()

    assert 'namespaces="diagpack-escalation@v1" ssh-ed25519 AAAA' in line


def test_checklists_are_listed_and_linted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("schema: diagpack.checklist/1\nid: x\nstepz: []\n")

    assert "sso-saml" in run("checklist", "list").out
    assert run("checklist", "lint", tmp_path / "bad.yaml").code == 11


def test_handoff_holds_the_message_to_the_customer(run: Run, demo: Path) -> None:
    result = run("handoff", "DEMO-1", "--cases", demo / "cases")

    assert result.code == 0
    assert "== Message to the customer" in result.out


def test_audit_notices_a_changed_line(run: Run, demo: Path) -> None:
    log = demo / "cases" / "DEMO-1" / "audit.jsonl"
    assert run("audit", "DEMO-1", "--cases", demo / "cases").code == 0
    log.write_text(log.read_text().replace('"collect"', '"nothing"', 1))

    assert run("audit", "DEMO-1", "--cases", demo / "cases").code == 11


@pytest.mark.parametrize("arguments", [("explain", "--all"), ("explain", "--all", "--json")])
def test_every_id_is_listed(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)

    assert result.code == 0
    assert all(id in result.out for id in ("DP210", "E05", "W03", "har.status.5xx", "saml.expired"))
