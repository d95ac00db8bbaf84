"""`submit` files a verified package once, and only when the case is ready."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from diagpack.case.audit import AuditLog
from diagpack.case.layout import CaseDir
from diagpack.errors import NotReady, PackageError, UsageError
from diagpack.model.case import case_id
from diagpack.pipeline.cases import audit_report, journal, latest_package
from diagpack.pipeline.delivery import Request, submit, sync
from diagpack.pipeline.demo import run_demo
from diagpack.pipeline.packages import verify_file
from diagpack.pipeline.review_decisions import accept
from diagpack.pipeline.reviewing import open_case
from diagpack.pipeline.settings import Settings, load_settings
from tests.support.fake_jira import FakeJira, running


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings]:
    folder = tmp_path_factory.mktemp("submit")
    settings = replace(load_settings(throwaway=True, use_keyring=False))
    run_demo(folder / "demo", settings, lambda text: None)
    return folder / "demo", settings


@pytest.fixture
def case(made: tuple[Path, Settings], tmp_path: Path) -> tuple[CaseDir, Settings]:
    import shutil

    shutil.copytree(made[0] / "cases", tmp_path / "cases")
    folder, settings = CaseDir(tmp_path / "cases", case_id("DEMO-1")), made[1]
    accept(open_case(folder, settings), at=settings.now)
    return folder, settings


@pytest.fixture
def jira(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeJira]:
    with running(FakeJira()) as server:
        monkeypatch.setenv("DIAGPACK_JIRA_TOKEN", "canary-jira-token")
        monkeypatch.setenv("DIAGPACK_JIRA_EMAIL", "analyst@example.com")
        monkeypatch.setenv("DIAGPACK_JIRA_SITE", server.url)
        monkeypatch.setenv("DIAGPACK_JIRA_PROJECT", "ENG")
        yield server
    assert server.violations == []


def say(text: str) -> None:
    """Quiet."""


def test_a_case_that_is_no_defect_is_not_filed_without_a_reason(case: tuple[CaseDir, Settings], jira: FakeJira) -> None:
    folder, settings = case

    with pytest.raises(NotReady) as caught:
        submit(folder, settings, Request("jira"), say)

    assert caught.value.exit_code == 8
    assert jira.issues == {}


def test_forced_with_a_reason_it_is_filed_once_and_recorded(case: tuple[CaseDir, Settings], jira: FakeJira) -> None:
    folder, settings = case
    request = Request("jira", force=True, reason="agreed with the lead")

    first = submit(folder, settings, request, say)
    second = submit(folder, settings, request, say)

    assert first.key == second.key == "ENG-1"
    (issue,) = jira.issues.values()
    assert len(issue.attachments) == 2
    assert issue.fields["description"]["type"] == "doc"
    assert (journal(folder).get("delivered") or {})["DEMO-1-esc1"]["key"] == "ENG-1"
    assert "agreed with the lead" in folder.audit.read_text()
    assert AuditLog(folder.audit).verify().is_intact
    assert "canary-jira-token" not in "".join(
        path.read_text(errors="replace") for path in folder.path.rglob("*") if path.is_file()
    )


def test_a_forced_reason_stands_in_the_ticket_redacted(case: tuple[CaseDir, Settings], jira: FakeJira) -> None:
    folder, settings = case
    reason = "Jo Doe (jo.doe@customer.example) agreed on the phone, password: canary-Reason-77x"

    submit(folder, settings, Request("jira", force=True, reason=reason), say)

    (issue,) = jira.issues.values()
    panel = json.dumps(issue.fields["description"]["content"][0])
    assert "Filed although not ready" in panel
    assert "agreed on the phone" in panel
    for secret in ("Jo Doe", "jo.doe@customer.example", "canary-Reason-77x"):
        assert secret not in json.dumps(issue.fields)


def test_what_an_urgent_filing_puts_off_stands_in_the_ticket_with_an_owner(
    case: tuple[CaseDir, Settings], jira: FakeJira
) -> None:
    folder, settings = case
    request = Request("jira", urgent=True, force=True, reason="the customer is down")

    submit(folder, settings, request, say)

    (issue,) = jira.issues.values()
    panel = json.dumps(issue.fields["description"]["content"][0])
    assert "Filed as urgent" in panel
    assert "Open (E17)" in panel
    assert "Owner: the analyst of this case" in panel


def test_a_dry_run_writes_nothing_there_or_here(case: tuple[CaseDir, Settings], jira: FakeJira) -> None:
    folder, settings = case

    submit(folder, settings, Request("jira", dry_run=True), say)

    assert jira.issues == {}
    assert journal(folder).get("delivered") is None


def test_a_folder_takes_package_and_text(case: tuple[CaseDir, Settings], tmp_path: Path) -> None:
    folder, settings = case

    receipt = submit(folder, settings, Request("folder", to=tmp_path / "to"), say)

    assert (tmp_path / "to" / "DEMO-1-esc1.zip").read_bytes() == latest_package(folder).read_bytes()
    assert receipt.attachments


def test_a_package_changed_in_out_is_not_filed(case: tuple[CaseDir, Settings], jira: FakeJira) -> None:
    folder, settings = case
    package = latest_package(folder)
    content = bytearray(package.read_bytes())
    content[len(content) // 2] ^= 1
    package.write_bytes(content)

    with pytest.raises(PackageError):
        submit(folder, settings, Request("jira", force=True, reason="r"), say)

    assert jira.issues == {}


def test_sync_needs_an_issue(case: tuple[CaseDir, Settings], jira: FakeJira) -> None:
    folder, settings = case
    with pytest.raises(UsageError):
        sync(folder, settings, say)

    submit(folder, settings, Request("jira", force=True, reason="r"), say)

    assert sync(folder, settings, say).key == "ENG-1"


def test_an_unknown_target_names_the_known_ones(case: tuple[CaseDir, Settings]) -> None:
    with pytest.raises(UsageError) as caught:
        submit(case[0], case[1], Request("fax"), say)

    assert "folder, jira" in caught.value.hint


def test_the_audit_log_is_anchored_by_the_package(case: tuple[CaseDir, Settings]) -> None:
    folder, _ = case
    report = audit_report(folder, (latest_package(folder),))

    assert report["intact"]
    assert report["anchored_up_to"] >= 1


def test_the_delivery_statement_verifies_with_the_package(
    case: tuple[CaseDir, Settings], jira: FakeJira, tmp_path: Path, made: tuple[Path, Settings]
) -> None:
    folder, settings = case
    submit(folder, settings, Request("jira", force=True, reason="r"), say)
    (issue,) = jira.issues.values()
    name = next(each["filename"] for each in issue.attachments if each["filename"].endswith(".json"))
    statement = tmp_path / name
    from diagpack.sign.delivery import sign_delivery

    package = latest_package(folder)
    digest = json.loads(json.dumps((journal(folder).get("delivered") or {})["DEMO-1-esc1"]))["sha256"]
    statement.write_bytes(sign_delivery("ENG-1", "DEMO-1-esc1", digest, settings.signer))

    trust = made[0] / "allowed_signers"
    good = verify_file(package, trust=trust, profile=None, issue="ENG-1", delivery=statement)
    other = verify_file(package, trust=trust, profile=None, issue="ENG-2", delivery=statement)

    assert good.verdict.value == "proven"
    assert other.verdict.value == "invalid"
